from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from invitations.outbox.monitoring import ticked
from invitations.reminders.planning import queue_reminders
from invitations.times.jobs import Job


class Command(BaseCommand):
    help = "Plan the reminders and calls that are due, without Celery."

    def handle(self, **options: Any) -> str:
        with ticked(Job.QUEUE_REMINDERS) as tick:
            tick.did = queue_reminders()
        told = ngettext(
            "%(count)s reminder or call planned.",
            "%(count)s reminders and calls planned.",
            tick.did,
        )
        return told % {"count": tick.did}
