import datetime as dt
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.inbox.recording import record_filed
from invitations.models import Reply
from invitations.replies import file_correspondence, record_reply
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    UserFactory,
)
from invitations.tests.paper import on_file
from invitations.tests.replies.replying import IN_PERSON, REGRETS, on_paper

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("now", "late"), [("2027-03-31 21:59:59Z", False), ("2027-03-31 22:00:00Z", True)]
)
def test_a_reply_is_late_from_midnight_of_the_deadline_in_geneva(now, late):
    with time_machine.travel(now, tick=False):
        reply = record_reply(InvitationFactory(), IN_PERSON)

    assert reply.status == Reply.Status.STANDING
    assert reply.is_late is late


def test_lateness_goes_by_the_hour_at_which_the_organization_got_the_paper():
    with time_machine.travel("2027-04-02 09:00Z"):
        reply = record_reply(
            InvitationFactory(),
            IN_PERSON,
            channel="fax",
            received_at=dt.datetime(2027, 3, 31, 15, tzinfo=dt.UTC),
            by=UserFactory(),
        )

    assert not reply.is_late


def test_a_closed_edition_takes_no_reply():
    edition = EditionFactory(replies_closed_at=timezone.now())

    with pytest.raises(ValidationError, match="closed"):
        record_reply(InvitationFactory(edition=edition), IN_PERSON)

    assert not Reply.objects.exists()


def test_a_paper_that_came_before_replies_were_closed_is_recorded_after():
    closed_at = timezone.now() - dt.timedelta(hours=1)
    invitation = InvitationFactory(edition__replies_closed_at=closed_at)
    in_time = closed_at - dt.timedelta(hours=1)

    filed = file_correspondence(
        invitation, UserFactory(), "fax", in_time, reply_words=IN_PERSON, summary="They come."
    )

    assert filed.replies.get().received_at == in_time
    with pytest.raises(ValidationError, match="closed"):
        file_correspondence(invitation, UserFactory(), "fax", closed_at, reply_words=REGRETS)


def test_a_mail_that_came_before_replies_were_closed_is_recorded_beside_its_words():
    closed_at = timezone.now() - dt.timedelta(hours=1)
    invitation = InvitationFactory(edition__replies_closed_at=closed_at)
    in_time, too_late = (on_file(received_at=at) for at in (before(closed_at), closed_at))

    assert record_filed(in_time, invitation, UserFactory(), IN_PERSON).status == "standing"
    with pytest.raises(ValidationError, match="closed"):
        record_filed(too_late, invitation, UserFactory(), REGRETS)


def before(at):
    return at - dt.timedelta(seconds=1)


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_an_invitation_that_is_not_in_force_takes_no_reply(status):
    invitation = InvitationFactory(status=status)

    with pytest.raises(ValidationError, match="not in force"):
        record_reply(invitation, IN_PERSON)

    assert not Reply.objects.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ({"answer": "represented"}, "name the substitute"),
        ({"answer": "represented", "substitute_name": "  "}, "name the substitute"),
        ({"answer": "perhaps"}, "one of the answers offered"),
        ({"answer": "video"}, "one of the answers offered"),
        ({"answer": ""}, "one of the answers offered"),
        ({}, "one of the answers offered"),
    ],
)
def test_an_incomplete_reply_is_refused_in_one_sentence(words, sentence):
    edition = EditionFactory(answers_offered=["in_person", "represented", "regrets"])

    with pytest.raises(ValidationError, match=sentence) as refusal:
        record_reply(InvitationFactory(edition=edition), words)

    assert len(refusal.value.messages) == 1


def test_paper_says_what_the_page_does_not_offer_but_no_answer_that_there_is_not():
    edition = EditionFactory(answers_offered=["in_person", "regrets"])
    invitation = InvitationFactory(edition=edition)

    reply = on_paper(invitation, {"answer": "video"})

    assert (reply.answer, reply.status) == ("video", "standing")
    with pytest.raises(ValidationError, match="one of the answers offered"):
        on_paper(invitation, {"answer": "perhaps"})


def test_a_reply_from_the_future_is_refused():
    tomorrow = timezone.now() + dt.timedelta(days=1)

    with pytest.raises(ValidationError, match="future"):
        record_reply(InvitationFactory(), IN_PERSON, channel="fax", received_at=tomorrow)


def test_a_form_key_cannot_be_spent_on_another_invitation():
    key = uuid4()
    record_reply(InvitationFactory(), IN_PERSON, form_key=key)

    with pytest.raises(ValidationError):
        record_reply(InvitationFactory(), REGRETS, form_key=key)

    assert Reply.objects.count() == 1
