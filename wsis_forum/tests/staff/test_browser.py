"""Staff at the door, in a real browser: app, passkey, lock, idle end, and the question again."""

import re

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from playwright.sync_api import expect

from delegations.tests.browser import browser_page
from invitations.models import Letter
from invitations.tests.desk import composed_letter
from invitations.tests.factories import MinisterFactory
from wsis_forum.tests.staff.people import PASSWORD, code, member, recovery_codes

# The reference data of the migrations comes back after each of these tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
SEND = "main form button[type=submit]"


def type_password(page, site, name="rassendyll", password=PASSWORD):
    page.goto(f"{site}{reverse('admin:index')}")
    page.fill("[name=login]", name)
    page.fill("[name=password]", password)
    page.click(SEND)


def type_code(page, typed):
    page.fill("[name=code]", typed)
    page.click(SEND)


def test_the_page_of_the_queue_renews_itself_and_keeps_no_session_awake(chromium, site):
    member("rassendyll", is_superuser=True)

    with browser_page(chromium) as page:
        type_password(page, site)
        type_code(page, code())
        expect_desk(page)
        page.clock.install()
        page.goto(f"{site}{reverse('admin:invitations_delivery_queue')}")
        with page.expect_response(lambda answer: "?unattended" in answer.url) as renewed:
            page.clock.fast_forward(10_000)

        assert renewed.value.ok
        expect(page.locator("[data-lost]")).to_be_hidden()


def test_in_arabic_the_lists_stand_to_the_right(chromium, site):
    member("rassendyll", is_superuser=True)
    MinisterFactory()

    with browser_page(chromium) as page:
        type_password(page, site)
        type_code(page, code())
        expect_desk(page)
        page.context.add_cookies([{"name": "django_language", "value": "ar", "url": site}])
        page.goto(f"{site}{reverse('admin:invitations_minister_changelist')}")

        for cell in page.locator("#result_list tbody :is(td, th)").all():
            expect(cell).to_have_css("text-align", "start")


def expect_desk(page):
    expect(page).to_have_url(re.compile(f"{reverse('admin:index')}$"))


def test_an_approver_signs_in_by_the_app_and_says_again_who_it_is_before_approving(
    chromium, site, settings
):
    letter = composed_letter()
    member("rassendyll", "Approvers")

    with browser_page(chromium) as page:
        type_password(page, site)
        type_code(page, code())
        expect_desk(page)

        page.goto(f"{site}{reverse('admin:invitations_letter_changelist')}")
        page.check(f"[name=_selected_action][value='{letter.pk}']")
        page.select_option("[name=action]", "approve_selected")
        settings.SIGN_IN_AGAIN_MINUTES = 0
        page.click("button[name=index]")
        expect(page.get_by_text("Confirm Access").first).to_be_visible()
        settings.SIGN_IN_AGAIN_MINUTES = 15
        # A code serves once, and one that is half a minute early is taken.
        type_code(page, code(later=1))
        page.click("#kept button")
        page.click("form[action$='/letter/approve/'] button[type=submit]")
        expect(page.get_by_text("1 letter approved")).to_be_visible()

        settings.SIGN_IN_IDLE_MINUTES = 0
        page.goto(f"{site}{reverse('admin:invitations_letter_changelist')}")
        expect(page.get_by_text("You were signed out after some time.")).to_be_visible()
    letter.refresh_from_db()
    assert letter.state == Letter.State.APPROVED
    assert letter.approved_by == User.objects.get(username="rassendyll")


def test_a_newcomer_adds_a_passkey_and_signs_in_by_it_alone(chromium, site):
    member(enrolled=False)

    with browser_page(chromium) as page:
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        has = ["hasResidentKey", "hasUserVerification", "isUserVerified"]
        kind = {"protocol": "ctap2", "transport": "internal", **dict.fromkeys(has, True)}
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": kind})

        type_password(page, site)
        expect(page.get_by_text("Add a second factor first")).to_be_visible()
        page.goto(f"{site}{reverse('mfa_add_webauthn')}")
        page.check("[name=passwordless]")
        page.click("#mfa_webauthn_add")
        expect(page.locator("#recovery_codes")).to_be_visible()
        page.goto(f"{site}{reverse('admin:index')}")
        expect_desk(page)

        page.context.clear_cookies()
        page.goto(f"{site}{reverse('admin:index')}")
        page.click("#passkey_login")
        expect_desk(page)


def test_who_is_locked_out_is_freed_by_an_administrator(chromium, site):
    user = member()
    keeper = member("sapt", is_superuser=True)
    door, office = chromium.new_context(), chromium.new_context()
    page, desk = door.new_page(), office.new_page()

    for n in range(5):
        type_password(page, site, password=f"wrong-{n}")
    expect(page.get_by_text("Try again in 15 minutes")).to_be_visible()
    type_password(desk, site, "sapt")
    type_code(desk, recovery_codes(keeper)[0])
    desk.goto(f"{site}{reverse('admin:axes_accessattempt_changelist')}")
    desk.check("[name=_selected_action]")
    desk.select_option("[name=action]", "free_selected")
    desk.click("button[name=index]")
    desk.click("form button[type=submit] >> text=Free")
    expect(desk.get_by_text("1 row freed.")).to_be_visible()

    type_password(page, site)
    type_code(page, recovery_codes(user)[0])
    expect_desk(page)
    door.close()
    office.close()
