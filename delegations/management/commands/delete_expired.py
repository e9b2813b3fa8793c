from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from invitations.outbox.monitoring import recorded_run
from invitations.outbox.retention import delete_expired
from invitations.times.jobs import Job


class Command(BaseCommand):
    help = (
        "Delete what is kept for a day: forms that offices did not record, exported files, and"
        " files that no row names any more."
    )

    def handle(self, **options: Any) -> str:
        with recorded_run(Job.DELETE_EXPIRED) as job_run:
            job_run.did = delete_expired()
        told = ngettext(
            "%(count)s expired row or file deleted.",
            "%(count)s expired rows or files deleted.",
            job_run.did,
        )
        return told % {"count": job_run.did}
