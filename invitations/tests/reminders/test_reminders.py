import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from invitations.letters.composing_queue import compose_planned
from invitations.letters.issuing import withdraw
from invitations.models import CallListEntry, Delivery, ForumEdition, Letter, QuietPeriod, Setback
from invitations.outbox.dispatch import dispatch_outbox
from invitations.reminders.planning import queue_reminders, reminders_allowed, resting_reminders
from invitations.reminders.schedules import Steps
from invitations.replies import file_correspondence, mark_dealt_with, record_reply
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.reminding import (
    edition_with_three_steps,
    geneva,
    handed_over,
    own_calendar,
    reminders,
    variants,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(db):
    return edition_with_three_steps()


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

    setback = Setback.objects.get()
    assert (setback.job, setback.item, setback.attempts) == ("queue_reminders", broken.symbol, 1)
    assert setback.because.startswith("ZoneInfoNotFoundError in ")


def test_an_edition_that_pauses_is_planned_once_its_calendar_is_put_right(edition, reached):
    reached(edition=edition)
    ForumEdition.objects.update(time_zone="Nowhere/Else")
    queue_reminders(geneva(10))
    ForumEdition.objects.update(time_zone="Europe/Zurich")

    assert queue_reminders(geneva(10)) == 0
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6)):
        assert queue_reminders(geneva(10)) == 1

    assert not Setback.objects.exists()


def test_reminders_rest_where_nobody_can_tell_what_day_it_is(edition, reached):
    broken = edition_with_three_steps()
    for one in (edition, broken):
        reached(edition=one)
    queue_reminders(geneva(10))
    ForumEdition.objects.filter(pk=broken.pk).update(time_zone="Nowhere/Else")

    assert resting_reminders(geneva(10)).get().invitation.edition_id == broken.pk


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
    assert "a later reminder" in cancelled.events.latest("pk").because


def test_a_missed_reminder_is_planned_anew(edition, reached, queued):
    reached(edition=edition)
    queue_reminders(geneva(10))
    missed = queued(reminders().get(), state=Delivery.State.MISSED)

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


@pytest.mark.parametrize(("arrived", "planned"), [(geneva(1, 9), 0), (geneva(28, 9, month=2), 1)])
def test_no_reminder_within_ten_days_of_the_letter(edition, reached, arrived, planned):
    invitation = reached(edition=edition)
    Delivery.objects.filter(letter__invitation=invitation).update(handed_over_at=arrived)

    assert queue_reminders(geneva(10)) == planned


def test_an_office_that_the_letter_has_not_reached_gets_none(edition, queued, reached):
    invitation = reached(edition=edition)
    Delivery.objects.filter(letter__invitation=invitation).update(state="uncertain")

    assert queue_reminders(geneva(10)) == 0


def test_a_letter_by_pouch_that_was_dispatched_has_reached_its_office(edition, reached):
    invitation = reached(edition=edition)
    Delivery.objects.filter(letter__invitation=invitation).update(channel="pouch", address="")

    assert queue_reminders(geneva(10)) == 1


@pytest.mark.parametrize("answer", ["in_person", "regrets", "written"])
def test_who_has_answered_gets_none(edition, reached, answer):
    ReplyFactory(invitation=reached(edition=edition), answer=answer)

    assert queue_reminders(geneva(10)) == 0
    assert queue_reminders(geneva(30)) == 0


def test_who_answers_after_the_planning_gets_none(edition, reached):
    invitation = reached(edition=edition)
    queue_reminders(geneva(10))
    ReplyFactory(invitation=invitation)

    queue_reminders(geneva(10, 10))

    assert not reminders().exists()


def test_a_withdrawn_invitation_gets_none(edition, reached):
    invitation = reached(edition=edition)
    withdraw(invitation, UserFactory(), "A change of government.")

    assert queue_reminders(geneva(10)) == 0


def test_a_courtesy_invitation_gets_none(edition, reached):
    reached(edition=edition, is_principal=False)

    assert queue_reminders(geneva(10)) == 0


def test_a_draft_gets_none(edition):
    InvitationFactory(edition=edition, status="draft", issued_at=None)

    assert queue_reminders(geneva(10)) == 0


def test_a_step_that_two_people_have_not_approved_sends_none(edition, reached):
    reached(edition=edition)
    edition.reminder_steps.update(second_approver=None)

    assert queue_reminders(geneva(10)) == 0


def test_an_edition_closed_to_replies_reminds_nobody(edition, reached):
    reached(edition=edition)
    edition.replies_closed_at = geneva(9)
    edition.save(update_fields=["replies_closed_at"])

    assert queue_reminders(geneva(10)) == 0


def test_a_holding_reply_skips_the_next_step_alone(edition, reached):
    invitation = reached(edition=edition)
    with time_machine.travel(geneva(5), tick=False):
        record_reply(invitation, {"answer": "holding"})

    planned = [queue_reminders(geneva(day)) for day in (10, 11, 24)]

    assert planned == [0, 0, 1]
    assert variants() == ["last"]


def test_a_holding_reply_calls_back_the_reminder_that_is_planned(edition, reached):
    invitation = reached(edition=edition)
    queue_reminders(geneva(10))
    with time_machine.travel(geneva(10, 10), tick=False):
        record_reply(invitation, {"answer": "holding"})

    queue_reminders(geneva(10, 11))

    assert not reminders().exists()


def test_a_holding_reply_after_the_mails_skips_the_call(edition, reached):
    invitation = reached(edition=edition)
    for day in (10, 24):
        queue_reminders(geneva(day))
        handed_over(reminders().get(deliveries=None), geneva(day))
    with time_machine.travel(geneva(25), tick=False):
        record_reply(invitation, {"answer": "holding"})

    assert queue_reminders(geneva(29)) == 0


@pytest.mark.parametrize("listed", [False, True])
def test_a_holding_reply_skips_a_missed_mail_before_the_call(edition, reached, listed):
    invitation = reached(edition=edition)
    if listed:
        CallListEntry.objects.create(
            invitation=invitation,
            step=edition.reminder_steps.get(medium="call"),
            reply_before=edition.reply_before,
        )
    with time_machine.travel(geneva(29), tick=False):
        record_reply(invitation, {"answer": "holding"})

    queue_reminders(geneva(29, 12))

    assert not reminders().exists()
    assert CallListEntry.objects.count() == 1


def test_unread_correspondence_holds_the_reminder_until_someone_has_read_it(edition, reached):
    invitation = reached(edition=edition)
    with time_machine.travel(geneva(9), tick=False):
        filed = file_correspondence(invitation, UserFactory(), "fax", timezone.now())
    while_unread = queue_reminders(geneva(10))
    with time_machine.travel(geneva(11), tick=False):
        mark_dealt_with(filed, UserFactory())

    assert (while_unread, queue_reminders(geneva(12))) == (0, 1)


def test_one_office_s_correspondence_holds_no_other_s_reminder(edition, reached):
    silent, writing = reached(edition=edition), reached(edition=edition)
    with time_machine.travel(geneva(9), tick=False):
        file_correspondence(writing, UserFactory(), "fax", timezone.now())

    queue_reminders(geneva(10))

    assert reminders().get().invitation == silent


def test_a_moved_deadline_calls_back_what_has_not_left_and_plans_anew(edition, reached):
    reached(edition=edition)
    queue_reminders(geneva(10))
    first = reminders().get()
    edition.reply_before += dt.timedelta(days=1)
    edition.save(update_fields=["reply_before"])

    on_the_day, on_the_next = queue_reminders(geneva(10, 12)), queue_reminders(geneva(11))

    first.refresh_from_db()
    assert first.state == Letter.State.CANCELLED
    assert "deadline has moved" in first.events.latest("pk").because
    assert (on_the_day, on_the_next) == (0, 1)
    assert reminders().get().reply_before == edition.reply_before


def test_a_moved_deadline_leaves_alone_what_has_left_and_reminds_again(edition, reached):
    reached(edition=edition)
    queue_reminders(geneva(10))
    first = reminders().get()
    handed_over(first, geneva(10))
    edition.reply_before += dt.timedelta(days=14)
    edition.save(update_fields=["reply_before"])

    planned = [queue_reminders(geneva(day)) for day in (11, 23, 24)]

    first.refresh_from_db()
    assert first.state == Letter.State.PLANNED
    assert planned == [0, 0, 1]
    assert variants() == ["first", "first"]


def test_the_call_list_names_an_office_once(edition, reached):
    reached(edition=edition)

    for hour in (9, 10):
        queue_reminders(geneva(29, hour))
        queue_reminders(geneva(30, hour))

    assert CallListEntry.objects.count() == 1


def test_each_edition_is_reminded_by_itself(edition, reached):
    other = EditionFactory(reply_before=dt.date(2027, 4, 2))
    StepFactory(edition=other)
    for one in (edition, other):
        reached(edition=one)

    planned = [queue_reminders(geneva(day)) for day in (10, 11)]

    assert planned[0] == 1
    assert set(reminders().values_list("invitation__edition", flat=True)) == {
        edition.pk,
        other.pk,
    }


def test_a_new_deadline_reminds_again_three_days_later_at_the_earliest(edition, reached):
    reached(edition=edition)
    queue_reminders(geneva(10))
    handed_over(reminders().get(), geneva(10))
    edition.reply_before += dt.timedelta(days=1)
    edition.save(update_fields=["reply_before"])

    planned = [queue_reminders(geneva(day, hour)) for day, hour in ((11, 9), (12, 23), (15, 9))]

    assert planned == [0, 0, 1]


def test_a_copy_that_still_waits_gives_way_to_the_next_step(edition, reached, queued):
    reached(edition=edition)
    queue_reminders(geneva(10))
    first = reminders().get()
    handed_over(first, geneva(10))
    copy = queued(first, line="cc", address="mission@example.org", state="deferred", attempts=5)

    queue_reminders(geneva(24))

    copy.refresh_from_db()
    first.refresh_from_db()
    assert copy.state == Delivery.State.CANCELLED
    assert first.state == Letter.State.PLANNED


def test_a_reminder_whose_letter_came_back_is_called_back(edition, reached):
    invitation = reached(edition=edition)
    queue_reminders(geneva(10))
    Delivery.objects.filter(letter__invitation=invitation).update(state="bounced")

    queue_reminders(geneva(10, 10))

    assert not reminders().exists()


# Before it leaves


@pytest.mark.parametrize(
    ("iso2", "zone", "rests"),
    [("ZZ", "", True), ("EG", "Africa/Cairo", False), ("FR", "Europe/Paris", True)],
)
def test_on_a_quiet_day_of_its_state_a_reminder_rests(edition, reached, iso2, zone, rests):
    invitation = own_calendar(reached, edition, iso2, zone)
    queue_reminders(geneva(11, 12))
    letter, sunday = reminders().get(), geneva(14, 12)

    assert resting_reminders(sunday).filter(pk=letter.pk).exists() == rests
    assert bool(reminders_allowed(invitation, letter, sunday)) == rests


def test_a_reminder_rests_while_another_is_less_than_three_days_old(edition, reached):
    invitation = reached(edition=edition)
    queue_reminders(geneva(19))
    first = reminders().get()
    queue_reminders(geneva(24))
    handed_over(first, geneva(24))
    last = reminders().get(variant="last")

    assert "less than 3 days ago" in reminders_allowed(invitation, last, geneva(25))
    assert resting_reminders(geneva(25)).filter(pk=last.pk).exists()
    assert reminders_allowed(invitation, last, geneva(30)) == ""
    assert not resting_reminders(geneva(30)).filter(pk=last.pk).exists()


@pytest.mark.parametrize(
    ("happens", "because"),
    [
        ({"reply_before": dt.date(2027, 4, 2)}, "passed or moved"),
        ({"replies_closed_at": geneva(9)}, "passed or moved"),
    ],
)
def test_a_reminder_may_not_leave_when_its_edition_has_moved_or_closed(
    edition, reached, happens, because
):
    invitation = reached(edition=edition)
    queue_reminders(geneva(10))
    for name, value in happens.items():
        setattr(edition, name, value)
    edition.save()

    assert because in reminders_allowed(invitation, reminders().get(), geneva(10))


def test_a_reminder_may_not_leave_when_the_office_has_spoken(edition, reached):
    invitation = reached(edition=edition)
    queue_reminders(geneva(10))
    ReplyFactory(invitation=invitation)

    assert "answered" in reminders_allowed(invitation, reminders().get(), geneva(10))


@pytest.mark.parametrize("offices", [1, 3])
def test_planning_costs_the_same_for_one_office_and_for_three(edition, reached, offices):
    for _number in range(offices):
        reached(edition=edition)

    with CaptureQueriesContext(connection) as queries:
        planned = queue_reminders(geneva(10))

    assert planned == offices
    assert len(queries) == 16


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
