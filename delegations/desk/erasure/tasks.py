"""The clock's hand for erasures, which need both apps."""

from celery import shared_task

from delegations.desk.erasure import erasing
from invitations.outbox.monitoring import ticked
from invitations.times.jobs import Job


@shared_task
def erase_personal_data() -> None:
    with ticked(Job.ERASE) as tick:
        tick.did = erasing.erase_personal_data()
