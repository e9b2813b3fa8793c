from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from delegations.desk.binder.closing import CannotClose
from delegations.desk.binder.nightly import write_binder


class Command(BaseCommand):
    help = "Write the binder for the hour when the system is dark, in place of today's."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--nightly", action="store_true", help="Only at night, and where it is missing."
        )

    def handle(self, *, nightly: bool, **options: Any) -> str:
        if not settings.BINDER_KEY:
            raise CommandError("Set BINDER_KEY to the file of a public key.")
        try:
            written = write_binder(by_hand=not nightly)
        except CannotClose as fault:
            raise CommandError(str(fault)) from None
        told = ngettext(
            "%(count)s binder written into %(folder)s.",
            "%(count)s binders written into %(folder)s.",
            written,
        )
        return told % {"count": written, "folder": settings.BINDER_FOLDER}
