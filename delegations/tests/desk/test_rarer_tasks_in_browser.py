"""Tasks of a season at the desk, by those who do them; with their clicks and typed fields."""

import io
import re
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from delegations.tests.browser import browser_page, keep_picture
from delegations.tests.desk.person import Person, signed_in_person
from invitations.inbox.mailboxes import read_mailboxes
from invitations.mail.transport import return_path
from invitations.models import Delivery, Invitation
from invitations.outbox.arming import arm
from invitations.tests.conftest import frozen_letter, mail_server
from invitations.tests.factories import DeliveryFactory, InvitationFactory, MemberStateFactory
from invitations.tests.imap_peer import imap_peer
from invitations.tests.lists import as_xlsx
from invitations.tests.reports import report
from wsis_forum.tests.staff.people import PASSWORD, code, member

__all__ = ["frozen_letter", "mail_server"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
TOKEN = "abcd2345efgh6789"


@pytest.fixture
def drafter(chromium, site) -> Iterator[Person]:
    with signed_in_person(chromium, site, "rupert", "Drafters") as person:
        yield person


@pytest.fixture
def approver(chromium, site) -> Iterator[Person]:
    with signed_in_person(chromium, site, "sapt", "Approvers") as person:
        yield person


def test_one_signs_in_and_sees_what_waits(chromium, site, edition):
    member("rassendyll", "Drafters")
    with browser_page(chromium) as page:
        person = Person(page, site)

        person.begin()
        person.fill("login", "rassendyll")
        person.fill("password", PASSWORD)
        person.button("Sign In")
        person.fill("code", code())
        person.button("Sign In")
        person.sees("What needs you")

        assert (person.clicks, person.typed) == (2, 3)


def list_of(number, **wrong):
    """A list of so many ministers, each of a State of its own; ``wrong`` replaces cells of it."""
    states = [MemberStateFactory() for _row in range(number)]
    rows = [
        {
            "state": state.iso3,
            "given_name": "Flavia",
            "family_name": f"Elphberg {place}",
            "gender": "f",
            "portfolio": "Minister of Telegraphs",
            "to": f"office{place}@example.org",
            **wrong.get(f"row_{place}", {}),
        }
        for place, state in enumerate(states)
    ]
    mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "ministers.xlsx", "mimeType": mimetype, "buffer": as_xlsx(*rows)}


def bring(person, file):
    person.clicks += 1
    person.page.set_input_files("[name=import_file]", file)
    person.button("Submit")


def test_ten_ministers_are_imported_and_wrong_cells_told_at_once(drafter, edition):
    right = list_of(10)
    wrong = list_of(
        10, row_3={"family_name": ""}, row_4={"portfolio": ""}, row_5={"gender": "lady"}
    )

    drafter.begin()
    drafter.link(re.compile("Ministers$"))
    drafter.click("a[href$='/minister/import/']")
    bring(drafter, wrong)
    drafter.sees("family_name")
    drafter.sees("portfolio")
    drafter.sees("lady")
    keep_picture(drafter.page, "import")
    assert not Invitation.objects.exists()
    bring(drafter, right)
    drafter.button("Confirm import")
    drafter.sees("10 ministers added")

    assert Invitation.objects.filter(edition=edition, status="draft").count() == 10
    assert (drafter.clicks, drafter.typed) == (7, 0)


def test_sending_is_armed_by_one_command_and_stopped_from_the_desk(
    desk, site, edition, mail_server, settings
):
    person = Person(desk, site)
    person.begin()
    person.sees("run “manage.py arm_sending”")
    assert (person.clicks, person.typed) == (0, 0)

    said = io.StringIO()
    call_command("arm_sending", stdout=said, stderr=said)
    settings.ARMING_KEY = said.getvalue().split()[-1]
    person.begin()
    expect(desk.get_by_text("Nothing is sent")).to_have_count(0)

    person.link("Arming")
    person.click("#action-toggle")
    person.choose("Stop all sending")
    person.fill("reason", "A letter with a wrong date.")
    keep_picture(desk, "stop")
    person.button("Stop all sending")
    person.sees("Nothing is sent: somebody stopped all sending")
    assert (person.clicks, person.typed) == (6, 1)


@pytest.fixture
def armed(mail_server, settings):
    settings.ARMING_KEY = arm()
    return settings


def test_what_came_back_to_the_mailbox_goes_to_the_right_address(
    drafter, approver, edition, frozen_letter, armed
):
    invitation = InvitationFactory(edition=edition, minister__to_emails="office@example.org")
    letter = frozen_letter(invitation=invitation)
    DeliveryFactory(letter=letter, address="office@example.org", envelope=TOKEN, arrived=True)
    with imap_peer() as mailbox:
        armed.BOUNCES = mailbox.box
        mailbox.put(report(to=return_path(TOKEN)))
        read_mailboxes()

    drafter.begin()
    drafter.link("mail that came back")
    drafter.link("office@example.org")
    drafter.sees("no such mailbox")
    drafter.link("Correct the address and send again")
    drafter.fill("email", "right@example.org")
    drafter.fill("reason", "A slip of the pen.")
    drafter.button("Correct it")
    drafter.sees("as soon as a second person has released it")
    approver.begin()
    approver.link("change that a second person releases")
    approver.link("minister: Flavia Elphberg")
    approver.button("Release")
    approver.button("Release")
    approver.sees("1 change released.")

    anew = Delivery.objects.get(address="right@example.org")
    assert anew.state == "queued"
    assert [(one.clicks, one.typed) for one in (drafter, approver)] == [(4, 2), (4, 0)]


def test_who_changed_what_is_one_click_away(drafter, edition):
    drafter.begin()
    drafter.link("Forum editions")
    drafter.link(edition.symbol, exact=True)
    drafter.fill("name_en", "Another forum")
    drafter.button("Save and continue editing")
    drafter.clicks = drafter.typed = 0

    drafter.click("a[href$='/history/']")
    drafter.sees("Another forum")
    drafter.sees("rupert")

    assert (drafter.clicks, drafter.typed) == (1, 0)
