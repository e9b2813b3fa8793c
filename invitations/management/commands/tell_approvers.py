from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext

from invitations.outbox.approvers import tell_approvers
from invitations.outbox.arming import reason_sending_is_off


class Command(BaseCommand):
    help = "Tell approvers by mail what has waited for them for four hours, without Celery."

    def handle(self, **options: Any) -> str:
        if mute := reason_sending_is_off():
            raise CommandError(mute)
        sent = tell_approvers()
        told = ngettext(
            "%(count)s mail to approvers handed over.",
            "%(count)s mails to approvers handed over.",
            sent,
        )
        return told % {"count": sent}
