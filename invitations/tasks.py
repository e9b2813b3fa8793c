"""The jobs of the clock: each tick finds its work in the tables, in well under a minute."""

import datetime as dt
from threading import Event, Thread
from typing import Any

from celery import shared_task
from celery.signals import worker_ready, worker_shutdown

from invitations.inbox import mailboxes, scans
from invitations.letters import composing_queue
from invitations.outbox import approvers, digests, dispatch, monitoring, partnership
from invitations.outbox import retention as expired
from invitations.outbox.monitoring import recorded_run
from invitations.outbox.webhooks import sending as webhooks
from invitations.reminders import calendar_updates
from invitations.reminders.planning import queue_reminders as queue_due_reminders
from invitations.times.jobs import Job

TICK = dt.timedelta(seconds=40)


@shared_task
def queue_reminders() -> None:
    with recorded_run(Job.QUEUE_REMINDERS) as job_run:
        job_run.did = queue_due_reminders()


@shared_task
def update_calendars() -> None:
    with recorded_run(Job.UPDATE_CALENDARS) as job_run:
        job_run.did = calendar_updates.update_calendars()


@shared_task
def compose_planned() -> None:
    with recorded_run(Job.COMPOSE_PLANNED) as job_run:
        monitoring.check_seal()
        job_run.did = composing_queue.compose_planned(within=TICK)


@shared_task
def dispatch_outbox() -> None:
    with recorded_run(Job.DISPATCH_OUTBOX) as job_run:
        job_run.did = dispatch.dispatch_outbox(within=TICK)


@shared_task
def read_mailboxes() -> None:
    with recorded_run(Job.READ_MAILBOXES) as job_run:
        job_run.did = mailboxes.read_mailboxes(within=TICK).taken


@shared_task
def read_scans() -> None:
    with recorded_run(Job.READ_SCANS) as job_run:
        job_run.did = scans.read_scans()


@shared_task
def delete_expired() -> None:
    with recorded_run(Job.DELETE_EXPIRED) as job_run:
        job_run.did = expired.delete_expired()


@shared_task
def send_webhooks() -> None:
    with recorded_run(Job.SEND_WEBHOOKS) as job_run:
        job_run.did = webhooks.send_webhooks(within=TICK)


@shared_task
def send_digest() -> None:
    with recorded_run(Job.SEND_DIGEST) as job_run:
        job_run.did = digests.send_digest()


@shared_task
def tell_approvers() -> None:
    with recorded_run(Job.TELL_APPROVERS) as job_run:
        job_run.did = approvers.tell_approvers()


@shared_task
def tell_partnership() -> None:
    with recorded_run(Job.TELL_PARTNERSHIP) as job_run:
        job_run.did = partnership.tell_partnership()


stopping = Event()


@worker_ready.connect
def begin_to_show_life(**kwargs: Any) -> None:
    # In the worker's parent: an idle worker is alive too, and its children take ticks as they come.
    Thread(target=monitoring.show_life, args=[stopping], daemon=True).start()


@worker_shutdown.connect
def cease_to_show_life(**kwargs: Any) -> None:
    stopping.set()
    monitoring.forget_this_process()
