"""What is asked after a move of dates, when what answered it is taken up again."""

import datetime as dt

import pytest
from django.utils import timezone

from invitations.inbox.recording import record_filed
from invitations.inbox.reopening import take_up_again
from invitations.models import Reconfirmation
from invitations.outbox.date_change.reconfirmations import (
    confirm_answer,
    mark_of_date_change,
    open_question,
)
from invitations.replies import file_correspondence, record_reply
from invitations.tests.factories import InvitationFactory, UserFactory
from invitations.tests.moving import moved
from invitations.tests.replies.replying import IN_PERSON, REGRETS

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation():
    return InvitationFactory()


def by_fax(invitation, words, **how):
    now = timezone.now()
    return file_correspondence(
        invitation, UserFactory(), "fax", now, reply_words=words or None, **how
    )


def taken_up(filed):
    take_up_again(filed, UserFactory(), "It is of Strelsau.")
    filed.refresh_from_db()
    return filed


def re_confirmed(invitation, reply, move):
    return confirm_answer(invitation, str(reply.pk), mark_of_date_change(move))


def test_what_the_office_re_confirmed_itself_is_not_lost_with_a_fax_that_said_the_same(invitation):
    reply = record_reply(invitation, IN_PERSON)
    re_confirmed(invitation, reply, moved(invitation.edition))

    taken_up(by_fax(invitation, IN_PERSON))

    question = Reconfirmation.objects.get()
    assert (question.said, question.channel) == ("still_valid", "online")


def test_what_the_office_said_itself_after_a_wrong_fax_counts_once_that_is_gone(invitation):
    record_reply(invitation, IN_PERSON)
    moved(invitation.edition)
    filed = by_fax(invitation, IN_PERSON)
    record_reply(invitation, IN_PERSON)

    taken_up(filed)

    question = Reconfirmation.objects.get()
    assert (question.said, question.channel) == ("still_valid", "online")


def test_an_answer_of_the_office_s_own_since_the_move_settles_the_question_again(invitation):
    record_reply(invitation, IN_PERSON)
    moved(invitation.edition)
    record_reply(invitation, {"answer": "video"})

    taken_up(by_fax(invitation, {"answer": "video"}))

    question = Reconfirmation.objects.get()
    assert (question.said, question.channel) == ("changed", "online")


def test_nobody_is_asked_whether_a_stranger_s_answer_holds(invitation):
    filed = by_fax(invitation, REGRETS)
    moved(invitation.edition)

    taken_up(filed)

    assert open_question(invitation) is None


def test_the_office_is_asked_about_its_own_answer_of_before_the_move(invitation):
    filed = by_fax(invitation, REGRETS)
    came_at = timezone.now() - dt.timedelta(hours=20)
    moved(invitation.edition)
    taken_up(filed)

    right = file_correspondence(invitation, UserFactory(), "letter", came_at, reply_words=IN_PERSON)

    assert open_question(invitation).reply == right.replies.get()


def test_nobody_is_asked_either_where_a_stranger_s_fax_re_confirmed_another_s(invitation):
    first = by_fax(invitation, REGRETS)
    moved(invitation.edition)
    second = by_fax(invitation, {"answer": "video"})

    taken_up(first)
    taken_up(second)

    assert open_question(invitation) is None


def test_a_question_that_a_later_move_has_overtaken_stays_as_it_was(invitation):
    record_reply(invitation, IN_PERSON)
    moved(invitation.edition)
    filed = by_fax(invitation, None, still_valid=True)
    moved(invitation.edition)

    taken_up(filed)

    before, now = Reconfirmation.objects.order_by("pk")
    assert (before.said, now.said) == ("still_valid", "not_yet")


def test_a_fax_that_was_typed_wrongly_settles_the_question_when_it_is_recorded_again(invitation):
    record_reply(invitation, IN_PERSON)
    moved(invitation.edition)
    filed = taken_up(by_fax(invitation, REGRETS))

    record_filed(filed, invitation, UserFactory(), IN_PERSON)

    question = Reconfirmation.objects.get()
    assert (question.said, question.correspondence) == ("still_valid", filed)
