from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext

from invitations.outbox.arming import reason_sending_is_off
from invitations.outbox.digests import send_digest


class Command(BaseCommand):
    help = "Tell staff who ask by mail what the outbox did since the last digest, without Celery."

    def handle(self, **options: Any) -> str:
        if mute := reason_sending_is_off():
            raise CommandError(mute)
        sent = send_digest()
        told = ngettext("%(count)s digest handed over.", "%(count)s digests handed over.", sent)
        return told % {"count": sent}
