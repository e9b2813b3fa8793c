from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import ngettext

from invitations.letters.composing_queue import compose_planned
from invitations.management.commands.compose_letters import report_composed
from invitations.models import AUTOMATIC_KINDS
from invitations.outbox.arming import reason_sending_is_off
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.monitoring import recorded_run
from invitations.times.jobs import Job


class Command(BaseCommand):
    help = "Compose what is planned and deliver what is due, without Celery."

    def handle(self, **options: Any) -> str:
        if mute := reason_sending_is_off():
            raise CommandError(mute)
        composed = compose_planned(kinds=AUTOMATIC_KINDS)
        with recorded_run(Job.DISPATCH_OUTBOX) as job_run:
            job_run.did = dispatch_outbox()
        told = ngettext(
            "%(count)s delivery handed over.", "%(count)s deliveries handed over.", job_run.did
        )
        return f"{report_composed(composed)} {told % {'count': job_run.did}}"
