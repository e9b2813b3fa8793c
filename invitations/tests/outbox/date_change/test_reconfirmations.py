"""What offices say again once the dates have moved."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.models import DateChange, Reconfirmation, Reply
from invitations.outbox.date_change.proposal import ProposedDateChange, propose_date_change
from invitations.outbox.date_change.reconfirmations import StaleDates, confirm_answer
from invitations.replies import file_correspondence, record_reply, settle_contested
from invitations.tests.factories import EditionFactory, InvitationFactory, UserFactory
from invitations.tests.moving import in_force, later, moved

pytestmark = pytest.mark.django_db

IN_PERSON, REGRETS = {"answer": "in_person"}, {"answer": "regrets"}


@pytest.fixture
def invitation():
    return InvitationFactory(edition=EditionFactory())


def answered(invitation, **words):
    return record_reply(invitation, IN_PERSON | words)


def said(invitation):
    return Reconfirmation.objects.current().get(invitation=invitation).said


def confirmed(invitation, reply, move):
    return confirm_answer(invitation, str(reply.pk), str(move.pk))


def test_an_answer_that_holds_is_re_confirmed_once_and_stays_the_same_reply(invitation):
    reply = answered(invitation)
    move = moved(invitation.edition)

    first = confirmed(invitation, reply, move)
    again = confirmed(invitation, reply, move)

    assert (first.said, first.channel) == ("still_valid", "online")
    assert first.answered_at == again.answered_at
    assert list(Reply.objects.all()) == [reply]


def test_another_answer_is_a_re_confirmation_too(invitation):
    answered(invitation)
    moved(invitation.edition)

    record_reply(invitation, REGRETS)

    assert said(invitation) == "changed"
    assert invitation.replies.standing().get().answer == "regrets"


@pytest.mark.parametrize("words", [{}, {"remarks": "With a delegation of four."}])
def test_the_same_answer_given_again_re_confirms_it(invitation, words):
    answered(invitation)
    moved(invitation.edition)

    record_reply(invitation, IN_PERSON | words)

    assert said(invitation) == "still_valid"


def test_what_came_on_paper_re_confirms_too(invitation):
    answered(invitation)
    moved(invitation.edition)
    registrar = UserFactory()

    filed = file_correspondence(
        invitation, registrar, "note_verbale", timezone.now(), reply_words=IN_PERSON
    )

    question = Reconfirmation.objects.get()
    assert (question.said, question.channel) == ("still_valid", "note_verbale")
    assert (question.recorded_by, question.correspondence) == (registrar, filed)


def test_paper_that_is_older_than_the_move_is_asked_about_itself(invitation):
    since = timezone.now() - dt.timedelta(days=1)
    moved(invitation.edition)

    fax = record_reply(invitation, IN_PERSON, channel="fax", received_at=since)

    question = Reconfirmation.objects.get()
    assert (question.said, question.reply) == ("not_yet", fax)


def test_a_contested_reply_re_confirms_only_once_staff_let_it_stand(invitation):
    answered(invitation)
    moved(invitation.edition)
    contested = record_reply(invitation, REGRETS, channel="letter", received_at=timezone.now())
    assert (contested.status, said(invitation)) == ("contested", "not_yet")

    settle_contested(contested, UserFactory(), "The minister signed it.", stands=True)

    assert said(invitation) == "changed"


@pytest.mark.parametrize("says", [{"still_valid": True}, {"reply_words": IN_PERSON}])
def test_what_is_noted_as_it_comes_by_a_clock_that_is_behind_is_said_after_the_move(
    invitation, says
):
    answered(invitation)
    moved(invitation.edition)
    behind = timezone.now() - dt.timedelta(seconds=90)

    with time_machine.travel(behind, tick=False):
        file_correspondence(invitation, UserFactory(), "telephone", timezone.now(), **says)

    assert said(invitation) == "still_valid"


def test_what_came_in_well_before_the_move_says_nothing_of_it(invitation):
    answered(invitation)
    moved(invitation.edition)
    before = timezone.now() - dt.timedelta(minutes=3)

    with pytest.raises(ValidationError, match="before the dates moved"):
        file_correspondence(invitation, UserFactory(), "telephone", before, still_valid=True)


def test_the_first_answer_after_a_move_is_an_answer_and_nothing_to_re_confirm(invitation):
    moved(invitation.edition)

    answered(invitation)

    assert not Reconfirmation.objects.exists()


def test_a_holding_reply_re_confirms_nothing(invitation):
    answered(invitation)
    moved(invitation.edition)

    record_reply(invitation, {"answer": "holding"})

    assert said(invitation) == "not_yet"


def test_each_move_asks_again(invitation):
    reply = answered(invitation)
    confirmed(invitation, reply, moved(invitation.edition))

    second = moved(invitation.edition, days=7)

    assert said(invitation) == "not_yet"
    confirmed(invitation, reply, second)
    assert said(invitation) == "still_valid"


def test_a_deadline_that_moves_alone_leaves_the_question_of_the_dates_before_it_open(invitation):
    reply = answered(invitation)
    moved(invitation.edition)
    day = invitation.edition.reply_before + dt.timedelta(days=5)

    later = in_force(deadline_alone(invitation.edition, day))

    assert said(invitation) == "not_yet"
    assert confirmed(invitation, reply, later).said == "still_valid"


def test_the_same_answer_re_confirms_after_a_deadline_has_moved_alone(invitation):
    answered(invitation)
    moved(invitation.edition)
    day = invitation.edition.reply_before + dt.timedelta(days=5)
    in_force(deadline_alone(invitation.edition, day))

    record_reply(invitation, IN_PERSON)

    assert said(invitation) == "still_valid"


def deadline_alone(edition, day):
    dates = later(edition, 0) | {"reply_before": day}
    return propose_date_change(
        edition, ProposedDateChange(DateChange.Kind.MOVED, dates), UserFactory(), "More time."
    )


def test_an_answer_that_is_offered_no_more_is_asked_again_and_never_converted(invitation):
    reply = answered(invitation)
    move = moved(invitation.edition, "online")

    with pytest.raises(ValidationError, match="not offered any more"):
        confirmed(invitation, reply, move)
    with pytest.raises(ValidationError, match="choose one of the answers offered"):
        record_reply(invitation, IN_PERSON | {"remarks": "All the same."})

    by_fax = {"by": UserFactory(), "channel": "fax"}
    record_reply(invitation, IN_PERSON, **by_fax)

    assert (said(invitation), invitation.replies.standing().get()) == ("not_yet", reply)
    record_reply(invitation, {"answer": "video"})
    assert said(invitation) == "changed"


def test_what_was_said_on_a_page_with_other_dates_is_refused(invitation):
    reply = answered(invitation)
    first = moved(invitation.edition)
    moved(invitation.edition, days=7)

    with pytest.raises(StaleDates):
        confirmed(invitation, reply, first)
    with pytest.raises(StaleDates):
        record_reply(invitation, REGRETS, seen_dates=str(first.pk))

    assert said(invitation) == "not_yet"
    assert invitation.replies.get() == reply


def test_a_form_that_was_opened_before_any_move_is_refused_too(invitation):
    moved(invitation.edition)

    with pytest.raises(StaleDates):
        record_reply(invitation, IN_PERSON, seen_dates="")

    assert record_reply(invitation, IN_PERSON).status == "standing"


def test_a_page_that_showed_another_reply_confirms_nothing(invitation):
    first = answered(invitation)
    record_reply(invitation, REGRETS)
    move = moved(invitation.edition)

    with pytest.raises(ValidationError, match="Another reply came to stand"):
        confirmed(invitation, first, move)


def test_nothing_is_to_be_re_confirmed_where_no_dates_moved(invitation):
    reply = answered(invitation)

    with pytest.raises(ValidationError, match="Nothing is to be re-confirmed"):
        confirm_answer(invitation, str(reply.pk), "")


def test_an_office_that_was_withdrawn_confirms_nothing(invitation):
    reply = answered(invitation)
    move = moved(invitation.edition)
    type(invitation).objects.update(status="withdrawn")

    with pytest.raises(ValidationError, match="not in force"):
        confirmed(invitation, reply, move)
