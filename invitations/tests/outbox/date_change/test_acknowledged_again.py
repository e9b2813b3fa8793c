"""An office that says its answer holds is told so at the addresses on file, as it was at first."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import came_in_at
from invitations.models import Letter
from invitations.outbox.date_change.reconfirmations import confirm_answer
from invitations.outbox.dispatch import dispatch_outbox
from invitations.replies import file_correspondence, record_reply
from invitations.tests.factories import UserFactory
from invitations.tests.moving import moved
from invitations.tests.replies.replying import IN_PERSON, REGRETS

pytestmark = pytest.mark.django_db


def acknowledged(invitation):
    letters = invitation.letters.filter(kind="acknowledgement").order_by("pk")
    return list(letters.values_list("variant", "again"))


@pytest.fixture
def asked(reached):
    """An office that has answered, and is asked since the dates moved whether its answer holds."""
    invitation = reached()
    record_reply(invitation, IN_PERSON | {"respondent_email": "sapt@example.org"})
    invitation.move = moved(invitation.edition)
    return invitation


def confirm(invitation):
    standing = invitation.replies.standing().get()
    return confirm_answer(invitation, str(standing.pk), str(invitation.move.pk))


def test_who_presses_that_the_answer_holds_is_acknowledged_once_more(asked):
    confirm(asked)
    confirm(asked)

    assert acknowledged(asked) == [("answer", 0), ("copy", 0), ("answer", 1)]


def test_the_same_words_given_once_more_are_acknowledged_too(asked):
    record_reply(asked, IN_PERSON | {"respondent_email": "sapt@example.org"})

    assert acknowledged(asked)[2:] == [("answer", 1)]


def test_another_answer_sent_twice_is_acknowledged_once(asked):
    record_reply(asked, REGRETS)
    record_reply(asked, REGRETS)

    assert acknowledged(asked)[2:] == [("answer", 0)]


def test_a_letter_by_which_it_holds_is_acknowledged_as_one_that_answers(asked):
    file_correspondence(asked, UserFactory(), "fax", timezone.now(), still_valid=True)

    assert acknowledged(asked)[2:] == [("answer", 1)]


@pytest.mark.parametrize(("channel", "number"), [("online", 1), ("fax", 0)])
def test_who_got_a_signed_original_is_acknowledged_by_mail_for_what_it_says_online(
    asked, channel, number
):
    before = len(acknowledged(asked))
    by_hand = {"by_original": True, "sha256": "0" * 64, "message_sha256": ""}
    Letter.objects.filter(kind="invitation").update(**by_hand)

    if channel == "online":
        confirm(asked)
    else:
        file_correspondence(asked, UserFactory(), channel, timezone.now(), still_valid=True)

    assert len(acknowledged(asked)) - before == number


def test_the_mail_names_the_hour_of_the_confirmation_and_the_days_for_which_it_holds(
    asked, approved_texts, peer
):
    compose_planned()
    dispatch_outbox()
    first = [to for mail in peer.taken for to in mail.addresses]
    peer.taken.clear()
    answered_at = confirm(asked).answered_at

    compose_planned()
    dispatch_outbox()

    letter = asked.letters.get(again=1)
    days = asked.edition.forum_days("en")
    assert f"Re-confirmed for: {days}" in letter.mail
    assert answered_at.astimezone(asked.edition.zone).strftime("%H:%M") in letter.mail
    assert {to for mail in peer.taken for to in mail.addresses} == {*first} - {"sapt@example.org"}


def at_hour(at):
    return time_machine.travel(at, tick=False)


def hour_told(reply):
    return came_in_at(reply.acknowledgements.get(variant="answer"))


def test_what_is_said_after_the_confirmation_is_acknowledged_with_its_own_hour(asked):
    now = timezone.now()
    with at_hour(now + dt.timedelta(days=3)):
        confirm(asked)

    with at_hour(now + dt.timedelta(days=5)):
        added = record_reply(asked, IN_PERSON | {"remarks": "By train."})

    assert hour_told(added) == added.received_at


def test_a_fax_from_before_the_confirmation_is_acknowledged_with_its_own_hour(asked):
    now = timezone.now()
    with at_hour(now + dt.timedelta(days=3)):
        confirm(asked)

    with at_hour(now + dt.timedelta(days=5)):
        came_at = now + dt.timedelta(days=2)
        filed = file_correspondence(asked, UserFactory(), "fax", came_at, reply_words=IN_PERSON)

    assert hour_told(filed.replies.get()) == came_at
