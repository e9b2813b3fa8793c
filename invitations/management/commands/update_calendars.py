from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from invitations.outbox.monitoring import recorded_run
from invitations.reminders.calendar_updates import update_calendars
from invitations.times.jobs import Job


class Command(BaseCommand):
    help = "Plan mails to offices in whose calendars hours have moved, without Celery."

    def handle(self, **options: Any) -> str:
        with recorded_run(Job.UPDATE_CALENDARS) as job_run:
            job_run.did = update_calendars()
        told = ngettext(
            "%(count)s calendar mail planned.", "%(count)s calendar mails planned.", job_run.did
        )
        return told % {"count": job_run.did}
