"""A reply and the release of a move at the same moment: nothing is lost, and all is asked about."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from invitations.letters.composing_queue import compose_or_say_why
from invitations.letters.planning import plan_receipt, save_unless_planned
from invitations.models import (
    Correspondence,
    DateChange,
    Invitation,
    Letter,
    Reconfirmation,
    Reply,
)
from invitations.outbox.date_change.apply import apply_date_change
from invitations.outbox.date_change.reconfirmations import StaleDates, confirm_answer
from invitations.outbox.release import release_change
from invitations.replies import file_correspondence, record_reply
from invitations.tests.corrections import asked_for
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    ReplyFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import claimed
from invitations.tests.moving import asked, moved
from invitations.tests.races import at_once, before_the_commit_of

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]


@pytest.fixture
def invitation(db):
    return InvitationFactory(edition=EditionFactory())


def release_of(move, by):
    return partial(apply_date_change, move.change, by, move.change.mark)


def test_a_reply_that_comes_just_before_a_release_is_asked_about(invitation):
    release = release_of(asked(invitation.edition), UserFactory())

    before_the_commit_of(partial(record_reply, invitation, {"answer": "in_person"}), release)

    assert Reconfirmation.objects.get().reply == Reply.objects.get()


def test_a_reply_to_the_dates_before_waits_for_the_release_and_is_refused(invitation):
    release = release_of(asked(invitation.edition), UserFactory())

    said = before_the_commit_of(
        release, partial(record_reply, invitation, {"answer": "in_person"}, seen_dates="")
    )

    assert isinstance(said, StaleDates)
    assert not Reply.objects.exists()


def test_an_answer_that_a_move_online_ends_is_refused_at_the_same_moment(invitation):
    release = release_of(asked(invitation.edition, "online"), UserFactory())

    said = before_the_commit_of(release, partial(record_reply, invitation, {"answer": "in_person"}))

    assert isinstance(said, ValidationError)
    assert not Reply.objects.exists()


def test_an_acknowledgement_that_is_being_composed_does_not_keep_the_earlier_dates(
    issued, approved_texts
):
    office = issued()
    record_reply(office, {"answer": "holding"})
    letter = claimed(office.letters.planned().get().pk)
    release = release_of(asked(office.edition), UserFactory())

    before_the_commit_of(release, partial(compose_or_say_why, letter))

    letter.refresh_from_db()
    assert letter.state == "planned"


def test_what_an_office_files_while_its_receipt_is_made_again_is_what_the_receipt_tells(issued):
    """An office that files must not find an error, nor have what it filed undone."""
    office = issued()
    anew = Letter(invitation=office, circular=office.letters.get().circular, kind="receipt",
                  variant="delegation", filed={"en": "Flavia Elphberg"}, language="en")  # fmt: skip

    def file_it():
        with transaction.atomic():
            plan_receipt(office, "delegation", lambda _language: "Rupert of Hentzau")

    before_the_commit_of(partial(save_unless_planned, anew), file_it)

    assert office.letters.get(kind="receipt").filed == {"en": "Rupert of Hentzau"}


def test_staff_and_the_office_say_at_once_that_the_answer_holds_and_one_is_noted(invitation):
    reply, by = record_reply(invitation, {"answer": "in_person"}), UserFactory()
    move = moved(invitation.edition)
    now = timezone.now()

    done = at_once(
        partial(confirm_answer, invitation, str(reply.pk), str(move.pk)),
        partial(file_correspondence, invitation, by, "telephone", now, still_valid=True),
    )

    question = Reconfirmation.objects.get()
    assert question.said == "still_valid"
    assert (question.channel == "telephone") == (not isinstance(done[1], ValidationError))
    assert Correspondence.objects.count() == (question.channel == "telephone")


def test_a_move_and_a_hand_over_that_are_released_at_once_ask_the_successors_office(issued):
    for _time in range(3):
        reply = ReplyFactory(invitation=issued())
        change, by = asked_for(reply.invitation), UserFactory()
        move = asked(reply.invitation.edition)

        done = at_once(release_of(move, by), partial(release_change, change, by, change.mark))

        assert not any(isinstance(one, Exception) for one in done)
        new = Invitation.objects.get(minister=change.after["minister"])
        question = Reconfirmation.objects.current().get(invitation=new)
        assert (question.reply, question.said) == (new.replies.get(), "not_yet")


def test_of_ten_who_release_at_once_one_does(invitation):
    move = asked(invitation.edition)
    people = [UserFactory() for _one in range(10)]

    done = at_once(*[release_of(move, by) for by in people])

    assert sum(isinstance(one, DateChange) for one in done) == 1


def test_ten_presses_of_the_button_re_confirm_once(invitation):
    reply = record_reply(invitation, {"answer": "in_person"})
    move = moved(invitation.edition)

    done = at_once(*[partial(confirm_answer, invitation, str(reply.pk), str(move.pk))] * 10)

    assert {one.answered_at for one in done} == {Reconfirmation.objects.get().answered_at}
