from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from delegations.statements import PHOTOS
from invitations.models.deleted_files import let_go, unnamed_below
from invitations.outbox.arming import reason_sending_is_not_on


class Command(BaseCommand):
    help = (
        "List the photos in the store that no row has named for a day; with --remove the clock"
        " takes them away a day later, unless a row names them by then."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--remove", action="store_true", help="Let the photos go.")

    def handle(self, *, remove: bool, **options: Any) -> str:
        if remove and (why := reason_sending_is_not_on()):
            raise CommandError(why)
        names = unnamed_below(PHOTOS)
        for name in names:
            self.stdout.write(name)
        if remove:
            let_go(names)
        told = ngettext(
            "%(count)s photo that no row names.", "%(count)s photos that no row names.", len(names)
        )
        return told % {"count": len(names)}
