import datetime as dt
import logging
from threading import Event
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings as the_settings
from django.utils import timezone
from django.utils.module_loading import import_string

from invitations.models import Delivery, JobError, JobRun, Letter, Worker
from invitations.outbox import monitoring
from invitations.outbox.dispatch import dispatch_outbox
from invitations.tests.factories import DeliveryFactory, LetterFactory

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2027, 2, 10, 12, 20, tzinfo=dt.UTC)
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


# The clock


def test_a_job_leaves_when_it_began_and_ended_and_what_it_did():
    with (
        time_machine.travel(NOW, tick=False) as clock,
        monitoring.recorded_run("dispatch_outbox") as job_run,
    ):
        clock.shift(5)
        job_run.did = 3

    kept = JobRun.objects.get(name="dispatch_outbox")
    assert (kept.began_at, kept.ended_at, kept.did) == (NOW, NOW + dt.timedelta(seconds=5), 3)


def test_a_job_that_breaks_off_has_begun_but_not_ended_again():
    with (
        time_machine.travel(NOW, tick=False),
        monitoring.recorded_run("dispatch_outbox") as job_run,
    ):
        job_run.did = 1

    with (
        pytest.raises(ZeroDivisionError),
        time_machine.travel(NOW + MINUTE, tick=False),
        monitoring.recorded_run("dispatch_outbox"),
    ):
        raise ZeroDivisionError

    kept = JobRun.objects.get()
    assert (kept.began_at, kept.ended_at, kept.did) == (NOW + MINUTE, NOW, 1)


def test_each_job_of_the_schedule_leaves_its_tick():
    for job in the_settings.CELERY_BEAT_SCHEDULE.values():
        import_string(job["task"])()

    assert not any(job.is_late for job in monitoring.clock_jobs(timezone.now()))


def test_a_tick_costs_two_statements(django_assert_num_queries):
    with django_assert_num_queries(2), monitoring.recorded_run("dispatch_outbox"):
        pass


def test_a_job_is_late_after_three_minutes_or_where_it_never_ran():
    JobRun.objects.create(name="dispatch_outbox", began_at=NOW, ended_at=NOW - 3 * MINUTE)
    JobRun.objects.create(name="compose_planned", began_at=NOW, ended_at=NOW - 4 * MINUTE)

    late = {job.name: job.is_late for job in monitoring.clock_jobs(NOW)}

    assert late["compose_planned"]
    assert late["queue_reminders"]
    assert not late["dispatch_outbox"]


def test_a_job_that_is_seldom_due_may_take_its_time(settings):
    settings.CELERY_BEAT_SCHEDULE = {"dispatch_outbox": {"schedule": 600}}
    JobRun.objects.create(name="dispatch_outbox", began_at=NOW, ended_at=NOW - 25 * MINUTE)

    (job,) = monitoring.clock_jobs(NOW)

    assert not job.is_late


# The hands


def test_a_worker_is_alive_for_two_minutes_after_it_was_seen():
    with time_machine.travel(NOW, tick=False):
        monitoring.record_sign_of_life()
        monitoring.record_sign_of_life()

    (worker,) = monitoring.workers_alive(NOW + 2 * MINUTE)
    assert worker.name == monitoring.this_process()
    assert monitoring.workers_alive(NOW + 3 * MINUTE) == []


def test_a_worker_that_stops_is_not_alive_any_more():
    Worker.objects.create(name="another:1", seen_at=timezone.now())
    monitoring.record_sign_of_life()

    monitoring.forget_this_process()

    assert [worker.name for worker in monitoring.workers_alive(timezone.now())] == ["another:1"]


def test_workers_long_gone_are_forgotten():
    Worker.objects.create(name="strelsau:1", seen_at=timezone.now() - 2 * DAY)

    monitoring.record_sign_of_life()

    assert [worker.name for worker in Worker.objects.all()] == [monitoring.this_process()]


def test_a_worker_that_was_told_to_stop_shows_no_life():
    stopping = Event()
    stopping.set()

    monitoring.show_life(stopping)

    assert not Worker.objects.exists()


# The queue


def test_deliveries_are_counted_by_state_and_age():
    for not_before in (NOW + HOUR, NOW, NOW - 2 * HOUR, NOW - 2 * DAY, NOW - 8 * DAY):
        DeliveryFactory(not_before=not_before)
    DeliveryFactory(state="handed_over", not_before=NOW - DAY, handed_over_at=NOW - MINUTE)
    DeliveryFactory(state="uncertain", not_before=NOW - 2 * DAY, sending_at=NOW - 2 * HOUR)
    DeliveryFactory(channel="pouch", address="")

    found = monitoring.count_queues(NOW)

    assert set(found) == {"queued", "handed_over", "uncertain"}
    assert (found["queued"].total, found["queued"].by_age) == (5, [1, 1, 1, 1, 1])
    assert found["handed_over"].by_age == [0, 1, 0, 0, 0]
    assert found["uncertain"].by_age == [0, 0, 1, 0, 0]
    assert monitoring.oldest_due(found) == NOW - 8 * DAY
    assert monitoring.next_due(found) == NOW + HOUR
    assert monitoring.count_awaiting_dispatch() == 1


def test_one_put_off_counts_from_the_hour_of_its_next_attempt():
    DeliveryFactory(
        state="deferred", attempts=1, sending_at=NOW - HOUR, not_before=NOW + 10 * MINUTE
    )

    found = monitoring.count_queues(NOW)

    assert found["deferred"].by_age == [1, 0, 0, 0, 0]
    assert (monitoring.oldest_due(found), monitoring.next_due(found)) == (None, NOW + 10 * MINUTE)


def test_an_empty_outbox_has_nothing_due():
    assert monitoring.count_queues(NOW) == {}
    assert monitoring.oldest_due({}) is monitoring.next_due({}) is None


def test_what_left_is_counted_by_the_hour():
    for at in (NOW, NOW - 19 * MINUTE, NOW - 21 * MINUTE, NOW - 24 * HOUR):
        DeliveryFactory(state="handed_over", handed_over_at=at)
    DeliveryFactory(state="handed_over", handed_over_at=NOW, channel="pouch", address="")
    DeliveryFactory(state="bounced", handed_over_at=NOW - HOUR)

    hours = monitoring.handed_over_by_hour(NOW)

    assert len(hours) == 24
    assert hours[-2:] == [(NOW.replace(hour=11, minute=0), 2), (NOW.replace(minute=0), 2)]
    assert sum(count for _hour, count in hours) == 4


def test_letters_are_counted_by_state_and_planned_ones_by_why_they_wait():
    LetterFactory(composing_until=NOW + MINUTE)
    LetterFactory(composing_until=NOW - MINUTE)
    for reason in ("No address.", "No address.", "No text.", ""):
        LetterFactory(waiting_reason=reason)
    LetterFactory(waiting_reason="No address.", failed_attempts=1)
    LetterFactory(state="cancelled", waiting_reason="No text.")
    LetterFactory(state=Letter.State.COMPOSED, composed_at=NOW, sha256="0", message_sha256="0")

    letters = monitoring.count_letters(NOW)

    assert letters.by_state == {"planned": 7, "composed": 1, "approved": 0, "cancelled": 1}
    assert (letters.composing, letters.to_approve) == (1, 1)
    assert monitoring.count_reasons_to_wait() == [
        ("No address.", False, 2),
        ("No address.", True, 1),
        ("No text.", False, 1),
    ]


def test_a_letter_that_no_worker_looks_at_for_a_quarter_of_an_hour_is_left_waiting():
    long_ago, lately = NOW - 16 * MINUTE, NOW - 14 * MINUTE
    LetterFactory(planned_at=long_ago)
    LetterFactory(planned_at=long_ago, composing_until=NOW - MINUTE)
    LetterFactory(planned_at=long_ago, waiting_reason="No text.", compose_again_at=long_ago)
    for looked_at in (
        {"planned_at": lately},
        {"composing_until": NOW + MINUTE},
        {"waiting_reason": "No text.", "compose_again_at": lately},
        {"failed_attempts": 3, "compose_again_at": NOW + HOUR},
        {"state": "cancelled"},
    ):
        LetterFactory(**{"planned_at": long_ago} | looked_at)

    letters = monitoring.count_letters(NOW)

    assert (letters.left_waiting, letters.failed) == (3, 1)


def test_faults_of_jobs_are_counted_by_job(settings):
    JobError.objects.create(job="hooks", item="mailgun")
    JobError.objects.create(job="send_digest", item="wsis-2027")

    found = monitoring.count_job_errors()

    assert (found["hooks"], found["send_digest"], found["compose_planned"]) == (1, 1, 0)


@pytest.mark.parametrize("rows", [1, 3])
def test_each_figure_is_one_statement(django_assert_num_queries, rows):
    for _number in range(rows):
        DeliveryFactory(state="claimed", claim=uuid4(), lease_ends_at=NOW)
        LetterFactory()

    with django_assert_num_queries(8):
        monitoring.count_job_errors()
        monitoring.count_queues(NOW)
        monitoring.handed_over_by_hour(NOW)
        monitoring.count_awaiting_dispatch()
        monitoring.count_letters(NOW)
        monitoring.count_reasons_to_wait()
        monitoring.clock_jobs(NOW)
        monitoring.workers_alive(NOW)


def test_one_line_of_the_log_for_each_delivery_that_leaves_and_no_personal_data(
    peer, queued, caplog
):
    deliveries = [queued(address=f"flavia{number}@example.org") for number in range(2)]

    with caplog.at_level(logging.INFO):
        assert dispatch_outbox() == 2

    # The mail server of the test logs too.
    ours = [record for record in caplog.records if record.name.startswith("invitations")]
    lines = sorted(record.getMessage() for record in ours)
    for line, delivery in zip(lines, deliveries, strict=True):
        assert line.startswith(f"Delivery {delivery.pk} was handed over")
        assert not any(word in line for word in ("flavia", "example.org", "Elphberg", "Ruritania"))
    assert Delivery.objects.filter(state="handed_over").count() == 2
