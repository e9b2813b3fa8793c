"""Mail on a letter that is not the last word: of a predecessor, or of an earlier edition."""

import datetime as dt

import pytest
from django.utils import timezone

from invitations.inbox.filing import file_mail
from invitations.models import Invitation
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MinisterFactory,
)
from invitations.tests.paper import past_edition
from invitations.tests.reports import written

OURS = "<letter-1@forum.example.org>"

pytestmark = pytest.mark.django_db


def answer_to(invitation):
    """What is filed of a mail that answers the invitation's letter."""
    LetterFactory(invitation=invitation, message_id=OURS)
    return file_mail(written(sender="stranger@example.org", more=f"In-Reply-To: {OURS}"))


@pytest.fixture
def left():
    """The withdrawn invitation of a minister whose successor is on file."""
    invitation = InvitationFactory(status="withdrawn")
    minister = invitation.minister
    minister.successor = colleague_of(invitation)
    minister.save(update_fields=["successor"])
    return invitation


def colleague_of(invitation, given_name="Rudolf"):
    state = invitation.member_state
    return MinisterFactory(member_state=state, given_name=given_name, family_name="Rassendyll")


@pytest.mark.parametrize("status", ["issued", "draft"])
def test_an_answer_to_a_predecessor_s_letter_waits_with_the_successor_s(left, status):
    new = InvitationFactory(edition=left.edition, minister=left.minister.successor, status=status)

    assert answer_to(left).invitation == new


@pytest.mark.parametrize("is_principal", [True, False])
def test_the_principal_invitation_takes_the_place_of_a_principal_one_alone(is_principal):
    old = InvitationFactory(status="withdrawn", is_principal=is_principal)
    now = InvitationFactory(edition=old.edition, minister=colleague_of(old))

    assert answer_to(old).invitation == (now if is_principal else old)


def test_an_answer_on_a_letter_of_an_edition_that_is_over_is_of_the_one_ahead():
    earlier = InvitationFactory(edition=past_edition())
    now = InvitationFactory(minister=earlier.minister)

    assert answer_to(earlier).invitation == now


@pytest.mark.parametrize("status", ["issued", "draft"])
def test_who_was_the_principal_minister_once_answers_for_nobody_else(status):
    earlier = InvitationFactory(edition=past_edition())
    principal = InvitationFactory(minister=colleague_of(earlier))
    own = InvitationFactory(
        edition=principal.edition, minister=earlier.minister, status=status, is_principal=False
    )

    assert answer_to(earlier).invitation == own


@pytest.mark.parametrize("since", [["Robert"], ["Robert", "James"]])
def test_who_took_that_office_since_an_earlier_edition_answers_for_nobody_else(since):
    earlier = InvitationFactory(edition=past_edition())
    minister = earlier.minister
    for given_name in since:
        minister.successor = colleague_of(earlier, given_name)
        minister.save(update_fields=["successor"])
        minister = minister.successor
    principal = InvitationFactory(minister=colleague_of(earlier))
    own = InvitationFactory(edition=principal.edition, minister=minister, is_principal=False)

    assert answer_to(earlier).invitation == own


def test_where_neither_has_an_invitation_the_principal_one_takes_the_place():
    earlier = InvitationFactory(edition=past_edition())
    principal = InvitationFactory(minister=colleague_of(earlier))

    assert answer_to(earlier).invitation == principal


def test_mail_is_filed_where_a_reply_could_be_recorded_when_it_came():
    answered = InvitationFactory(edition__replies_closed_at=timezone.now())
    InvitationFactory(minister=answered.minister)
    LetterFactory(invitation=answered, message_id=OURS)
    mail = written(sender="stranger@example.org", more=f"In-Reply-To: {OURS}")

    filed = file_mail(mail, received_at=timezone.now() - dt.timedelta(hours=1))

    assert filed.invitation == answered


def test_of_two_editions_ahead_the_letter_s_own_is_meant():
    first = InvitationFactory()
    InvitationFactory(minister=first.minister, edition=EditionFactory())

    assert answer_to(first).invitation == first


def test_where_none_is_in_force_mail_stays_with_the_letter_that_it_answers(left):
    assert answer_to(left).invitation == left


def test_an_answer_on_an_earlier_letter_holds_the_reminders_of_today():
    earlier = InvitationFactory(edition=past_edition())
    now = InvitationFactory(minister=earlier.minister)

    answer_to(earlier)

    assert list(Invitation.objects.unheard()) == [now]
