"""A registrar's afternoon: a pile of faxes, dropped at once and recorded by keyboard alone."""

import random

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from delegations.demonstration.faxes import (
    A4,
    WHITE,
    fax_with_code,
    named_fax,
    reply,
    reply_link,
    scanned,
    typed_fax,
)
from delegations.tests.desk.person import signed_in_person
from delegations.tests.measures import RULES, bring_axe, faults_within
from invitations.admin.columns import list_url
from invitations.inbox.scans import Scan, drop_scan, read_scans
from invitations.models import Correspondence, DroppedScan, Reply
from invitations.tests.factories import InvitationFactory, ReplyFactory, UserFactory
from invitations.tests.paper import letter_of, past_edition
from invitations.tests.sheets import as_file

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
    return [InvitationFactory(edition=edition) for _office in range(7)]


@pytest.fixture
def earlier(invitations):
    """An invitation of the last office to an edition that is over."""
    return InvitationFactory(edition=past_edition(), minister=invitations[-1].minister)


@pytest.fixture
def pile(invitations, earlier):
    """Ten faxes as of the forty that the demonstration makes: some of each kind."""
    rng = random.Random(10)
    with_code = [fax_with_code(number, invitations[number], rng) for number in range(3)]
    upside_down = scanned(reply(invitations[3], reply_link(invitations[3])), rng, "PNG", 180)
    files = [
        *with_code,
        ("scan-4.png", upside_down),
        typed_fax(0, invitations[4]),
        named_fax(invitations[5], rng),
        ("scan-7.png", scanned(reply(invitations[6], ""), rng, "PNG")),
        ("scan-8.png", scanned(reply(earlier, reply_link(earlier)), rng, "PNG")),
        ("scan-9.png", scanned(Image.new("L", A4, WHITE), rng, "PNG")),
        ("scan-10.png", with_code[0].content),
    ]
    return [
        {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        for name, content in files
    ]


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


def record_proposed(person, name):
    """A code tells whose it is, drawn or typed: choose the answer, record."""
    at(person, name)
    person.sees("Proposed by the code on the paper")
    keys(person, "Space")
    keys(person, "Enter")


def record_unsure(person, name):
    """Its name tells whose it may be: say so, choose the answer, record."""
    at(person, name)
    keys(person, "Space", "Tab", "Tab")
    keys(person, "Space")
    keys(person, "Enter")


def record_found(person, name, letters):
    """Nothing tells whose it is: two letters of the State, the answer, record."""
    at(person, name)
    person.page.keyboard.type(letters)
    keys(person, "Enter")
    expect(person.page.locator("[name=invitation]:checked")).to_have_count(1)
    keys(person, "Space")
    keys(person, "Enter")


def put_aside(person, name, words):
    at(person, name)
    person.sees(words)
    person.button("It brought no reply")


def test_ten_faxes_are_recorded_by_keyboard_in_22_actions(registrar, pile, invitations):
    drop(registrar, pile, "9 scans are on file.", "1 file is not: the list says why.")
    read_scans()
    registrar.page.goto(registrar.site + LISTED)
    expect(registrar.page.get_by_role("link", name="Record the first")).to_be_focused()
    keys(registrar, "Enter")

    coded = ("scan-0001.png", "scan-0002.jpg", "scan-0003.tif", "scan-4.png", "letter-1.pdf")
    for name in coded:
        record_proposed(registrar, name)
    record_unsure(registrar, f"{invitations[5].member_state.iso3}-reply.png")
    record_found(registrar, "scan-7.png", invitations[6].member_state.iso2)
    put_aside(registrar, "scan-8.png", "This edition is not the current one")
    put_aside(registrar, "scan-9.png", "The paper is blank.")
    registrar.sees("That was the last scan.")

    replies = Reply.objects.order_by("pk")
    assert [reply.invitation for reply in replies] == invitations
    assert {(reply.channel, reply.status) for reply in replies} == {("fax", "standing")}
    assert not Correspondence.objects.unread().exists()
    # Three for the pile, one to open it; two for each code, three for each of the others.
    assert registrar.clicks == 3 + 1 + 5 * 2 + 2 * 3 + 2 * 1


def test_forty_scans_are_dropped_and_recorded_in_two_actions_each(registrar, edition):
    offices = [InvitationFactory(edition=edition) for _office in range(40)]
    pile = [
        {"name": f"{n}.png", "mimeType": "image/png", "buffer": as_file(letter_of(office))}
        for n, office in enumerate(offices)
    ]
    drop(registrar, pile, "40 scans are on file.")
    read_scans()
    registrar.page.goto(registrar.site + LISTED)
    expect(registrar.page.get_by_role("link", name="Record the first")).to_be_focused()
    keys(registrar, "Enter")

    for scan in pile:
        record_proposed(registrar, scan["name"])
    registrar.sees("That was the last scan.")

    assert [reply.invitation for reply in Reply.objects.order_by("pk")] == offices
    assert not Correspondence.objects.unread().exists()
    assert registrar.clicks == 3 + 1 + 40 * 2


def test_a_paper_that_came_upside_down_is_turned_by_the_keys(registrar, pile):
    drop_scan(Scan("scan.png", pile[6]["buffer"], "png"), UserFactory(), "fax", timezone.now())
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
        ("received_at_1", ".vTimeField ~ :is(.datetimeshortcuts, .timezonewarning)"),
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
