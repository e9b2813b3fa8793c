import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.letters.approval import approve_letter
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.issuing import (
    draft_invitation,
    issue_invitation,
    make_principal,
    withdraw_invitation,
)
from invitations.models import Delivery, Invitation, Letter
from invitations.replies import record_reply
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def test_a_draft_has_its_state_its_link_and_its_code():
    minister = MinisterFactory()

    invitation = draft_invitation(EditionFactory(), minister, focal_point_email="focal@example.org")

    link = invitation.links.current().get()
    assert (invitation.status, invitation.member_state) == ("draft", minister.member_state)
    assert (link.version, len(link.token), len(link.code)) == (1, 21, 12)
    assert invitation.focal_point_email == "focal@example.org"


def test_a_minister_who_moves_to_another_state_keeps_the_invitation_of_the_first():
    invitation = InvitationFactory()
    first = invitation.member_state
    minister = invitation.minister
    minister.member_state = MemberStateFactory()
    minister.save(update_fields=["member_state"])

    invitation.refresh_from_db()

    assert invitation.member_state == first


def test_a_state_has_one_principal_invitation():
    first = InvitationFactory()
    second = MinisterFactory(member_state=first.member_state, given_name="Antoinette")

    courtesy = draft_invitation(first.edition, second, is_principal=False)

    assert not courtesy.is_principal
    with pytest.raises(ValidationError, match="has its principal invitation already"):
        draft_invitation(
            first.edition, MinisterFactory(member_state=first.member_state, given_name="Rudolf")
        )


def test_issuing_puts_the_invitation_in_force_and_its_letter_in_the_outbox(composed):
    letter = composed(to_emails="office@example.org", cc_emails="pr@example.org")
    approver = UserFactory()

    issue_invitation(letter, approver)

    letter.invitation.refresh_from_db()
    assert letter.invitation.status == Invitation.Status.ISSUED
    assert letter.invitation.issued_at is not None
    assert sorted(letter.deliveries.values_list("line", "address", "state")) == [
        ("cc", "pr@example.org", "queued"),
        ("to", "office@example.org", "queued"),
    ]
    assert letter.events.get(state="approved").actor == approver


def test_an_invitation_in_force_is_not_issued_again(issued):
    invitation = issued()
    letter = invitation.letters.get()

    with pytest.raises(ValidationError, match="Only a draft invitation"):
        issue_invitation(letter, UserFactory())

    assert letter.deliveries.count() == 1


def test_withdrawing_says_why_and_keeps_in_the_house_what_has_not_left(issued):
    invitation = issued()
    registrar = UserFactory()

    withdraw_invitation(invitation, registrar, "A change of government.")

    letter = invitation.letters.get()
    assert (invitation.status, invitation.withdrawal_reason) == (
        "withdrawn",
        "A change of government.",
    )
    assert letter.state == Letter.State.CANCELLED
    assert letter.deliveries.get().state == Delivery.State.CANCELLED
    assert letter.events.latest("pk").actor == registrar


def test_what_has_left_stays_on_file_when_the_invitation_is_withdrawn(issued):
    invitation = issued()
    letter = invitation.letters.get()
    delivery = letter.deliveries.get()
    Delivery.objects.update(state="handed_over", handed_over_at=timezone.now())

    withdraw_invitation(invitation, UserFactory(), "A change of government.")

    letter.refresh_from_db()
    delivery.refresh_from_db()
    assert (letter.state, delivery.state) == ("approved", "handed_over")


def test_a_planned_letter_of_a_withdrawn_invitation_is_cancelled():
    invitation = InvitationFactory(status="draft", issued_at=None)
    CircularFactory(edition=invitation.edition)
    plan_invitation_letters(invitation.edition)

    withdraw_invitation(invitation, UserFactory(), "The post was abolished.")

    assert invitation.letters.get().state == Letter.State.CANCELLED


def test_withdrawing_needs_a_reason_and_happens_once():
    invitation = InvitationFactory()

    with pytest.raises(ValidationError, match="Say why"):
        withdraw_invitation(invitation, UserFactory(), "  ")
    withdraw_invitation(invitation, UserFactory(), "A change of government.")

    with pytest.raises(ValidationError, match="withdrawn already"):
        withdraw_invitation(invitation, UserFactory(), "Again.")


def test_after_a_withdrawal_the_state_can_be_invited_again():
    first = InvitationFactory()
    withdraw_invitation(first, UserFactory(), "A change of government.")

    successor = MinisterFactory(member_state=first.member_state, given_name="Antoinette")

    assert draft_invitation(first.edition, successor).is_principal


def beside(principal, **fields):
    """Invite another minister of the State, by courtesy."""
    minister = MinisterFactory(member_state=principal.member_state, family_name="Sapt")
    return InvitationFactory(
        edition=principal.edition, minister=minister, is_principal=False, **fields
    )


def test_one_invitation_of_a_state_is_principal_and_the_one_before_stays_by_courtesy():
    before = InvitationFactory()
    chosen = beside(before)

    make_principal(chosen, UserFactory(), "The minister speaks for the State.")

    assert chosen.is_principal
    before.refresh_from_db()
    assert (before.status, before.is_principal) == ("issued", False)
    for one, act in ((before, "by_courtesy"), (chosen, "principal")):
        entry = LogEntry.objects.get_for_object(one).first()
        assert entry.additional_data["act"] == act
        assert entry.additional_data["reason"] == "The minister speaks for the State."


@pytest.mark.parametrize(
    ("fields", "reason", "refused"),
    [
        ({"status": "draft"}, "So.", "not in force"),
        ({"status": "withdrawn"}, "So.", "not in force"),
        ({}, " ", "Say why"),
    ],
)
def test_no_invitation_that_is_not_in_force_becomes_principal(fields, reason, refused):
    before = InvitationFactory()
    chosen = beside(before, **fields)

    with pytest.raises(ValidationError, match=refused):
        make_principal(chosen, UserFactory(), reason)

    before.refresh_from_db()
    assert before.is_principal


def test_what_is_principal_already_is_not_made_so_once_more():
    with pytest.raises(ValidationError, match="already"):
        make_principal(InvitationFactory(), UserFactory(), "So.")


def test_a_withdrawn_invitation_keeps_its_replies():
    invitation = InvitationFactory()
    record_reply(invitation, {"answer": "in_person"})

    withdraw_invitation(invitation, UserFactory(), "A change of government.")

    assert invitation.replies.standing().get().answer == "in_person"


def test_a_letter_of_a_withdrawn_draft_cannot_be_approved(composed):
    letter = composed()
    withdraw_invitation(letter.invitation, UserFactory(), "A change of government.")

    with pytest.raises(ValidationError, match="Only a composed letter"):
        approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)

    assert not letter.deliveries.exists()
