from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext

from invitations.outbox.arming import reason_sending_is_not_on
from invitations.outbox.webhooks.sending import send_webhooks


class Command(BaseCommand):
    help = "Tell other systems what happened, and what they did not take before, without Celery."

    def handle(self, **options: Any) -> str:
        if mute := reason_sending_is_not_on():
            raise CommandError(mute)
        arrived = send_webhooks()
        told = ngettext("%(count)s message arrived.", "%(count)s messages arrived.", arrived)
        return told % {"count": arrived}
