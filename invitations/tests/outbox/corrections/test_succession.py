import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.audit import Act
from invitations.letters.approval import approve_letter
from invitations.letters.circulars import plan_circular
from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw_invitation
from invitations.links import NO_LINK, link_for_token, replace_link
from invitations.models import (
    Delivery,
    HeldChange,
    Invitation,
    Minister,
    PartnershipInterest,
    Reconfirmation,
    Reply,
)
from invitations.outbox.date_change.reconfirmations import confirm_answer
from invitations.outbox.decisions import resend
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.release import release_alone, release_change, take_back_change
from invitations.reminders.eligibility import may_be_reminded
from invitations.replies import mark_dealt_with, record_reply
from invitations.tests.corrections import NEW_GOVERNMENT, asked_for, released_by, successor_of
from invitations.tests.factories import (
    InvitationFactory,
    MinisterFactory,
    ReplyFactory,
    UserFactory,
)
from invitations.tests.moving import moved
from invitations.tests.paper import on_file

pytestmark = pytest.mark.django_db

YES = {"answer": "in_person"}


def now_of(row):
    return type(row).objects.get(pk=row.pk)


def test_the_old_link_dies_at_once_and_all_else_waits(issued):
    invitation = issued()
    token = invitation.links.get().token

    change = asked_for(invitation)

    assert link_for_token(token).gone_reason == "ended"
    assert now_of(invitation).status == "issued"
    assert now_of(invitation).minister.successor_id == change.after["minister"]
    assert not Invitation.objects.filter(minister=change.after["minister"]).exists()
    assert list(HeldChange.objects.successions()) == [change]


def test_a_successor_without_a_letter_whose_answer_was_carried_over_gets_one_later(issued):
    reply = record_reply(issued(), YES, channel="fax")
    new = released_by(asked_for(reply.invitation, letter="later"))
    assert (new.status, new.letters.count()) == ("issued", 0)

    assert plan_circular(new.edition.circulars.get()) == 1

    assert new.letters.get().kind == "invitation"


def test_the_release_withdraws_the_old_invitation_and_a_letter_goes_to_the_successor(issued):
    invitation, asker, second = issued(), UserFactory(), UserFactory()

    new = released_by(asked_for(invitation, asker), second)

    old = now_of(invitation)
    assert (old.status, old.withdrawal_reason) == ("withdrawn", NEW_GOVERNMENT)
    assert (new.status, new.is_principal) == ("draft", True)
    compose_planned()
    letter = new.letters.get()
    assert "Rassendyll" in letter.addressee
    with pytest.raises(ValidationError, match="A second person has to approve"):
        approve_letter(letter, asker, letter.sha256, letter.message_sha256)
    approve_letter(letter, second, letter.sha256, letter.message_sha256)
    assert now_of(new).status == "issued"


def test_an_answer_stays_valid_to_be_confirmed_and_then_the_invitation_is_in_force(issued):
    reply = ReplyFactory(invitation=issued(), remarks="Two rooms.")

    new = released_by(asked_for(reply.invitation))

    carried = new.replies.get()
    assert (new.status, carried.status, carried.is_to_confirm) == ("issued", "standing", True)
    assert (carried.answer, carried.remarks) == (reply.answer, "Two rooms.")
    assert carried.received_at == reply.received_at
    assert carried.carried_from == reply
    compose_planned()
    letter = new.letters.get(kind="invitation")
    approve_letter(letter, UserFactory(), letter.sha256, letter.message_sha256)
    assert new.letters.approved().get() == letter


def test_an_answer_that_is_asked_again_ends_with_the_old_invitation(issued):
    reply = ReplyFactory(invitation=issued())

    new = released_by(asked_for(reply.invitation, reply="ask"))

    assert (new.status, new.replies.count()) == ("draft", 0)


def test_what_nobody_has_looked_at_waits_with_the_invitation_of_the_successor(issued):
    invitation, second = issued(), UserFactory()
    unread, read = (on_file(invitation=invitation, sender=name) for name in ("Sapt", "Hentzau"))
    mark_dealt_with(read, UserFactory())

    new = released_by(asked_for(invitation), second)

    assert list(new.correspondence.all()) == [unread]
    assert list(invitation.correspondence.all()) == [read]
    assigned = LogEntry.objects.get_for_object(unread).get(additional_data__act="assigned")
    assert assigned.actor == second


@pytest.mark.parametrize("channel", ["online", "fax"])
@pytest.mark.parametrize("answer", ["in_person", "regrets"])
def test_what_the_successors_office_says_takes_the_place_of_what_was_carried(
    issued, channel, answer
):
    new = released_by(asked_for(ReplyFactory(invitation=issued()).invitation))

    said = record_reply(new, {"answer": answer}, channel=channel)

    assert (said.status, said.is_to_confirm) == ("standing", False)
    assert new.replies.get(carried_from__isnull=False).status == "superseded"


def test_nobody_releases_what_they_asked_for(issued):
    asker = UserFactory()
    change = asked_for(issued(), asker)

    with pytest.raises(ValidationError, match="A second person has to release it"):
        release_change(change, asker, change.mark)
    with pytest.raises(ValidationError, match="Only a corrected address"):
        release_alone(change, UserFactory(), change.mark, "At once.")


def test_what_is_taken_back_leaves_the_minister_in_office_and_the_link_dead(issued):
    invitation = issued()
    change = asked_for(invitation)

    take_back_change(change, UserFactory(), change.mark, "She stays.")

    assert now_of(invitation).minister.successor is None
    assert not invitation.links.current().exists()
    assert now_of(invitation).status == "issued"
    assert asked_for(invitation, successor=Minister.objects.get(given_name="Rupert"))


@pytest.mark.parametrize("status", ["draft", "issued"])
def test_no_new_link_is_made_for_who_leaves_while_the_hand_over_waits(status):
    issued_at = timezone.now() if status == "issued" else None
    invitation, by = InvitationFactory(status=status, issued_at=issued_at), UserFactory()
    change = asked_for(invitation)

    with pytest.raises(ValidationError, match="A successor is entered already"):
        replace_link(invitation, NO_LINK, by, "They ask for it.")
    assert not invitation.links.current().exists()

    take_back_change(change, UserFactory(), change.mark)
    assert replace_link(invitation, NO_LINK, by, "She stays.").version == 2


def test_a_reply_that_came_meanwhile_is_looked_at_first(issued):
    invitation = issued()
    change = asked_for(invitation)
    record_reply(invitation, YES, channel="fax")

    with pytest.raises(ValidationError, match="A reply came in after"):
        release_change(change, UserFactory(), change.mark)

    assert now_of(invitation).status == "issued"
    assert now_of(change).is_waiting


def test_a_withdrawal_meanwhile_is_told(issued):
    invitation = issued()
    change = asked_for(invitation)
    withdraw_invitation(invitation, UserFactory(), "By note.")

    with pytest.raises(ValidationError, match="withdrawn meanwhile"):
        release_change(change, UserFactory(), change.mark)


def test_the_successors_own_invitation_becomes_the_principal_one(issued):
    invitation = issued()
    successor = successor_of(invitation)
    courtesy = InvitationFactory(
        edition=invitation.edition,
        minister=successor,
        is_principal=False,
        status="draft",
        issued_at=None,
    )

    new = released_by(asked_for(invitation, successor=successor))

    assert (new, new.is_principal) == (courtesy, True)
    assert new.letters.inviting().count() == 1


def test_another_invitation_of_the_state_may_become_the_principal_one(issued):
    invitation = issued()
    other = InvitationFactory(
        edition=invitation.edition,
        minister=successor_of(invitation, given_name="Michael"),
        is_principal=False,
    )

    new = released_by(asked_for(invitation, principal=other.pk))

    assert not new.is_principal
    assert now_of(other).is_principal


def test_without_a_letter_the_successors_invitation_stays_a_draft(issued):
    new = released_by(asked_for(issued(), letter="later"))

    assert (new.status, new.letters.count()) == ("draft", 0)


def test_the_focal_point_comes_along_as_it_was_released(issued):
    invitation = issued()
    Invitation.objects.filter(pk=invitation.pk).update(focal_point_name="Fritz")
    one = now_of(invitation)
    one.focal_point_email = "elsewhere@example.org"
    one.save()

    new = released_by(asked_for(one))

    assert (new.focal_point_name, new.focal_point_email) == ("Fritz", "")


def test_what_cannot_be_handed_over_says_why(issued):
    invitation = issued()
    abroad, gone = MinisterFactory(), successor_of(invitation)
    gone.successor = invitation.minister
    gone.save()

    for successor, why in [
        (invitation.minister, "another person"),
        (abroad, "another State"),
        (gone, "left office too"),
    ]:
        with pytest.raises(ValidationError, match=why):
            asked_for(invitation, successor=successor)
    with pytest.raises(ValidationError, match="Choose as principal"):
        asked_for(invitation, successor=successor_of(invitation, given_name="A"), principal=0x7F)
    asked_for(invitation, successor=successor_of(invitation, given_name="B"))
    with pytest.raises(ValidationError, match="entered already"):
        asked_for(invitation, successor=successor_of(invitation, given_name="C"))


def test_two_replies_that_differ_are_settled_first(issued):
    invitation = issued()
    ReplyFactory(invitation=invitation)
    ReplyFactory(invitation=invitation, status="contested", channel="fax", answer="regrets")

    with pytest.raises(ValidationError, match="Two replies differ"):
        asked_for(invitation)


def test_nothing_leaves_to_a_person_out_of_office(peer, issued):
    invitation = issued()
    asked_for(invitation)

    dispatch_outbox()

    [delivery] = Delivery.objects.filter(letter__invitation=invitation)
    assert (delivery.state, peer.taken) == ("missed", [])
    assert delivery.events.last().reason == "the person it is written to has left office"
    with pytest.raises(ValidationError, match="has left office"):
        resend(delivery, UserFactory())


def test_nobody_out_of_office_is_reminded(reached):
    invitation = reached()
    now = timezone.now().replace(year=2027, month=3, day=10)
    assert list(may_be_reminded(invitation.edition, now)) == [invitation]

    Minister.objects.update(successor=successor_of(invitation))

    assert not may_be_reminded(invitation.edition, now).exists()


def test_history_names_both_people(issued):
    invitation, asker, second = issued(), UserFactory(), UserFactory()
    released_by(asked_for(invitation, asker), second)

    of_invitation = LogEntry.objects.get_for_object(invitation).order_by("pk")
    acts = [(one.additional_data["act"], one.actor) for one in of_invitation if one.additional_data]
    assert (Act.HAND_OVER_ASKED, asker) in acts
    assert (Act.WITHDRAWN, second) in acts


@pytest.mark.parametrize("is_asked_first", [True, False])
def test_dates_that_moved_are_asked_of_the_successors_office(issued, is_asked_first):
    """The board counts who has re-confirmed: an answer that was carried over is in no other way."""
    reply = ReplyFactory(invitation=issued())
    change = asked_for(reply.invitation) if is_asked_first else None
    moved(reply.invitation.edition)

    new = released_by(change or asked_for(now_of(reply.invitation)))

    [question] = Reconfirmation.objects.current().counted()
    assert (question.invitation, question.reply) == (new, new.replies.get())
    assert question.said == "not_yet"
    mark = str(question.move_id)
    assert confirm_answer(new, str(question.reply_id), mark).said == "still_valid"


def test_what_the_old_office_said_of_the_new_dates_holds_for_what_is_carried(issued):
    reply = ReplyFactory(invitation=issued())
    move = moved(reply.invitation.edition)
    confirm_answer(now_of(reply.invitation), str(reply.pk), str(move.pk))

    new = released_by(asked_for(now_of(reply.invitation)))

    assert Reconfirmation.objects.current().counted().get(invitation=new).said == "still_valid"


@pytest.mark.parametrize(("first", "then"), [(False, True), (True, False), (True, True)])
def test_an_interest_in_partnership_is_carried_whichever_reply_told_of_it(issued, first, then):
    invitation, told_at = issued(), timezone.now()
    record_reply(invitation, YES | {"partnership_interest": first})
    record_reply(invitation, YES | {"partnership_interest": then}, channel="fax")
    Reply.objects.filter(partnership_interest=True).update(partnership_informed_at=told_at)

    new = released_by(asked_for(now_of(invitation)))

    [interest] = PartnershipInterest.objects.filter(invitation=new)
    assert interest.partnership_informed_at == told_at


def test_who_was_told_of_an_earlier_interest_is_not_told_again_of_the_successors(issued):
    invitation, told_at = issued(), timezone.now()
    record_reply(invitation, YES | {"partnership_interest": True})
    Reply.objects.update(partnership_informed_at=told_at)
    record_reply(invitation, YES | {"partnership_interest": True, "remarks": "By air."})

    new = released_by(asked_for(now_of(invitation)))

    assert new.replies.get().partnership_informed_at == told_at


def test_nobody_is_invited_who_has_left_office_meanwhile(issued):
    invitation = ReplyFactory(invitation=issued()).invitation
    successor = successor_of(invitation)
    change = asked_for(invitation, successor=successor, letter="later")
    third = successor_of(invitation, given_name="Sapt")
    Minister.objects.filter(pk=successor.pk).update(successor=third)

    with pytest.raises(ValidationError, match="holds this office was changed"):
        release_change(change, UserFactory(), change.mark)

    take_back_change(change, UserFactory(), change.mark)
    assert now_of(invitation).minister.successor is None


@pytest.mark.parametrize("is_back", [True, False])
def test_another_successor_on_file_is_looked_at_first(issued, is_back):
    invitation = issued()
    change = asked_for(invitation)
    other = None if is_back else successor_of(invitation, given_name="Sapt")
    Minister.objects.filter(pk=invitation.minister_id).update(successor=other)

    with pytest.raises(ValidationError, match="holds this office was changed"):
        release_change(change, UserFactory(), change.mark)

    assert now_of(invitation).status == "issued"
