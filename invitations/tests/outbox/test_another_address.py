"""A frozen letter goes once more, but only where a second person has released that it may."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.files.frozen import thaw
from invitations.inbox.bounces import record_report
from invitations.mail.transport import return_path
from invitations.models import HeldChange, Invitation, Mission
from invitations.models.held.proposals import save_or_propose, write_states
from invitations.outbox.another_address import addresses_not_tried, send_to_another_address
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.release import release_change
from invitations.tests.factories import (
    AnnouncedEditionFactory,
    DeliveryFactory,
    InvitationFactory,
    MinisterFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.reports import report

pytestmark = pytest.mark.django_db

TOKEN = "abcd2345efgh6789"
PUT_IT = "Put the address at the minister, the mission or the focal point"


@pytest.fixture
def letter(frozen_letter):
    """A letter that left for one of the minister's two addresses."""
    emails = "office@example.org\ncabinet@example.org"
    letter = frozen_letter(invitation=InvitationFactory(minister__to_emails=emails))
    DeliveryFactory(
        letter=letter,
        address="office@example.org",
        envelope=TOKEN,
        state="handed_over",
        sending_at=timezone.now() - dt.timedelta(hours=1),
        handed_over_at=timezone.now() - dt.timedelta(hours=1),
    )
    return letter


def changed(row, **values):
    row.refresh_from_db()
    for name, value in values.items():
        setattr(row, name, value)
    save_or_propose(row)


def refused(letter, email, sentence=PUT_IT):
    letter.refresh_from_db()
    with pytest.raises(ValidationError, match=sentence):
        send_to_another_address(letter, UserFactory(), email)
    return True


def test_another_address_gets_the_same_bytes_under_an_envelope_of_its_own(letter, peer):
    record_report(report(envid=TOKEN))

    second = send_to_another_address(letter, UserFactory(), " Cabinet@example.org ")
    dispatch_outbox()

    [taken] = peer.taken
    assert taken.content == thaw(letter.message.name, letter.message_sha256)
    assert taken.addresses == ["cabinet@example.org"]
    assert taken.sender == return_path(second.envelope) != return_path(TOKEN)


def test_another_address_is_asked_for_by_a_person_whose_name_is_kept(letter):
    sapt = UserFactory(username="sapt")

    delivery = send_to_another_address(letter, sapt, "cabinet@example.org")

    event = delivery.events.get()
    assert (event.actor, event.state, event.reason) == (sapt, "queued", "another address")


def test_an_address_that_one_person_types_gets_no_letter(letter):
    assert refused(letter, "rupert@example.org")
    assert refused(letter, "the cabinet")
    assert refused(letter, "")


def test_an_address_that_had_the_letter_is_refused(letter):
    assert refused(letter, "Office@example.org", "has a delivery to that address already")


def test_an_address_put_at_the_minister_gets_the_letter_once_it_is_released(letter):
    changed(letter.invitation.minister, to_emails="rupert@example.org")
    assert refused(letter, "rupert@example.org")
    assert list(addresses_not_tried(letter)) == ["cabinet@example.org"]

    change = HeldChange.objects.get()
    release_change(change, UserFactory(), change.mark)

    assert list(addresses_not_tried(letter)) == ["rupert@example.org"]
    assert send_to_another_address(letter, UserFactory(), "rupert@example.org")


def test_copies_missions_and_the_focal_point_may_have_it_and_what_waits_may_not(letter):
    invitation = letter.invitation
    new = MissionFactory.build(emails="mission@example.org")
    proposal = save_or_propose(new, "", [invitation.member_state_id])
    changed(invitation.minister, cc_emails="copy@example.org")
    changed(invitation, focal_point_email="focal@example.org")
    released = ["copy@example.org", "mission@example.org", "focal@example.org"]
    assert list(addresses_not_tried(letter)) == ["cabinet@example.org"]
    release_change(proposal, UserFactory(), proposal.mark)
    HeldChange.objects.all().delete()
    letter.refresh_from_db()

    assert list(addresses_not_tried(letter)) == ["cabinet@example.org", *released]
    changed(new, emails="rupert@example.org")
    changed(invitation, focal_point_email="rupert@example.org")
    new = MissionFactory.build(emails="rupert@example.org")
    save_or_propose(new, "", [invitation.member_state_id])

    assert list(addresses_not_tried(letter)) == ["cabinet@example.org", *released]


def test_another_minister_gets_the_letter_only_once_that_is_released(letter):
    rupert = MinisterFactory(
        member_state=letter.invitation.member_state,
        given_name="Rupert",
        to_emails="rupert@example.org",
    )
    changed(letter.invitation, minister_id=rupert.pk)

    assert refused(letter, "rupert@example.org")
    assert list(addresses_not_tried(letter)) == ["cabinet@example.org"]


def test_a_mission_that_is_elsewhere_gets_no_letter(letter):
    for fields in ({"city": "Strelsau"}, {"kind": Mission.Kind.EMBASSY}):
        MissionFactory(**fields, states=[letter.invitation.member_state])
    HeldChange.objects.all().delete()

    assert list(addresses_not_tried(letter)) == ["cabinet@example.org"]


def test_a_note_verbale_goes_to_its_mission_alone(frozen_letter):
    mission = MissionFactory(emails="mission@example.org\nregistry@example.org")
    note = frozen_letter(kind="note", mission=mission)
    write_states(mission, [note.invitation.member_state_id])
    changed(mission, emails="mission@example.org\nrupert@example.org")

    assert list(addresses_not_tried(note)) == ["mission@example.org", "registry@example.org"]


def test_a_letter_that_is_not_in_force_goes_to_no_other_address(letter):
    Invitation.objects.filter(pk=letter.invitation_id).update(status="withdrawn")

    assert refused(letter, "cabinet@example.org", "not in force")


def test_a_letter_of_an_edition_that_is_over_goes_to_no_other_address(letter):
    """Nobody looks at a change of an address there any more."""
    changed(
        letter.invitation.edition,
        reply_before="2020-01-01",
        opens_on="2020-02-01",
        track_opens_on="2020-02-01",
        track_closes_on="2020-02-02",
        closes_on="2020-02-02",
        replies_closed_at=dt.datetime(2020, 2, 1, tzinfo=dt.UTC),
    )
    HeldChange.objects.all().delete()
    AnnouncedEditionFactory()

    assert refused(letter, "cabinet@example.org", "the edition is over")


def test_each_address_is_offered_with_all_whose_it_is(letter):
    invitation = letter.invitation
    changed(invitation, focal_point_email="fritz@example.org")
    changed(invitation.minister, cc_emails="mission@example.org")
    mission = MissionFactory(
        name="Mission of Ruritania",
        city="Geneva",
        emails="Mission@example.org\nzenda@example.org",
        states=[invitation.member_state],
    )
    HeldChange.objects.all().delete()
    letter.refresh_from_db()

    assert addresses_not_tried(letter) == {
        "cabinet@example.org": f"{invitation.minister} (To)",
        "mission@example.org": f"{invitation.minister} (Cc), {mission}",
        "zenda@example.org": str(mission),
        "fritz@example.org": "focal point",
    }
