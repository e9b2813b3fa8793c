"""The clock's hand for the binder, which needs both apps."""

from celery import shared_task

from delegations.desk.binder import nightly
from invitations.outbox.monitoring import ticked
from invitations.times.jobs import Job


@shared_task
def write_binder() -> None:
    with ticked(Job.WRITE_BINDER) as tick:
        tick.did = nightly.write_apart()
