from typing import Any

from django.core.management.base import BaseCommand

from invitations.arming import arm


class Command(BaseCommand):
    help = "Let this deployment, on this database, write to ministers."

    def handle(self, **options: Any) -> str:
        return f"Sending is armed for {arm().deployment}."
