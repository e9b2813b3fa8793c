from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import ngettext

from invitations.minister_import.background import import_lists
from invitations.outbox.monitoring import ticked
from invitations.times.jobs import Job


class Command(BaseCommand):
    help = "Import the long lists of ministers that were confirmed and wait."

    def handle(self, **options: Any) -> str:
        with ticked(Job.IMPORT_LISTS) as tick:
            tick.did = import_lists()
        told = ngettext(
            "%(count)s list imported or refused.", "%(count)s lists imported or refused.", tick.did
        )
        return told % {"count": tick.did}
