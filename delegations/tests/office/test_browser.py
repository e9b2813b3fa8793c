"""The whole way in a real browser: the link as it is printed, the answer, the acknowledgement."""

import datetime as dt
from email import message_from_bytes, policy

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

from delegations.models import Delegate
from delegations.tests.browser import CHECK, PHONE, RECORD, SAVE, browser_page, invited
from invitations.letters.approval import approve_letter
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter
from invitations.outbox.dispatch import dispatch_outbox
from invitations.reminders.planning import queue_reminders
from invitations.tests.factories import InvitationFactory, ReplyFactory, UserFactory
from wsis_forum.env import Mailbox

# The reference data of the migrations comes back after each of these tests.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def mail_folder(settings, tmp_path):
    settings.MAILBOX = Mailbox("file", folder=str(tmp_path / "mail"))
    return tmp_path / "mail"


def letters_leave(edition):
    edition.circulars.update(dated_on=timezone.localdate())
    plan_invitation_letters(edition)
    compose_planned(edition)
    for letter in Letter.objects.filter(kind=Letter.Kind.INVITATION):
        approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)
    return dispatch_outbox()


def mails_to(folder, address):
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.iterdir()
    ]
    return [mail for mail in mails if mail["X-Envelope-To"] == address]


def body(mail):
    return mail.get_body(("plain",)).get_content()


def reminded(edition):
    letters = Letter.objects.filter(kind=Letter.Kind.REMINDER, invitation__edition=edition)
    return {letter.invitation for letter in letters}


# WeasyPrint leaves the colour profile of a PDF/A open.
@pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning")
def test_the_printed_link_is_answered_acknowledged_and_reminded_no_more(
    chromium, edition, site, mail_folder
):
    with time_machine.travel(timezone.now() - dt.timedelta(days=30)):
        office, control = (
            InvitationFactory(edition=edition, status="draft", issued_at=None) for _both in "ab"
        )
        assert letters_leave(edition) == 2
    (letter,) = mails_to(mail_folder, office.minister.to_emails)
    (link,) = [line for line in body(letter).splitlines() if line.startswith(site)]

    with browser_page(chromium) as page:
        page.goto(link)
        assert link not in page.content()
        page.get_by_label("In person with a statement").check()
        page.get_by_label("Opening segment").check()
        page.click(".further summary")
        page.get_by_label("Name (optional)", exact=True).fill("Colonel Sapt")
        page.click(CHECK)
        expect(page.locator("h1")).to_have_text("Please check the reply")
        page.click(RECORD)
        expect(page.locator("h1")).to_have_text("Your reply has been recorded")
        expect(page.locator("main")).to_contain_text("Colonel Sapt")
        with page.expect_download() as download:
            page.click("text=High-Level Track for your calendar")
        assert "METHOD:PUBLISH" in download.value.path().read_text()

    reply = office.replies.get()
    assert (reply.status, reply.answer, reply.segments) == ("standing", "in_person", ["opening"])
    compose_planned()
    dispatch_outbox()
    _letter, acknowledgement = sorted(
        mails_to(mail_folder, office.minister.to_emails),
        key=lambda mail: "acknow" in mail["Subject"],
    )
    assert "Colonel Sapt" in body(acknowledgement)
    assert link in body(acknowledgement)
    with time_machine.travel(dt.datetime.combine(edition.reminder_steps.get().due_on, dt.time(12))):
        assert queue_reminders() == 1
    assert reminded(edition) == {control}


def test_an_office_answers_on_a_phone_by_keyboard_without_javascript(chromium, edition):
    invitation, link = invited(edition)

    with browser_page(chromium, java_script_enabled=False, **PHONE) as page:
        page.goto(link)
        page.focus("#id_answer_0")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        page.keyboard.type("Rudolf Rassendyll")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Please check the reply")
        page.focus(RECORD)
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Your reply has been recorded")
        expect(page.locator("html")).to_have_attribute("lang", "en")

    reply = invitation.replies.get()
    assert (reply.answer, reply.substitute_name) == ("represented", "Rudolf Rassendyll")


def test_a_form_without_an_answer_comes_back_with_the_focus_on_what_is_wrong(chromium, edition):
    invitation, link = invited(edition)

    with browser_page(chromium) as page:
        page.goto(link)
        page.click(".further summary")
        page.get_by_label("Remarks").fill("Typed.")
        page.click(CHECK)
        expect(page.get_by_role("alert")).to_be_focused()
        expect(page.get_by_label("Remarks")).to_have_value("Typed.")
        page.click("text=Answer – Please choose an answer.")
        page.keyboard.press("Space")
        expect(page.locator("#id_answer_0")).to_be_checked()

    assert not invitation.replies.exists()


def test_the_language_changes_and_what_was_typed_stays(chromium, edition):
    invitation, link = invited(edition, language="fr")

    with browser_page(chromium) as page:
        page.goto(link)
        expect(page.locator("html")).to_have_attribute("lang", "fr")
        page.check("#id_answer_3")
        page.click(".further summary")
        page.fill("#id_remarks", "Typed.")
        page.click("button[lang=ar]")
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        expect(page.locator("#id_answer_3")).to_be_checked()
        expect(page.locator("#id_remarks")).to_have_value("Typed.")
        page.click(CHECK)
        page.click(RECORD)
        page.wait_for_url(f"**/office/{invitation.pk}/thanks/")

    assert invitation.replies.get().answer == "video"


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_nothing_is_wider_than_a_small_phone(chromium, edition, site, language):
    invitation, link = invited(edition, language=language, portfolio="Télécommunications" * 5)

    with browser_page(chromium, **PHONE) as page:
        for address in (site, link):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") == 320
        page.check("#id_answer_0")
        page.click(".further summary")
        page.fill("#id_remarks", "x" * 300)
        page.click(CHECK)
        page.click(RECORD)
        page.wait_for_url("**/thanks/")
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        for part in ("statement", "delegation", "delegation/add", "delegation/list"):
            page.goto(f"{site}/office/{invitation.pk}/{part}/")
            assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_statement_and_its_text_are_sent_without_javascript(chromium, edition):
    _invitation, link = invited(edition)

    with browser_page(chromium, java_script_enabled=False) as page:
        page.goto(link)
        page.check("#id_answer_0")
        page.click(CHECK)
        page.click(RECORD)
        page.click(".parts >> text=Policy statement")
        page.fill("#id_title", "On trust")
        page.click(SAVE)
        text = {"name": "speech.txt", "mimeType": "text/plain", "buffer": b"We trust."}
        page.set_input_files("#file_texts", [text])
        page.click(SAVE)
        expect(page.get_by_role("status")).to_contain_text("On file: speech.txt")
        with page.expect_download() as download:
            page.click("a:has-text('speech.txt')")
        assert download.value.path().read_bytes() == b"We trust."


def test_a_delegation_is_named_and_the_mind_changed_without_javascript(chromium, edition):
    invitation, link = invited(edition)
    ReplyFactory(invitation=invitation)

    with browser_page(chromium, java_script_enabled=False) as page:
        page.goto(link)
        page.click(".parts >> text=Delegation")
        page.click("text=Add a person")
        page.select_option("#id_role", "head")
        page.fill("#id_name", "Flavia Elphberg")
        page.keyboard.press("Enter")
        page.click("text=Add a whole list")
        page.fill("#id_lines", "Rudolf Rassendyll;Envoy\nFritz von Tarlenheim;Aide")
        page.click("text=Show the list")
        page.click("text=Add 2 people")
        expect(page.get_by_role("status")).to_have_text("2 people were added.")
        page.click("a:has-text('Take off') >> nth=-1")
        page.click("#words >> text=Take off the list")
        expect(page.get_by_role("status")).to_have_text("Fritz von Tarlenheim is off the list.")

        page.click(".parts >> text=Answer")
        page.click("text=Change the reply")
        page.check("#id_answer_5")
        page.click(CHECK)
        page.click(RECORD)
        expect(page.locator(".parts")).to_contain_text("none is expected with this answer")

    assert invitation.replies.standing().get().answer == "regrets"
    assert Delegate.objects.count() == 2


def test_what_is_wrong_in_a_list_has_the_focus_and_leads_to_its_field(chromium, edition):
    invitation, link = invited(edition)
    ReplyFactory(invitation=invitation)

    with browser_page(chromium) as page:
        page.goto(link)
        page.click(".parts >> text=Delegation")
        page.click("text=Add a whole list")
        page.fill("#id_lines", "Rudolf;;;rudolf@")
        page.click("text=Show the list")
        expect(page.get_by_role("alert")).to_be_focused()
        page.click("text=Line 1, E-mail")
        expect(page.locator("#cell-1-email")).to_be_focused()
        assert page.locator("label[for=cell-1-email]").bounding_box()["y"] >= 0
