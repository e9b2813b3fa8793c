from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from invitations.inbox.scans import read_scans
from invitations.outbox.monitoring import recorded_run
from invitations.times.jobs import Job


class Command(BaseCommand):
    help = "Read the scans that were dropped and wait."

    def handle(self, **options: Any) -> str:
        with recorded_run(Job.READ_SCANS) as job_run:
            job_run.did = read_scans()
        told = ngettext("%(count)s scan read.", "%(count)s scans read.", job_run.did)
        return told % {"count": job_run.did}
