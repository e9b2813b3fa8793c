"""The clock's hand for the binder, which needs both apps."""

from celery import shared_task

from delegations.desk.binder import nightly
from invitations.outbox.monitoring import recorded_run
from invitations.times.jobs import Job


@shared_task
def write_binder() -> None:
    with recorded_run(Job.WRITE_BINDER) as job_run:
        job_run.did = nightly.write_apart()
