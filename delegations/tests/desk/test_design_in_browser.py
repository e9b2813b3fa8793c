"""The frame of the desk's pages on a phone, in six languages and from right to left."""

import datetime as dt

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delegations.models import HighLevelSession, PolicyStatement, SpeakingSlot
from delegations.programme.calling import note_heard, pass_over
from delegations.programme.inscribing import inscribe
from delegations.tests.browser import browser_page
from delegations.tests.measures import COLOUR_RULES, RULES, bring_axe, faults_within
from delegations.tests.places import announced, session_of
from invitations.admin.list_columns import change_url, list_url, state_url
from invitations.models import Delivery, DigestChoice, Invitation, LetterTemplate, MemberState
from invitations.tests.desk import composed_letter
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    ReplyFactory,
    UserFactory,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
PHONE = {"width": 390, "height": 844}
WIDE = "document.documentElement.scrollWidth > innerWidth"
# What stands before each cell of the first row, as the interface writes it.
LABELS = """() => [...document.querySelectorAll("#result_list .data-row:first-of-type > *")]
    .filter((cell) => cell.checkVisibility())
    .map((cell) => [getComputedStyle(cell, "::before").content.replaceAll('"', ""),
                    getComputedStyle(cell, "::before").textTransform])
"""


# Buttons below a form that stand beyond the edge of its page.
BEYOND = """() => {
    const row = document.querySelector("#submit-row").getBoundingClientRect();
    const boxes = [...document.querySelectorAll("#submit-row :is(a, button)")]
        .map((one) => one.getBoundingClientRect());
    return boxes.filter((box) => box.left < row.left || box.right > row.right).length;
}"""


# Cells and tiles whose words are cut off.
CUT_OFF = """() => [...document.querySelectorAll("#result_list :is(th, td), .counts a")]
    .filter((one) => one.checkVisibility() && (one.scrollHeight > one.clientHeight + 1
        || one.scrollWidth > one.clientWidth + 1))
    .map((one) => one.innerText)
"""


@pytest.fixture
def signed_in(chromium, site):
    """Open a page of the desk as somebody of that group, or with all rights, in a language."""

    def opened(group="", language="en", **options):
        user = UserFactory(is_superuser=not group)
        user.groups.set(Group.objects.filter(name=group))
        client = Client()
        client.force_login(user)
        held = client.cookies[settings.SESSION_COOKIE_NAME]
        cookies = {held.key: held.value, settings.LANGUAGE_COOKIE_NAME: language}
        browser = browser_page(chromium, reduced_motion="reduce", **options)
        return browser, [{"name": k, "value": v, "url": site} for k, v in cookies.items()]

    return opened


def test_on_a_phone_a_row_without_actions_is_headed_by_its_state(signed_in, site, edition):
    invitation = InvitationFactory(edition=edition)
    browser, cookies = signed_in("Readers", "fr", viewport=PHONE)
    with browser as page:
        page.context.add_cookies(cookies)
        page.goto(f"{site}{list_url(Invitation)}")

        (first, _written), *others = page.evaluate(LABELS)
        heading = page.locator("#result_list .data-row").first.locator("> *").first

        assert heading.inner_text() == invitation.member_state.listed_as
        assert first == "none"
        assert ["réponse en vigueur", "none"] in others
        assert all(label != "none" for label, _written in others)


@pytest.mark.parametrize("language", ["fr", "ru", "ar"])
def test_on_a_phone_no_word_of_a_list_or_a_count_is_cut_off(signed_in, site, edition, language):
    function = "Minister of Communications, of the Digital Economy and of Artificial Intelligence"
    announced(session_of(edition), "Ruritania", speaker_function=function)
    statement = PolicyStatement.objects.get()
    SpeakingSlot.objects.create(
        delegation=statement.delegation, session=statement.first_choice, position=1
    )
    DeliveryFactory(
        letter__invitation__edition=edition, state="handed_over", handed_over_at=timezone.now()
    )
    lists = (SpeakingSlot, LetterTemplate, MemberState, Delivery)
    browser, cookies = signed_in(language=language, viewport=PHONE)
    with browser as page:
        page.context.add_cookies(cookies)
        for address in [reverse("admin:index"), *map(list_url, lists)]:
            page.goto(f"{site}{address}")

            assert page.evaluate(CUT_OFF) == [], address
            assert not page.evaluate(WIDE), address


def test_on_a_phone_a_long_name_of_an_edition_does_not_widen_the_board(signed_in, site, edition):
    EditionFactory(name="Ministerial conference on agriculture in the digital age, 2028")
    browser, cookies = signed_in(viewport=PHONE)
    with browser as page:
        page.context.add_cookies(cookies)
        for name in ("desk:board", "desk:silent"):
            page.goto(f"{site}{reverse(name)}?edition={edition.symbol}")

            assert not page.evaluate(WIDE), name


def test_the_preview_of_a_text_does_not_lie_over_its_placeholders(signed_in, site, edition):
    InvitationFactory(edition=edition)
    text = LetterTemplate.objects.filter(kind="invitation", language="en").first()
    browser, cookies = signed_in("Drafters", viewport={"width": 1440, "height": 900})
    with browser as page:
        page.context.add_cookies(cookies)
        page.goto(f"{site}{change_url(text)}")
        frame = page.locator(".desk-frame").bounding_box()
        placeholders = page.locator(".desk-placeholders").bounding_box()

        assert frame["height"] > 250
        assert placeholders["y"] >= frame["y"] + frame["height"]


def test_a_yes_and_a_no_are_words_in_one_colour(signed_in, site, edition):
    session = session_of(edition)
    browser, cookies = signed_in("Speakers' desk", "fr")
    with browser as page:
        page.context.add_cookies(cookies)
        page.goto(f"{site}{list_url(HighLevelSession)}")

        row = page.locator("#result_list .data-row", has_text=session.title)
        assert row.locator(".field-is_called_off").inner_text() == "Non"


@pytest.mark.parametrize("language", ["fr", "ru", "ar"])
def test_the_choices_and_buttons_of_a_form_stand_within_its_page(
    signed_in, site, edition, language
):
    first, second = session_of(edition), session_of(edition, title="Round table of ministers")
    statement = announced(first, "Ruritania", second_choice=second)
    browser, cookies = signed_in("Speakers' desk", language)
    with browser as page:
        page.context.add_cookies(cookies)
        for width in (1280, 1024, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{site}{change_url(statement)}")

            assert not page.evaluate(WIDE), width
            assert page.evaluate(BEYOND) == 0, width


@pytest.mark.parametrize("language", ["fr", "ru", "ar"])
def test_many_actions_neither_widen_a_page_nor_hide_what_it_is_called(
    signed_in, site, edition, language
):
    browser, cookies = signed_in(language=language)
    with browser as page:
        page.context.add_cookies(cookies)
        for width in (1600, 1280, 1024, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(f"{site}{change_url(edition)}")

            assert not page.evaluate(WIDE), width
            called = page.locator("h1").first
            assert called.evaluate("one => one.scrollWidth <= one.clientWidth"), width


def test_the_first_form_of_an_edition_asks_ten_things(signed_in, site, edition):
    named = "admin:invitations_forumedition_"
    forms = [reverse(f"{named}add"), reverse(f"{named}next", args=[edition.pk])]
    browser, cookies = signed_in("Drafters")
    with browser as page:
        page.context.add_cookies(cookies)
        for address in forms:
            page.goto(f"{site}{address}")
            fields = page.locator("form[method=post] :is(input, select, textarea):visible")

            assert len(set(fields.evaluate_all("all => all.map((one) => one.name)"))) == 10


def pages_of(edition):
    """Pages of the desk with something on each of them, and which part of each is ours."""
    silent, answered = (InvitationFactory(edition=edition) for _one in range(2))
    ReplyFactory(invitation=answered, answer="video")
    letter = composed_letter(circular=edition.circulars.get())
    room = room_of(edition)
    named = "admin:invitations_forumedition"
    return {
        reverse("admin:index"): "body",
        reverse("desk:board"): "body",
        reverse("desk:silent"): "body",
        reverse("desk:registered"): "body",
        reverse("desk:room_of", args=[room.pk]): ".desk",
        state_url(edition, answered.member_state): ".state-page",
        reverse("desk:hand_over", args=[silent.pk]): ".desk",
        reverse("admin:invitations_circular_look", args=[letter.circular_id]): ".flip-through",
        reverse(f"{named}_dates", args=[edition.pk]): ".desk",
        reverse(f"{named}_next", args=[edition.pk]): "form.max-w-4xl",
        change_url(edition): "[aria-labelledby=checklist]",
        list_url(DigestChoice): "#content-main",
    }


def room_of(edition):
    """A session in which one has spoken, one was called in vain, one waits and one left."""
    now = timezone.now()
    hours = {"starts_at": now, "ends_at": now + dt.timedelta(hours=1)}
    session = session_of(edition, room="Room A", **hours)
    for name in ("Ruritania", "Zenda", "Strelsau", "Tarlenheim"):
        inscribe(announced(session, name, language="fr"))
    heard, in_vain, _waiting, gone = session.slots.order_by("position")
    note_heard(heard)
    pass_over(in_vain)
    PolicyStatement.objects.filter(delegation=gone.delegation_id).update(mode="written")
    return session


def faults_of(page, part):
    """What axe finds, in the dark by the rules of colours, and whether the page is too wide."""
    found = faults_within(page, part, runOnly=RULES)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        if page.evaluate(WIDE):
            found.append(f"scrolls sideways at {width}")
    page.emulate_media(color_scheme="dark")
    page.reload()
    colours = {"type": "rule", "values": COLOUR_RULES}
    found += [f"dark, {words}" for words in faults_within(page, part, runOnly=colours)]
    page.emulate_media(color_scheme="light")
    # The frame around our part, with its bars, is the interface's own.
    return [words for words in found if not words.startswith("region:")]


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_no_page_of_the_desk_keeps_anybody_out(signed_in, site, edition, language):
    browser, cookies = signed_in(language=language)
    pages, found = pages_of(edition), {}
    with browser as page:
        page.context.add_cookies(cookies)
        bring_axe(page)
        for address, part in pages.items():
            page.set_viewport_size(PHONE)
            page.goto(f"{site}{address}")
            found[address] = faults_of(page, part)

    assert {address: faults for address, faults in found.items() if faults} == {}


def test_what_is_ticked_is_as_large_as_a_finger_needs_it(signed_in, site, edition):
    browser, cookies = signed_in(viewport=PHONE)
    with browser as page:
        page.context.add_cookies(cookies)
        bring_axe(page)
        for address in (reverse("admin:invitations_correspondence_add"), change_url(edition)):
            page.goto(f"{site}{address}")
            ticks = page.locator("input:is([type=checkbox], [type=radio])").all()
            boxes = [tick.bounding_box() for tick in ticks if tick.is_visible()]

            assert len(boxes) > 5
            assert min(min(box["width"], box["height"]) for box in boxes) >= 24
            rule = {"type": "rule", "values": ["target-size"]}
            assert faults_within(page, "form", runOnly=rule) == []


def test_in_arabic_words_in_another_script_stand_where_the_page_begins(signed_in, site, edition):
    minister = {"minister__portfolio": "Minister of Telegraphs"}
    invitation = InvitationFactory(edition=edition, **minister)
    browser, cookies = signed_in(language="ar", viewport=PHONE)
    with browser as page:
        page.context.add_cookies(cookies)
        page.goto(f"{site}{state_url(edition, invitation.member_state)}")

        words = page.locator(".facts dd[dir=auto]").first
        side = words.evaluate(
            """one => {
                const range = document.createRange();
                range.selectNodeContents(one);
                const [words, room] = [range.getBoundingClientRect(), one.getBoundingClientRect()];
                return [words.right - room.right, words.left - room.left];
            }"""
        )

        assert abs(side[0]) < 2 < side[1]


def test_in_arabic_the_arrow_back_is_mirrored_and_no_word_is(signed_in, site, edition):
    """The way to the handbook stands in the same line as the arrow."""
    browser, cookies = signed_in(language="ar")
    with browser as page:
        page.context.add_cookies(cookies)
        page.goto(f"{site}{change_url(edition)}")

        mirrored = page.locator("#header-inner a").evaluate_all(
            """links => links
                .filter((link) => getComputedStyle(link).transform.startsWith("matrix(-1"))
                .map((link) => link.innerText.trim())"""
        )

        assert mirrored == ["arrow_back"]


def test_on_a_phone_the_book_leaves_the_room_to_the_name_of_the_page(signed_in, site, edition):
    browser, cookies = signed_in(viewport=PHONE)
    with browser as page:
        page.context.add_cookies(cookies)
        page.goto(f"{site}{list_url(Invitation)}")

        link = page.get_by_role("link", name="Handbook")

        assert link.bounding_box()["width"] < 32


def test_on_a_phone_an_answer_to_choose_is_read_in_full(signed_in, site, edition):
    browser, cookies = signed_in(language="fr", viewport=PHONE)
    with browser as page:
        page.context.add_cookies(cookies)
        page.goto(f"{site}{reverse('admin:invitations_forumedition_dates', args=[edition.pk])}")

        choices = page.locator("label:has(> input[type=checkbox]) > span")

        assert choices.filter(has_text="prononcera une déclaration").count() > 1
        assert not choices.evaluate_all(
            "all => all.some((one) => one.scrollWidth > one.clientWidth)"
        )
        assert not page.evaluate(WIDE)
