import pytest

from invitations.files.frozen import thaw
from invitations.letters.composing_queue import compose_planned
from invitations.links import reply_url
from invitations.models import Delivery, HeldChange, Letter
from invitations.replies import record_reply
from invitations.tests.factories import MissionFactory, UserFactory
from invitations.tests.reading import message_of, text_of

pytestmark = pytest.mark.django_db


def test_the_acknowledgement_goes_to_the_addresses_on_file_alone(acknowledged):
    letters = acknowledged(
        {"answer": "in_person", "respondent_email": "sapt@example.org", "remarks": "Hello."},
        minister__to_emails="office@example.org",
    )

    letter = letters["answer"]
    assert letter.recipients == [["to", "office@example.org"]]
    assert message_of(letter)["Auto-Submitted"] == "auto-replied"
    assert reply_url(letter.invitation.links.get()) in text_of(letter).splitlines()
    assert "Remarks: Hello." in text_of(letter)


def test_the_copy_to_an_address_typed_has_no_link(acknowledged):
    letters = acknowledged({"answer": "in_person", "respondent_email": "sapt@example.org"})

    copy = letters["copy"]
    link = copy.invitation.links.get()
    content = thaw(copy.message.name, copy.message_sha256)
    assert message_of(copy)["To"] == "sapt@example.org"
    for secret in (link.token, link.code):
        assert secret not in text_of(copy)
        assert secret.encode() not in content.replace(b"=\r\n", b"")


def variants_of(reply):
    return {letter.variant for letter in reply.acknowledgements.all()}


@pytest.mark.parametrize(
    ("typed", "variants"),
    [
        ("sapt@example.org", {"answer"}),
        ("Focal@example.org", {"answer", "copy"}),
        ("mission@example.org", {"answer", "copy"}),
    ],
)
def test_what_staff_typed_gets_a_copy_only_if_it_is_an_address_of_the_office(
    reached, typed, variants
):
    invitation = reached(focal_point_email="focal@example.org", minister__to_emails="")
    mission = MissionFactory(emails="mission@example.org")
    mission.states.add(invitation.member_state)
    HeldChange.objects.all().delete()
    words = {"answer": "in_person", "respondent_email": typed}

    reply = record_reply(invitation, words, channel="fax", by=UserFactory())

    assert variants_of(reply) == variants


def test_an_address_that_waits_for_a_second_person_gets_no_copy_of_what_staff_typed(reached):
    invitation = reached()
    invitation.focal_point_email = "focal@example.org"
    invitation.save()
    assert HeldChange.objects.waiting().exists()
    words = {"answer": "in_person", "respondent_email": "focal@example.org"}

    reply = record_reply(invitation, words, channel="fax", by=UserFactory())

    assert variants_of(reply) == {"answer"}


def test_acknowledgements_are_put_in_the_outbox_at_once_and_leave_first(acknowledged):
    letters = acknowledged({"answer": "in_person"})

    delivery = letters["answer"].deliveries.get()
    assert (delivery.state, delivery.priority) == (Delivery.State.QUEUED, 1)


def test_without_an_approved_text_an_acknowledgement_waits(reached):
    reply = record_reply(reached(), {"answer": "in_person"})

    assert compose_planned() == 0

    assert reply.acknowledgements.get().state == Letter.State.PLANNED


def test_an_acknowledgement_without_an_address_on_file_waits_and_says_why(reached, approved_texts):
    reply = record_reply(reached(minister__to_emails=""), {"answer": "in_person"})

    assert compose_planned() == 0

    letter = reply.acknowledgements.get()
    assert letter.state == Letter.State.PLANNED
    assert letter.events.latest("pk").because == "There is no address on file for this letter."
