"""The clock's hand for erasures, which need both apps."""

from celery import shared_task

from delegations.desk.erasure import erasing
from invitations.outbox.monitoring import recorded_run
from invitations.times.jobs import Job


@shared_task
def erase_personal_data() -> None:
    with recorded_run(Job.ERASE) as job_run:
        job_run.did = erasing.erase_personal_data()
