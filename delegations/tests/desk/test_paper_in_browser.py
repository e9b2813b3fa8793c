"""A registrar's afternoon: a pile of faxes, dropped at once and recorded by keyboard alone."""

import random
import time

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from delegations.demonstration.faxes import (
    NEEDED,
    TYPED,
    WITH_CODE,
    fax_with_code,
    forty_faxes,
    reply,
    scanned,
)
from delegations.tests.browser import keep_picture
from delegations.tests.desk.person import signed_in_person
from delegations.tests.measures import RULES, bring_axe, faults_within
from invitations.admin.list_columns import list_url
from invitations.inbox.scans import Scan, drop_scan, read_scans
from invitations.models import Correspondence, DroppedScan, Reply
from invitations.tests.factories import InvitationFactory, ReplyFactory, UserFactory
from invitations.tests.paper import past_edition

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
LISTED = list_url(DroppedScan)
BESIDE = "admin:invitations_correspondence_reply"
DROPPED_AT = reverse("admin:invitations_droppedscan_drop")


@pytest.fixture
def registrar(chromium, site):
    with signed_in_person(chromium, site, "sapt", "Registrars") as person:
        yield person


@pytest.fixture
def invitations(edition):
    return [InvitationFactory(edition=edition) for _office in range(2)]


@pytest.fixture
def pile(invitations):
    """Two faxes with a code, and one of nobody named."""
    rng = random.Random(10)
    nobody = scanned(reply(invitations[0], ""), rng, "PNG")
    files = [*(fax_with_code(n, one, rng) for n, one in enumerate(invitations)), ("3.png", nobody)]
    return [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        for name, content in files
    ]


class Clock:
    """The seconds that each part of the afternoon took."""

    def __init__(self):
        self.since, self.parts = time.monotonic(), []

    def __call__(self, part):
        now = time.monotonic()
        self.parts.append(f"{part} in {now - self.since:.0f} s")
        self.since = now

    def __str__(self):
        return ", ".join(self.parts)


def drop(person, pile, *told):
    """Three actions for the whole pile."""
    person.page.goto(person.site + LISTED)
    person.link("Drop scans")
    person.clicks += 1
    person.page.set_input_files("[name=scans]", pile)
    person.button("Put them on file")
    for words in told:
        person.sees(words)


def keys(person, *pressed):
    """One action: it takes effect with its last key."""
    person.clicks += 1
    for key in pressed:
        person.page.keyboard.press(key)


def at(person, name):
    expect(person.page.get_by_role("link", name=name, exact=True)).to_be_visible()


def listens(person):
    """The page has put the focus where a registrar begins: before that, a key is lost."""
    expect(person.page.locator(":focus")).to_have_count(1)


def record_proposed(person, name):
    """A code tells whose it is, drawn or typed: choose the answer, record."""
    at(person, name)
    person.sees("Proposed by the code on the paper")
    listens(person)
    keys(person, "Space")
    keys(person, "Enter")


def record_unsure(person, name):
    """Its name tells whose it may be: say so, choose the answer, record."""
    at(person, name)
    listens(person)
    keys(person, "Space", "Tab", "Tab")
    keys(person, "Space")
    keys(person, "Enter")


def record_found(person, name, letters):
    """Nothing tells whose it is: two letters of the State, the answer, record."""
    at(person, name)
    listens(person)
    person.page.keyboard.type(letters)
    keys(person, "Enter")
    expect(person.page.locator("[name=invitation]:checked")).to_have_count(1)
    listens(person)
    keys(person, "Space")
    keys(person, "Enter")


def put_aside(person, name, words):
    at(person, name)
    person.sees(words)
    person.button("It brought no reply")


def test_forty_faxes_are_recorded_by_keyboard_in_84_actions(registrar, edition, tmp_path):
    offices = [InvitationFactory(edition=edition) for _office in range(NEEDED)]
    # Of the last of them, to an edition that is over.
    earlier = InvitationFactory(edition=past_edition(), minister=offices[-1].minister)
    faxes = forty_faxes(offices, earlier)
    for fax in faxes:
        (tmp_path / fax.name).write_bytes(fax.content)
    pile, names = [tmp_path / fax.name for fax in faxes], [fax.name for fax in faxes]
    told = Clock()
    drop(registrar, pile, "39 scans are on file.", "1 file is not: the list says why.")
    told("dropped")
    read_scans()
    told("read")
    registrar.page.goto(registrar.site + LISTED)
    expect(registrar.page.get_by_role("link", name="Record the first")).to_be_focused()
    keys(registrar, "Enter")

    at(registrar, names[0])
    keep_picture(registrar.page, "scan")
    for name in names[: WITH_CODE + TYPED]:
        record_proposed(registrar, name)
    for name in names[WITH_CODE + TYPED : NEEDED - 1]:
        record_unsure(registrar, name)
    record_found(registrar, names[NEEDED - 1], offices[-1].member_state.iso2)
    put_aside(registrar, names[NEEDED], "This edition is not the current one")
    put_aside(registrar, names[NEEDED + 1], "The paper is blank.")
    registrar.sees("That was the last scan.")
    told("recorded")

    replies = Reply.objects.order_by("pk")
    assert [reply.invitation for reply in replies] == offices
    assert {(reply.channel, reply.status) for reply in replies} == {("fax", "standing")}
    assert not Correspondence.objects.unread().exists()
    # Three for the pile, one to open it; two for each code, three for each of the others.
    assert registrar.clicks == 3 + 1 + 33 * 2 + 4 * 3 + 2 * 1
    print(f"Forty faxes: {told}")  # noqa: T201 -- shown by -s


def test_a_paper_that_came_upside_down_is_turned_by_the_keys(registrar, pile):
    drop_scan(Scan("scan.png", pile[-1]["buffer"], "png"), UserFactory(), "fax", timezone.now())
    read_scans()
    beside = reverse(BESIDE, args=[Correspondence.objects.get().pk])
    registrar.page.goto(registrar.site + beside)
    picture = registrar.page.get_by_role("img", name="Page 1")
    registrar.page.get_by_role("radio", name="0°", exact=True).focus()

    for turned in ("90deg", "180deg", "270deg", "none"):
        keys(registrar, "ArrowRight")
        expect(picture).to_have_css("rotate", turned)


def test_whoever_chooses_an_office_for_a_letter_sees_what_stands_of_it(registrar, invitations):
    ReplyFactory(invitation=invitations[0], answer="regrets")
    page, name = registrar.page, invitations[0].member_state.short_name_en
    page.goto(registrar.site + reverse("admin:invitations_correspondence_add"))

    page.locator(".select2-selection").first.click()
    page.keyboard.type(name)
    page.locator(".select2-results__option--highlighted", has_text=name).click()

    expect(page.get_by_role("region", name="On file already")).to_contain_text("standing: regrets")


def test_scans_are_dropped_without_any_script(chromium, site, registrar, pile):
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    context.add_cookies(registrar.page.context.cookies())
    page = context.new_page()
    page.goto(site + DROPPED_AT)
    page.set_input_files("[name=scans]", pile[:2])
    with page.expect_navigation(url=f"{site}{LISTED}"):
        page.get_by_role("button", name="Put them on file").click()

    assert DroppedScan.objects.to_read().count() == 2
    context.close()


def test_in_arabic_the_signs_of_a_date_stand_where_nothing_is_typed(registrar, site):
    page = registrar.page
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "ar", "url": site}
    page.context.add_cookies([cookie])
    page.goto(site + DROPPED_AT)
    expect(page.locator(".datetimeshortcuts")).to_have_count(2)

    for name, signs in (
        ("received_at_0", ".vDateField ~ .datetimeshortcuts"),
        ("received_at_1", ".vTimeField ~ .datetimeshortcuts"),
    ):
        field = page.locator(f"[name={name}]").bounding_box()
        for sign in page.locator(signs).all():
            box = sign.bounding_box()
            assert box["x"] + box["width"] < field["x"] + field["width"] / 2


@pytest.mark.parametrize("width", [1440, 390])
def test_both_pages_are_read_by_everybody_from_right_to_left_too(registrar, site, pile, width):
    registrar.page.set_viewport_size({"width": width, "height": 900})
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "ar", "url": site}
    registrar.page.context.add_cookies([cookie])
    bring_axe(registrar.page)
    drop_scan(Scan(pile[0]["name"], pile[0]["buffer"], "png"), UserFactory(), "fax", timezone.now())
    read_scans()
    scan = DroppedScan.objects.get()

    for address in (DROPPED_AT, reverse(BESIDE, args=[scan.correspondence_id])):
        registrar.page.goto(site + address)
        # There the bar of buttons, which sticks to the window, stands in its place.
        registrar.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        assert faults_within(registrar.page, ".desk", runOnly=RULES) == []
        assert not registrar.page.evaluate("document.documentElement.scrollWidth > innerWidth")
