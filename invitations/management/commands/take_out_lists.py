from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from invitations.admin.taking_out.background import take_out_lists
from invitations.outbox.monitoring import ticked
from invitations.times.jobs import Job


class Command(BaseCommand):
    help = "Make the files of long lists that somebody waits for, without Celery."

    def handle(self, **options: Any) -> str:
        with ticked(Job.TAKE_OUT_LISTS) as tick:
            tick.did = take_out_lists()
        told = ngettext(
            "%(count)s list made or refused.", "%(count)s lists made or refused.", tick.did
        )
        return told % {"count": tick.did}
