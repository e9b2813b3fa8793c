from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from invitations.inbox.scans import read_scans
from invitations.outbox.monitoring import ticked
from invitations.times.jobs import Job


class Command(BaseCommand):
    help = "Read the scans that were dropped and wait."

    def handle(self, **options: Any) -> str:
        with ticked(Job.READ_SCANS) as tick:
            tick.did = read_scans()
        told = ngettext("%(count)s scan read.", "%(count)s scans read.", tick.did)
        return told % {"count": tick.did}
