"""The clock's hands: each tick finds its work in the tables, and is well under a minute."""

import datetime as dt

from celery import shared_task

from invitations import dispatch, letters, reminders

TICK = dt.timedelta(seconds=40)


@shared_task
def queue_reminders() -> None:
    reminders.queue_reminders()


@shared_task
def compose_planned() -> None:
    letters.compose_planned(within=TICK)


@shared_task
def dispatch_outbox() -> None:
    dispatch.dispatch_outbox(within=TICK)
