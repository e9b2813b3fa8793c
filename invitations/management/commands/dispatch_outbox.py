from typing import Any

from django.core.management.base import BaseCommand, CommandError

from invitations.arming import why_mute
from invitations.dispatch import dispatch_outbox
from invitations.letters import compose_planned
from invitations.models import AUTOMATIC


class Command(BaseCommand):
    help = "Compose what is planned and deliver what is due, without Celery."

    def handle(self, **options: Any) -> str:
        if mute := why_mute():
            raise CommandError(mute)
        composed = compose_planned(kinds=AUTOMATIC)
        return f"{composed} letters composed, {dispatch_outbox()} deliveries handed over."
