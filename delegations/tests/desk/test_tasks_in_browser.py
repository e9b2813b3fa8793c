"""Tasks of a day at the desk, from the page of a State, by those who do them; with their clicks."""

import pytest
from playwright.sync_api import expect

from delegations.tests.browser import keep_picture
from delegations.tests.desk.person import signed_in_person
from invitations.admin.list_columns import state_url
from invitations.models import Invitation, Reply
from invitations.tests.factories import InvitationFactory, ReplyFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
FAX = {"name": "fax.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 of a fax"}


@pytest.fixture
def invitation(edition):
    return InvitationFactory(edition=edition)


@pytest.fixture
def registrar(chromium, site):
    with signed_in_person(chromium, site, "sapt", "Registrars") as person:
        yield person


@pytest.fixture
def drafter(chromium, site):
    with signed_in_person(chromium, site, "rupert", "Drafters") as person:
        yield person


def come_to(person, invitation):
    person.page.goto(person.site + state_url(invitation.edition, invitation.member_state))


def record_fax(person, answer):
    """Record what the fax says, with its scan; one comes back to the State."""
    person.link("Record a reply")
    person.select("channel", "fax")
    person.clicks += 1
    person.page.set_input_files("[name=scan]", FAX)
    person.select("answer", answer)
    keep_picture(person.page, "reply")
    person.button("Save")
    expect(person.page.locator(".state-page")).to_be_visible()


def test_a_fax_with_its_scan_is_on_file_in_seven_clicks(registrar, invitation):
    come_to(registrar, invitation)

    record_fax(registrar, "video")

    reply = Reply.objects.standing().get()
    assert (reply.answer, reply.channel) == ("video", "fax")
    assert reply.correspondence.scan
    assert (registrar.clicks, registrar.typed) == (7, 0)


def test_a_contradiction_is_told_at_once_and_settled(registrar, invitation):
    ReplyFactory(invitation=invitation, answer="in_person")
    come_to(registrar, invitation)
    record_fax(registrar, "regrets")
    registrar.clicks = 0

    registrar.link("Two replies differ: choose which one stands.")
    registrar.click("[name=stands] >> nth=0")
    registrar.fill("reason", "The cabinet confirmed the fax by telephone.")
    keep_picture(registrar.page, "contested")
    registrar.button("Record the choice")

    registrar.page.wait_for_load_state()
    assert Reply.objects.contested().count() == 0
    assert (registrar.clicks, registrar.typed) == (3, 1)


def test_an_invitation_is_withdrawn_from_the_page_of_its_state(drafter, invitation):
    come_to(drafter, invitation)

    drafter.button("Withdraw")
    drafter.fill("reason", "A change of government.")
    drafter.button("Withdraw")

    expect(drafter.page.locator(".state-page")).to_be_visible()
    assert Invitation.objects.get().status == "withdrawn"
    assert (drafter.clicks, drafter.typed) == (2, 1)
