from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from invitations.outbox.monitoring import recorded_run
from invitations.reminders.planning import queue_reminders
from invitations.times.jobs import Job


class Command(BaseCommand):
    help = "Plan the reminders and calls that are due, without Celery."

    def handle(self, **options: Any) -> str:
        with recorded_run(Job.QUEUE_REMINDERS) as job_run:
            job_run.did = queue_reminders()
        told = ngettext(
            "%(count)s reminder or call planned.",
            "%(count)s reminders and calls planned.",
            job_run.did,
        )
        return told % {"count": job_run.did}
