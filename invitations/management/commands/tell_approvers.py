from typing import Any

from django.core.management.base import BaseCommand, CommandError

from invitations.outbox.approvers import tell_approvers
from invitations.outbox.arming import why_mute


class Command(BaseCommand):
    help = "Tell approvers by mail what has waited for them for four hours, without Celery."

    def handle(self, **options: Any) -> str:
        if mute := why_mute():
            raise CommandError(mute)
        return f"{tell_approvers()} mails to approvers handed over."
