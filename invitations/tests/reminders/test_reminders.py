import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from invitations.letters.composing_queue import compose_planned
from invitations.models import CallListEntry, Delivery, ForumEdition, JobError, Letter, QuietPeriod
from invitations.outbox.dispatch import dispatch_outbox
from invitations.reminders.planning import queue_reminders
from invitations.reminders.schedules import Steps
from invitations.reminders.send_check import reason_reminder_must_wait, reminders_not_sent_today
from invitations.tests.factories import EditionFactory, StepFactory
from invitations.tests.reminding import (
    edition_with_three_steps,
    geneva,
    handed_over,
    reminders,
    variants,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("now", "planned"),
    [
        (geneva(9, 23, 59, 59), 0),
        (geneva(10, 8, 59, 59), 0),
        (geneva(10, 9), 1),
        (geneva(31, 23, 59, 59), 2),
        (geneva(1, 0, month=4), 0),
        (geneva(1, 9, month=4), 0),
    ],
)
def test_steps_begin_at_their_hour_and_end_at_midnight_in_geneva(edition, reached, now, planned):
    reached(edition=edition)

    assert queue_reminders(now) == planned

    assert CallListEntry.objects.count() == (1 if planned == 2 else 0)


def test_an_edition_whose_calendar_cannot_be_reckoned_keeps_no_other(edition, reached):
    broken = edition_with_three_steps()
    ForumEdition.objects.filter(pk=broken.pk).update(time_zone="Nowhere/Else")
    reached(edition=edition)

    assert queue_reminders(geneva(10)) == 1

    job_error = JobError.objects.get()
    assert (job_error.job, job_error.item, job_error.attempts) == (
        "queue_reminders",
        broken.symbol,
        1,
    )
    assert job_error.reason.startswith("ZoneInfoNotFoundError in ")


def test_an_edition_that_pauses_is_planned_once_its_calendar_is_put_right(edition, reached):
    reached(edition=edition)
    ForumEdition.objects.update(time_zone="Nowhere/Else")
    queue_reminders(geneva(10))
    ForumEdition.objects.update(time_zone="Europe/Zurich")

    assert queue_reminders(geneva(10)) == 0
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6)):
        assert queue_reminders(geneva(10)) == 1

    assert not JobError.objects.exists()


def test_reminders_rest_where_nobody_can_tell_what_day_it_is(edition, reached):
    broken = edition_with_three_steps()
    for one in (edition, broken):
        reached(edition=one)
    queue_reminders(geneva(10))
    ForumEdition.objects.filter(pk=broken.pk).update(time_zone="Nowhere/Else")

    assert reminders_not_sent_today(geneva(10)).get().invitation.edition_id == broken.pk


def test_each_step_is_planned_on_its_day(edition, reached):
    reached(edition=edition)
    planned = {}

    for day in (1, 9, 10, 11, 22, 23, 24, 25, 28, 29, 30, 31):
        if queue_reminders(geneva(day)):
            planned[day] = variants()
            for letter in reminders().filter(deliveries=None):
                handed_over(letter, geneva(day))

    assert planned == {10: ["first"], 24: ["first", "last"], 29: ["first", "last"]}
    assert CallListEntry.objects.get().listed_at == geneva(29)


def test_a_reminder_knows_its_step_its_deadline_and_its_last_moment(edition, reached):
    invitation = reached(edition=edition)

    queue_reminders(geneva(10))

    letter = reminders().get()
    assert (letter.invitation, letter.step.days_before) == (invitation, 21)
    assert (letter.reply_before, letter.leave_before) == (edition.reply_before, edition.deadline)
    assert letter.state == Letter.State.PLANNED


def test_a_second_run_plans_nothing(edition, reached):
    reached(edition=edition)
    queue_reminders(geneva(10))

    again = [queue_reminders(geneva(10, hour)) for hour in (9, 10, 17, 23)]

    assert sum(again) == 0
    assert variants() == ["first"]


def test_a_step_on_a_quiet_day_goes_on_the_working_day_before(edition, reached):
    reached(edition=edition)
    QuietPeriod.objects.create(
        edition=edition, first_on=dt.date(2027, 3, 8), last_on=dt.date(2027, 3, 10)
    )

    thursday, friday = queue_reminders(geneva(4)), queue_reminders(geneva(5))
    handed_over(reminders().get(), geneva(5))

    assert (thursday, friday) == (0, 1)
    assert [queue_reminders(geneva(day)) for day in (6, 8, 9, 10, 11)] == [0] * 5


@pytest.mark.parametrize("day", [13, 14])
def test_a_step_missed_is_not_caught_up_on_a_weekend(edition, reached, day):
    reached(edition=edition)

    assert queue_reminders(geneva(day)) == 0
    assert queue_reminders(geneva(15)) == 1


def test_missed_steps_are_caught_up_by_the_latest_alone(edition, reached):
    reached(edition=edition)

    planned = [queue_reminders(geneva(day)) for day in (25, 26)]

    assert planned[0] == 1
    assert variants() == ["last"]


def test_a_reminder_that_left_late_keeps_the_next_three_days_away(edition, reached):
    reached(edition=edition)
    queue_reminders(geneva(19))
    handed_over(reminders().get(), geneva(22, 8))

    planned = [queue_reminders(geneva(day)) for day in (22, 23, 24, 25)]

    assert planned == [0, 0, 0, 1]
    assert variants() == ["first", "last"]


def test_a_missed_step_gives_way_to_the_next_where_that_is_near(edition, reached):
    reached(edition=edition)

    planned = [queue_reminders(geneva(day)) for day in (22, 23, 24)]

    assert planned == [0, 0, 1]
    assert variants() == ["last"]


def test_of_two_steps_less_than_three_days_apart_the_later_one_s_text_goes(edition, reached):
    reached(edition=edition)
    StepFactory(edition=edition, days_before=19, variant="later")

    planned = [queue_reminders(geneva(day)) for day in (10, 11, 12)]

    assert planned == [0, 0, 1]
    assert variants() == ["later"]


def test_of_three_steps_two_days_apart_the_first_and_the_last_go(edition, reached):
    reached(edition=edition)
    for days_before in (23, 19):
        StepFactory(edition=edition, days_before=days_before, variant=f"{days_before} days")

    planned = []
    for day in (8, 9, 10, 11, 12):
        planned.append(queue_reminders(geneva(day)))
        for letter in reminders().filter(deliveries=None):
            handed_over(letter, geneva(day))

    assert planned == [1, 0, 0, 0, 1]
    assert variants() == ["23 days", "19 days"]


def test_a_reminder_that_did_not_leave_gives_way_to_the_next_step(edition, reached, queued):
    reached(edition=edition)
    queue_reminders(geneva(19))
    deferred = queued(reminders().get(), state=Delivery.State.DEFERRED, attempts=2)

    queue_reminders(geneva(22))

    deferred.refresh_from_db()
    assert deferred.state == Delivery.State.CANCELLED
    cancelled = Letter.objects.get(kind="reminder", state="cancelled")
    assert "a later reminder" in cancelled.events.latest("pk").reason


def composed_on(day):
    """The one reminder, as if it had been composed on that day."""
    written = {"composed_at": geneva(day), "approved_at": geneva(day), "message_sha256": "0" * 64}
    reminders().update(state="approved", **written)
    return reminders().get()


def test_a_reminder_that_cannot_be_composed_waits_on_as_one_row(edition, reached):
    """Otherwise each working day leaves a cancelled letter in the history of each office."""
    reached(edition=edition)
    queue_reminders(geneva(10))
    waiting = reminders().get()

    # From Thursday over the weekend to Thursday.
    assert [queue_reminders(geneva(day)) for day in range(11, 19)] == [0] * 8

    assert reminders().get() == waiting
    assert Letter.objects.filter(kind="reminder").count() == 1
    assert waiting.events.count() == 1


def test_what_waited_and_was_composed_at_last_leaves_on_that_day(edition, reached):
    reached(edition=edition)
    queue_reminders(geneva(10))
    queue_reminders(geneva(12))
    letter = composed_on(12)

    assert queue_reminders(geneva(12, 10)) == 0
    with time_machine.travel(geneva(12, 10), tick=False):
        assert reason_reminder_must_wait(letter.invitation, letter, geneva(12, 10)) == ""


@pytest.mark.parametrize(
    ("steps", "now", "reason"),
    [
        ([21, 7], geneva(22), "a later reminder"),
        ([21], geneva(1, 0, month=4), "the deadline has passed"),
    ],
)
def test_what_waits_uncomposed_is_called_back_once_it_has_lost_its_sense(
    edition, reached, steps, now, reason
):
    edition.reminder_steps.exclude(days_before__in=steps).delete()
    reached(edition=edition)
    queue_reminders(geneva(10))

    queue_reminders(now)

    cancelled = Letter.objects.get(kind="reminder", state="cancelled")
    assert reason in cancelled.events.latest("pk").reason


def test_a_missed_reminder_is_planned_again(edition, reached, queued):
    reached(edition=edition)
    queue_reminders(geneva(10))
    missed = queued(composed_on(10), state=Delivery.State.MISSED)

    assert queue_reminders(geneva(15)) == 1

    missed.refresh_from_db()
    assert missed.state == Delivery.State.CANCELLED
    assert variants() == ["first"]


def test_a_reminder_that_is_being_tried_is_kept(edition, reached, queued):
    reached(edition=edition)
    queue_reminders(geneva(10))
    deferred = queued(reminders().get(), state=Delivery.State.DEFERRED, attempts=2)

    assert queue_reminders(geneva(11)) == 0

    deferred.refresh_from_db()
    assert deferred.state == Delivery.State.DEFERRED


@pytest.mark.parametrize("offices", [1, 3])
def test_planning_costs_the_same_for_one_office_and_for_three(edition, reached, offices):
    for _number in range(offices):
        reached(edition=edition)

    with CaptureQueriesContext(connection) as queries:
        planned = queue_reminders(geneva(10))

    assert planned == offices
    assert len(queries) == 19


@time_machine.travel(geneva(10), tick=False)
def test_a_reminder_goes_to_the_office_with_the_letter_attached_again(
    edition, reached, approved_texts, mail_folder
):
    reached(edition=edition, minister__to_emails="office@example.org")
    queue_reminders()

    assert compose_planned() == 1
    assert dispatch_outbox() == 1

    letter = reminders().get()
    original = Letter.objects.get(kind="invitation")
    assert letter.sha256 == original.sha256
    assert [path.name[:18] for path in mail_folder.iterdir()] == ["office@example.org"]


@pytest.mark.parametrize(("day", "hour"), [(27, 8), (28, 7), (29, 7)])
def test_a_step_keeps_its_hour_across_the_change_to_summer_time(day, hour):
    edition = EditionFactory(time_zone="Europe/Zurich")
    schedule = Steps.of(edition).by_the_edition()

    assert schedule.at(dt.date(2027, 3, day), 9) == dt.datetime(2027, 3, day, hour, tzinfo=dt.UTC)
