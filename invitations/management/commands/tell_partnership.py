from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext

from invitations.outbox.arming import reason_sending_is_off
from invitations.outbox.partnership import tell_partnership


class Command(BaseCommand):
    help = "Tell the partnership team by mail of each new interest, without Celery."

    def handle(self, **options: Any) -> str:
        if mute := reason_sending_is_off():
            raise CommandError(mute)
        sent = tell_partnership()
        told = ngettext(
            "%(count)s mail to the partnership team handed over.",
            "%(count)s mails to the partnership team handed over.",
            sent,
        )
        return told % {"count": sent}
