"""Reminders once dates have moved: who owes a word is asked, and nothing names earlier dates."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from invitations.letters.composing_queue import compose_planned
from invitations.models import CallListEntry, Delivery, LetterTemplate
from invitations.outbox.date_change.reconfirmations import confirm_answer
from invitations.reminders.forecast import forecast_of
from invitations.reminders.planning import queue_reminders
from invitations.reminders.send_check import reason_reminder_must_wait
from invitations.replies import file_correspondence, record_reply
from invitations.tests.factories import UserFactory
from invitations.tests.moving import asked, in_force, later, moved
from invitations.tests.reading import message_of
from invitations.tests.reminding import geneva, left_by_mail, reminders, variants

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("approved_texts")]

# Mails leave on 24 March and on 7 April, the call is on 12 April.
LAST_DAY_LATER = 14


@pytest.fixture
def clock():
    with time_machine.travel(geneva(1, month=2), tick=False) as clock:
        yield clock


@pytest.fixture
def office(edition, reached, clock):
    return reached(edition=edition)


def answered(invitation, answer="in_person"):
    return record_reply(invitation, {"answer": answer})


def moves(clock, invitation, at=None, kind="moved", **more):
    clock.move_to(at or geneva(3))
    return moved(invitation.edition, kind, days=LAST_DAY_LATER, **more)


def mails_and_calls(edition, now):
    plan = forecast_of(edition, now)
    return [[(one.at.month, one.at.day) for one in found] for found in (plan.mails, plan.calls)]


def frozen(clock, at):
    """Plan and compose what is due then; return it."""
    clock.move_to(at)
    queue_reminders()
    compose_planned()
    letter = reminders().latest("pk")
    assert letter.state == "approved", letter.waiting_reason
    return letter


def test_who_has_not_re_confirmed_is_reminded_on_the_days_of_the_steps(office, clock):
    answered(office)
    moves(clock, office)

    assert mails_and_calls(office.edition, geneva(4)) == [[(3, 24), (4, 7)], [(4, 12)]]
    assert frozen(clock, geneva(24)).variant == "reconfirm"


def test_its_words_thank_for_the_reply_and_name_the_dates_of_now_alone(office, clock):
    answered(office)
    moves(clock, office)

    letter = frozen(clock, geneva(24))

    message = message_of(letter)
    words = message.get_body(("plain",)).get_content()
    assert "24–28 May 2027" in words.replace("\u00a0", " ")
    assert "10–14 May" not in words.replace("\u00a0", " ")
    assert "no record of a reply" not in words
    assert not list(message.iter_attachments())
    assert letter.sha256 == ""


def test_nobody_is_asked_again_within_ten_days_of_the_move(office, clock):
    answered(office)
    moves(clock, office, geneva(16))

    assert mails_and_calls(office.edition, geneva(16))[0][0] == (3, 26)
    assert queue_reminders(geneva(24)) == 0
    assert queue_reminders(geneva(26)) == 1


@pytest.mark.parametrize("said", ["still valid", "changed", "on paper", "not read yet"])
def test_who_has_said_something_again_is_not_reminded(office, clock, said):
    reply = answered(office)
    move = moves(clock, office)
    clock.move_to(geneva(23))
    if said == "still valid":
        confirm_answer(office, str(reply.pk), str(move.pk))
    elif said == "changed":
        answered(office, "regrets")
    else:
        words = {"answer": "in_person"} if said == "on paper" else None
        file_correspondence(office, UserFactory(), "fax", timezone.now(), reply_words=words)

    assert queue_reminders(geneva(24)) == 0
    assert mails_and_calls(office.edition, geneva(24)) == [[], []]


def test_who_says_so_while_the_reminder_waits_does_not_get_it(office, clock):
    reply = answered(office)
    move = moves(clock, office)
    letter = frozen(clock, geneva(24))
    assert reason_reminder_must_wait(office, letter, geneva(24)) == ""

    confirm_answer(office, str(reply.pk), str(move.pk))

    assert "has answered" in reason_reminder_must_wait(office, letter, geneva(24))
    queue_reminders()
    assert not reminders().exists()


def test_the_text_waits_for_two_people(office, clock):
    LetterTemplate.objects.filter(variant="reconfirm").update(second_approver=None)
    answered(office)
    moves(clock, office)
    clock.move_to(geneva(24))

    queue_reminders()
    compose_planned()

    assert "No approved text: reminder reconfirm" in reminders().get().waiting_reason


def test_a_quiet_day_holds_it(office, clock):
    office.edition.quiet_periods.create(first_on=dt.date(2027, 3, 24), last_on=dt.date(2027, 3, 24))
    answered(office)
    moves(clock, office)

    assert queue_reminders(geneva(22)) == 0
    assert queue_reminders(geneva(23)) == 1
    assert queue_reminders(geneva(24)) == 0


def test_a_silent_office_is_reminded_without_the_letter_that_names_earlier_dates(office, clock):
    moves(clock, office)

    letter = frozen(clock, geneva(24))

    message = message_of(letter)
    words = message.get_body(("plain",)).get_content()
    assert letter.variant == "moved"
    assert not list(message.iter_attachments())
    assert "attached" not in words
    assert "no record of a reply" in words
    assert "24–28 May 2027" in words.replace("\u00a0", " ")


def test_a_deadline_that_moves_alone_encloses_no_earlier_one_either(office, clock):
    clock.move_to(geneva(3))
    days = later(office.edition, 0) | {"reply_before": dt.date(2027, 4, 15)}
    moved(office.edition, dates=days)

    assert frozen(clock, geneva(24)).sha256 == ""


def test_a_letter_composed_since_is_enclosed_as_ever(office, clock, frozen_letter):
    moves(clock, office)
    clock.move_to(geneva(4))
    first = office.letters.get()
    frozen_letter(
        invitation=office, kind="replacement", replaces=first, circular=first.circular,
        pdf=first.pdf, sha256=first.sha256,
    )  # fmt: skip

    queue_reminders(geneva(24))

    assert variants() == ["first"]


def test_whose_paper_of_before_the_move_comes_late_is_asked_and_told_of_no_missing_reply(
    office, clock
):
    moves(clock, office)
    letter = frozen(clock, geneva(24))
    assert letter.variant == "moved"
    sent = geneva(2)

    file_correspondence(office, UserFactory(), "letter", sent, reply_words={"answer": "in_person"})

    assert "has answered" in reason_reminder_must_wait(office, letter, geneva(24))
    queue_reminders()
    assert variants() == ["reconfirm"]


def test_a_reminder_that_waits_while_dates_move_is_planned_again(office, clock):
    clock.move_to(geneva(10))
    queue_reminders()
    assert variants() == ["first"]

    days = later(office.edition, 0) | {"opens_on": dt.date(2027, 5, 9)}
    moved(office.edition, dates=days)
    assert not reminders().exists()

    queue_reminders()
    assert variants() == ["moved"]


def test_the_call_list_has_who_did_not_re_confirm(office, clock):
    answered(office)
    moves(clock, office)

    queue_reminders(geneva(12, month=4))

    assert [one.invitation for one in CallListEntry.objects.to_call()] == [office]


def test_of_two_moves_the_later_one_counts_its_days_again(office, clock):
    answered(office)
    moves(clock, office)
    left_by_mail(frozen(clock, geneva(24)))
    clock.move_to(geneva(25))
    moved(office.edition, days=7)

    assert mails_and_calls(office.edition, geneva(26)) == [[(4, 5), (4, 14)], [(4, 19)]]


def test_no_step_leaves_while_it_is_postponed(office, clock):
    answered(office)
    moves(clock, office)
    moved(office.edition, "postponed")

    assert queue_reminders(geneva(24)) == 0
    assert not Delivery.objects.not_left().exists()


@pytest.mark.parametrize("kind", ["moved", "online", "postponed"])
def test_no_step_leaves_and_nobody_is_late_while_a_move_waits(office, clock, kind):
    edition = office.edition
    move = asked(edition, kind)
    edition.refresh_from_db()

    assert queue_reminders(geneva(10)) == 0
    assert not edition.is_late(edition.deadline)

    in_force(move)
    edition.refresh_from_db()
    assert edition.is_late(edition.deadline) == (kind != "postponed")


def test_steps_leave_while_new_dates_wait_that_were_asked_for_to_stop_nothing(office, clock):
    edition = office.edition
    asked(edition, stops=False)
    edition.refresh_from_db()

    assert queue_reminders(geneva(10)) == 1
    assert edition.is_late(edition.deadline)


# What goes online


def test_a_move_online_stops_reminders_at_once_whatever_was_asked_for(office, clock):
    asked(office.edition, "online", stops=False)

    assert queue_reminders(geneva(10)) == 0


@pytest.mark.parametrize("answer", ["", "in_person", "attends_only"])
def test_online_without_another_last_day_nobody_is_reminded_called_or_late(office, clock, answer):
    edition = office.edition
    if answer:
        answered(office, answer)
    clock.move_to(geneva(3))
    moved(edition, "online", days=0)

    assert queue_reminders(geneva(24)) + queue_reminders(geneva(12, month=4)) == 0
    assert mails_and_calls(edition, geneva(4)) == [[], []]
    assert "without a last day to reply" in forecast_of(edition, geneva(4)).reason
    assert not edition.is_late(edition.deadline)


def test_a_reminder_that_waits_while_it_goes_online_is_called_back(office, clock):
    clock.move_to(geneva(10))
    queue_reminders()

    moved(office.edition, "online", days=0)

    queue_reminders()
    assert not reminders().exists()


@pytest.mark.parametrize(
    ("answer", "variant"), [("", "moved"), ("attends_only", "reconfirm"), ("in_person", "anew")]
)
def test_once_a_last_day_is_set_each_is_asked_what_it_can_answer(office, clock, answer, variant):
    if answer:
        answered(office, answer)
    clock.move_to(geneva(3))
    moved(office.edition, "online", days=0)
    clock.move_to(geneva(4))

    set_the_same_last_day(office.edition)

    assert not office.edition.is_stopped
    assert frozen(clock, geneva(18)).variant == variant


def set_the_same_last_day(edition):
    """Two people let the last day of before hold again: it is no move of any date."""
    moved(edition, dates=later(edition, 0))


def test_a_move_online_that_sets_a_last_day_reminds_of_that_one(office, clock):
    answered(office)
    moves(clock, office, kind="online")

    letter = frozen(clock, geneva(24))

    words = message_of(letter).get_body(("plain",)).get_content().replace("\u00a0", " ")
    assert letter.variant == "anew"
    assert "is no longer offered" in words
    assert "confirmation" not in words
    assert "before 15 April 2027" in words
