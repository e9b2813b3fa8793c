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
from invitations.outbox.monitoring import ticked
from invitations.outbox.webhooks import sending as webhooks
from invitations.reminders import calendar_updates
from invitations.reminders.planning import queue_reminders as queue_due_reminders
from invitations.times.jobs import Job

TICK = dt.timedelta(seconds=40)


@shared_task
def queue_reminders() -> None:
    with ticked(Job.QUEUE_REMINDERS) as tick:
        tick.did = queue_due_reminders()


@shared_task
def update_calendars() -> None:
    with ticked(Job.UPDATE_CALENDARS) as tick:
        tick.did = calendar_updates.update_calendars()


@shared_task
def compose_planned() -> None:
    with ticked(Job.COMPOSE_PLANNED) as tick:
        monitoring.check_seal()
        tick.did = composing_queue.compose_planned(within=TICK)


@shared_task
def dispatch_outbox() -> None:
    with ticked(Job.DISPATCH_OUTBOX) as tick:
        tick.did = dispatch.dispatch_outbox(within=TICK)


@shared_task
def read_mailboxes() -> None:
    with ticked(Job.READ_MAILBOXES) as tick:
        tick.did = mailboxes.read_mailboxes(within=TICK).taken


@shared_task
def read_scans() -> None:
    with ticked(Job.READ_SCANS) as tick:
        tick.did = scans.read_scans()


@shared_task
def delete_expired() -> None:
    with ticked(Job.DELETE_EXPIRED) as tick:
        tick.did = expired.delete_expired()


@shared_task
def send_webhooks() -> None:
    with ticked(Job.SEND_WEBHOOKS) as tick:
        tick.did = webhooks.send_webhooks(within=TICK)


@shared_task
def send_digest() -> None:
    with ticked(Job.SEND_DIGEST) as tick:
        tick.did = digests.send_digest()


@shared_task
def tell_approvers() -> None:
    with ticked(Job.TELL_APPROVERS) as tick:
        tick.did = approvers.tell_approvers()


@shared_task
def tell_partnership() -> None:
    with ticked(Job.TELL_PARTNERSHIP) as tick:
        tick.did = partnership.tell_partnership()


stopping = Event()


@worker_ready.connect
def begin_to_show_life(**kwargs: Any) -> None:
    # In the worker's parent: an idle worker is alive too, and its children take ticks as they come.
    Thread(target=monitoring.show_life, args=[stopping], daemon=True).start()


@worker_shutdown.connect
def cease_to_show_life(**kwargs: Any) -> None:
    stopping.set()
    monitoring.forget_this_process()
