"""A registrar goes through the silent States in a browser, by the mouse and by the keys alone."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from delegations.tests.browser import browser_page, keep_picture
from delegations.tests.measures import bring_axe, faults_within
from invitations.admin.list_columns import state_url
from invitations.models import TelephoneCall
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MissionFactory,
    ReplyFactory,
    UserFactory,
)

# The reference data of the migrations comes back after each of these tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
NAMES = ["Ruritania", "Strelsau", "Zenda"]
WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def silent(site):
    """Three States are silent, in this order, and a fourth one has answered."""
    edition = EditionFactory(symbol="wsis-2027")
    made = [
        InvitationFactory(
            edition=edition,
            minister__member_state=MemberStateFactory(
                short_name=name, short_name_en=name, sort_key_fr=name.upper()
            ),
        )
        for name in NAMES
    ]
    MissionFactory(phone="+41 22 555 0100", states=[made[0].member_state])
    ReplyFactory(invitation__edition=edition)
    return made


@pytest.fixture
def desk(chromium, site):
    """A page of the desk on which a registrar is signed in."""
    user = UserFactory(username="sapt")
    user.groups.add(Group.objects.get(name="Registrars"))
    with browser_page(chromium) as page:
        client = Client()
        client.force_login(user)
        held = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": held.key, "value": held.value, "url": site}])
        yield page


def list_of_the_silent(site):
    return f"{site}{reverse('admin:invitations_invitation_changelist')}?answer=silent"


def test_a_call_is_noted_today_in_three_clicks_and_the_next_state_follows(desk, site, silent):
    desk.goto(list_of_the_silent(site))
    desk.get_by_role("link", name="Ruritania", exact=True).click()
    expect(desk.get_by_text("+41 22 555 0100")).to_be_visible()

    desk.get_by_text("Note a call").click()
    desk.get_by_label("a reply is promised").click()
    desk.get_by_label("Who was reached").fill("Fritz von Tarlenheim")
    desk.get_by_label("What was said").fill("They answer on Monday.")
    keep_picture(desk, "call")
    desk.get_by_role("button", name="Note the call").click()

    expect(desk.get_by_text("The call is noted.")).to_be_visible()
    expect(desk.locator(".happened li").first).to_contain_text("Telephoned: a reply is promised.")
    expect(desk.locator(".happened li").first).to_contain_text("sapt")
    call = TelephoneCall.objects.get()
    assert (call.invitation, call.outcome, call.whom) == (
        silent[0],
        "promised",
        "Fritz von Tarlenheim",
    )
    desk.get_by_role("link", name="Next: Strelsau").click()
    expect(desk.get_by_role("link", name="Back to the list (invitations, 2 of 3)")).to_be_visible()


def test_one_goes_through_the_list_and_notes_a_call_by_the_keys_alone(desk, site, silent):
    desk.goto(list_of_the_silent(site))
    press(desk, "a[href*='/state/wsis-2027/']")
    expect(desk.locator(".state-page")).to_contain_text("Ruritania")
    press(desk, "a[rel=next]")
    expect(desk.locator(".state-page")).to_contain_text("Strelsau")
    press(desk, "#call summary")
    press(desk, "#call input[type=radio]", "Space")
    press(desk, "#call button[type=submit]")

    expect(desk.get_by_text("The call is noted.")).to_be_visible()
    assert TelephoneCall.objects.get().invitation == silent[1]


def press(page, selector, key="Enter"):
    """Go there by the Tab key, and press the other one."""
    for _press in range(90):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            page.keyboard.press(key)
            page.wait_for_load_state()
            return
    raise AssertionError(f"The Tab key never reached {selector}.")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_on_the_page_keeps_anybody_out(desk, site, silent, language, scheme):
    ReplyFactory(invitation=silent[0])
    contested = {"status": "contested", "answer": "regrets", "channel": "fax"}
    ReplyFactory(invitation=silent[0], **contested)
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": site}
    desk.context.add_cookies([cookie])
    desk.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    bring_axe(desk)

    for width in (1280, 390):
        desk.set_viewport_size({"width": width, "height": 844})
        desk.goto(f"{site}{state_url(silent[0].edition, silent[0].member_state)}")
        desk.click("#call summary")

        assert faults_within(desk, ".state-page") == []
        assert not desk.evaluate(WIDE)
