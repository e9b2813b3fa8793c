"""Dates move, as staff and offices walk through it in their browsers."""

import datetime as dt
from itertools import product

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from delegations.models import HighLevelSession
from delegations.tests.browser import CHECK, RECORD, browser_page, invited, page_in
from delegations.tests.measures import RULES, bring_axe, faults_within, looks_in
from invitations.admin.list_columns import change_url, list_url, state_url
from invitations.models import HeldChange, Invitation, Reconfirmation
from invitations.replies import record_reply
from invitations.tests.desk import page_of
from invitations.tests.factories import DeliveryFactory, LetterFactory, UserFactory
from invitations.tests.moving import asked, moved
from invitations.text.dates import format_date, format_range

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
SENT = timezone.now() - dt.timedelta(days=20)
BUTTON = "Our reply is still valid"
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def staff(chromium, site):
    """Return how to open a browser in which somebody of the group is signed in."""

    def opened(group, language="en"):
        user = UserFactory()
        user.groups.add(Group.objects.get(name=group))
        client = Client()
        client.force_login(user)
        held = client.cookies[settings.SESSION_COOKIE_NAME]
        context = browser_page(chromium)
        page = context.__enter__()
        chosen = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site}
        page.context.add_cookies([{"name": held.key, "value": held.value, "url": site}, chosen])
        contexts.append(context)
        return page

    contexts = []
    yield opened
    for context in contexts:
        context.__exit__(None, None, None)


@pytest.fixture
def offices(edition):
    """Two offices that come in person, and a silent one, each with its link."""
    found = []
    for state, answer in (("Ruritania", "in_person"), ("Zenda", "in_person"), ("Strelsau", "")):
        invitation, link = invited(edition, member_state__short_name=state)
        letter = LetterFactory(
            invitation=invitation, state="approved", sha256="0" * 64, composed_at=SENT,
            approved_at=SENT,
        )  # fmt: skip
        DeliveryFactory(letter=letter, state="handed_over", handed_over_at=SENT)
        if answer:
            record_reply(invitation, {"answer": answer})
        found.append((invitation, link))
    return found


def session_on(day, edition):
    at = dt.datetime.combine(day, dt.time(10), edition.zone)
    HighLevelSession.objects.create(
        edition=edition,
        segment="opening",
        title="Opening segment",
        starts_at=at,
        ends_at=at + dt.timedelta(hours=1),
    )


def begins_on():
    session = HighLevelSession.objects.select_related("edition").get()
    return session.edition.local_date(session.starts_at)


def dates_page(edition):
    return reverse("admin:invitations_forumedition_dates", args=[edition.pk])


def released(page, site):
    """What the second person does, from the first page on."""
    page.goto(f"{site}{reverse('admin:index')}")
    page.get_by_role("link", name="change that a second person releases").click()
    page.locator("#result_list tbody th a").first.click()
    page.get_by_role("link", name="What hangs on it").click()
    expect(page.get_by_role("heading", name="Before and after")).to_be_visible()
    page.get_by_role("button", name="Release", exact=True).click()
    page.get_by_role("button", name="Release", exact=True).click()
    expect(page.get_by_text("1 change released.")).to_be_visible()


def board_says(page, site, *numbers):
    """Re-confirmed, changed, and not yet."""
    page.goto(f"{site}{reverse('desk:board')}")
    shown = page.locator("section[aria-labelledby=reconfirmed] strong")
    expect(shown).to_have_text([str(number) for number in numbers])


def test_a_postponement_to_the_re_confirmation_of_the_last_office(
    staff, chromium, site, edition, offices
):
    drafter, approver = staff("Drafters"), staff("Approvers")
    session_on(edition.track_opens_on, edition)
    bring_axe(drafter)
    drafter.goto(f"{site}{page_of(edition)}")
    for name in ("closes_on", "track_closes_on", "track_opens_on", "opens_on"):
        later = getattr(edition, name) + dt.timedelta(days=21)
        drafter.fill(f"[name={name}]", later.isoformat())
    drafter.get_by_role("button", name="Save", exact=True).click()
    expect(drafter.get_by_role("heading", name="Before and after")).to_be_visible()
    expect(drafter.get_by_text("The dates are not changed yet")).to_be_visible()
    findings = faults_within(drafter, ".desk", runOnly=RULES)
    drafter.fill("[name=reason]", "The hall is being repaired.")
    drafter.get_by_role("button", name="Ask for it: a second person releases").click()
    expect(drafter.get_by_text("The move waits for a second person")).to_be_visible()
    findings += faults_within(drafter, ".desk", runOnly=RULES)

    released(approver, site)
    new = edition.opens_on + dt.timedelta(days=21), edition.closes_on + dt.timedelta(days=21)
    board_says(approver, site, 0, 0, 2)
    for number, (_invitation, link) in enumerate(offices[:2], start=1):
        with browser_page(chromium) as page:
            bring_axe(page)
            page.goto(link)
            expect(
                page.get_by_role("heading", name="dates of the event have changed")
            ).to_be_visible()
            expect(page.locator(".filed strong").first).to_have_text(format_range(*new, "en"))
            findings += faults_within(page, "main", runOnly=RULES)
            page.get_by_role("button", name=BUTTON).click()
            expect(
                page.get_by_text("re-confirmed for the dates now in force", exact=False)
            ).to_be_visible()
            expect(page.get_by_role("button", name=BUTTON)).to_have_count(0)
        assert Reconfirmation.objects.exclude(said="not_yet").count() == number

    board_says(approver, site, 2, 0, 0)
    assert begins_on() == edition.track_opens_on + dt.timedelta(days=21)
    assert findings == []


def test_the_last_office_re_confirms_by_telephone(staff, site, edition, offices):
    moved(edition)
    registrar, approver = staff("Registrars"), staff("Approvers")
    approver.goto(f"{site}{reverse('desk:board')}")
    board_says(approver, site, 0, 0, 2)
    for number, (invitation, _link) in enumerate(offices[:2], start=1):
        if number == 1:
            registrar.goto(f"{site}{state_url(edition, invitation.member_state)}")
            registrar.get_by_role("link", name="Record that the answer holds").click()
        else:
            registrar.goto(f"{site}{not_re_confirmed(edition)}")
            registrar.get_by_role("link", name="record that the answer holds").click()
        registrar.select_option("[name=channel]", "telephone")
        expect(registrar.locator("[name=answer]")).to_have_value("still_valid")
        registrar.fill("[name=sender]", "Fritz von Tarlenheim")
        registrar.get_by_role("button", name="Save", exact=True).click()
        expect(registrar.get_by_text("The office re-confirmed its answer").first).to_be_visible()

    board_says(approver, site, 2, 0, 0)
    said = Reconfirmation.objects.exclude(recorded_by=None).values_list("said", "channel")
    assert list(said) == [("still_valid", "telephone")] * 2


def not_re_confirmed(edition):
    return list_url(Invitation, edition__id__exact=edition.pk, reconfirmed="not_yet")


def test_what_was_moved_online_comes_back_in_person(staff, chromium, site, edition, offices):
    moved(edition, "online", days=0)
    drafter, approver = staff("Drafters"), staff("Approvers")
    drafter.goto(f"{site}{dates_page(edition)}")
    drafter.get_by_label("back from online to in person").check()
    expect(drafter.locator("[name=answers_offered][value=in_person]")).to_be_checked()
    # Online nothing was to be answered by any day: none is proposed.
    drafter.fill("[name=reply_before]", edition.reply_before.isoformat())
    drafter.fill("[name=reason]", "All may travel again.")
    drafter.get_by_role("button", name="Ask for it: a second person releases").click()

    released(approver, site)
    for _invitation, link in offices[:2]:
        with browser_page(chromium) as page:
            page.goto(link)
            expect(page.get_by_role("heading", name="held in person again")).to_be_visible()
            page.get_by_role("button", name=BUTTON).click()
            expect(page.get_by_text("your answer is re-confirmed")).to_be_visible()
    board_says(approver, site, 2, 0, 0)


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_nothing_is_amiss_on_the_pages_of_a_move(staff, chromium, site, offices, language):
    edition = offices[0][0].edition
    moved(edition)
    asked(edition, "online", days=0)
    drafter, registrar = staff("Drafters", language), staff("Registrars", language)
    invitation, link = offices[0]
    form = f"{reverse('admin:invitations_correspondence_add')}?invitation={invitation.pk}"
    with page_in(chromium, language) as office:
        [change] = HeldChange.objects.waiting_dates()
        pages = [
            (drafter, f"{site}{change_url(change)}", ".desk, #heldchange_form", {}),
            (drafter, f"{site}{dates_page(edition)}", ".desk", {"runOnly": RULES}),
            # Its boxes are the interface's own.
            (registrar, f"{site}{form}&answer=still_valid", "#correspondence_form", {}),
            (registrar, f"{site}{state_url(edition, invitation.member_state)}", ".desk", {}),
            (office, link, "main", {"runOnly": RULES}),
        ]
        for page in (drafter, registrar, office):
            bring_axe(page)
        for (page, url, part, rules), (scheme, width) in product(pages, looks_in(language)):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.set_viewport_size({"width": width, "height": 844})
            page.goto(url)
            assert faults_within(page, part, **rules) == [], (url, scheme, width)
            assert not page.evaluate(WIDE), (url, width)


def test_a_move_online_asks_again_who_meant_to_travel(staff, chromium, site, edition, offices):
    drafter, approver = staff("Drafters"), staff("Approvers")
    invitation, link = offices[0]
    drafter.goto(f"{site}{page_of(edition)}")
    drafter.get_by_role("link", name="Move, postpone, go online").click()
    drafter.get_by_label("moved online").check()
    drafter.get_by_role("button", name="Show what follows").click()
    expect(drafter.locator("[aria-labelledby=hangs] ul").first).to_have_css(
        "list-style-type", "disc"
    )
    expect(drafter.get_by_text("2 of the answers would not be offered any more")).to_be_visible()
    drafter.fill("[name=reason]", "Nobody can travel.")
    drafter.get_by_role("button", name="Ask for it: a second person releases").click()

    released(approver, site)
    with browser_page(chromium) as page:
        page.goto(link)
        expect(page.get_by_role("heading", name="The event is held online")).to_be_visible()
        expect(page.get_by_role("button", name=BUTTON)).to_have_count(0)
        page.get_by_role("link", name="Choose another answer").click()
        expect(page.locator("[name=answer]:checked")).to_have_count(0)
        page.check("[name=answer][value=video]")
        page.click(CHECK)
        page.click(RECORD)
        expect(page.get_by_role("heading", name="Your reply has been recorded")).to_be_visible()

    assert [one.answer for one in invitation.replies.order_by("pk")] == ["in_person", "video"]
    said = dict(Reconfirmation.objects.values_list("invitation", "said"))
    assert said == {invitation.pk: "changed", offices[1][0].pk: "not_yet"}


def test_a_postponement_without_a_date_asks_nothing_of_anybody(
    staff, chromium, site, edition, offices
):
    drafter, approver = staff("Drafters"), staff("Approvers")
    days = format_date(edition.last_day, "en")
    drafter.goto(f"{site}{dates_page(edition)}")
    drafter.get_by_label("postponed without a new date").check()
    drafter.fill("[name=reason]", "Nobody knows when.")
    drafter.get_by_role("button", name="Ask for it: a second person releases").click()
    expect(drafter.get_by_text("Reminders and the deadline rest: nobody")).to_be_visible()
    edition.refresh_from_db()
    assert (edition.is_stopped, edition.postponed_at) == (True, None)

    released(approver, site)
    for _invitation, link in offices:
        with browser_page(chromium) as page:
            bring_axe(page)
            page.goto(link)
            expect(page.get_by_text("The event has been postponed").first).to_be_visible()
            expect(page.get_by_role("button", name=BUTTON)).to_have_count(0)
            assert days not in page.locator("main").inner_text()
            assert faults_within(page, "main", runOnly=RULES) == []

    approver.goto(f"{site}{reverse('desk:board')}")
    expect(approver.get_by_text("The event is postponed without a new date")).to_be_visible()
    assert days not in approver.locator(".board").inner_text()
