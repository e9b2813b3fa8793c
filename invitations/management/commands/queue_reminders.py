from typing import Any

from django.core.management.base import BaseCommand

from invitations.reminders import queue_reminders


class Command(BaseCommand):
    help = "Plan the reminders and calls that are due, without Celery."

    def handle(self, **options: Any) -> str:
        return f"{queue_reminders()} reminders and calls planned."
