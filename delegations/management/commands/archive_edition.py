from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from delegations.desk.archive import archive_edition
from invitations.models import ForumEdition


class Command(BaseCommand):
    help = "Write a whole edition into a new folder, as files that any program reads."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("edition", help="Its code, such as wsis-2020.")
        parser.add_argument("folder", type=Path)

    def handle(self, *, edition: str, folder: Path, **options: Any) -> str:
        found = ForumEdition.objects.filter(symbol=edition).first()
        if found is None:
            raise CommandError(_("There is no edition with the code “%s”.") % edition)
        try:
            archived = archive_edition(found, folder)
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from None
        told = ngettext(
            "%(count)d file written into %(folder)s.",
            "%(count)d files written into %(folder)s.",
            archived.files,
        ) % {"count": archived.files, "folder": folder}
        if archived.damaged:
            raise CommandError("\n".join([told, *archived.damaged]))
        return told
