from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invitations.minister_import.importing import (
    describe_kept_focal_points,
    import_entries,
    import_summary,
)
from invitations.minister_import.remarks import remarks_on_entries
from invitations.minister_import.rules import check_rows
from invitations.minister_import.table import MinisterList, read_table
from invitations.models import ForumEdition


class Command(BaseCommand):
    help = "Import ministers from a CSV or XLSX file and draft their invitations, all or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="see docs/import-ministers.md")
        parser.add_argument("--edition", required=True, metavar="SYMBOL", help="wsis-2020")
        parser.add_argument("--dry-run", action="store_true", help="check, and write nothing")

    def handle(self, *, file: Path, edition: str, dry_run: bool, **options: Any) -> str:
        try:
            done = self.bring_in(table_in(file), edition_named(edition), dry_run=dry_run)
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from None
        if dry_run:
            return _("Nothing was written: this file would give %(done)s") % {"done": done}
        return done

    @transaction.atomic
    def bring_in(self, table: MinisterList, edition: ForumEdition, *, dry_run: bool) -> str:
        for sentence in table.told:
            self.stderr.write(sentence)
        entries, faults = check_rows(table.rows, edition)
        for fault in faults:
            self.stderr.write(str(fault))
        if faults:
            raise CommandError(
                ngettext(
                    "Nothing was written: %(count)d cell is refused.",
                    "Nothing was written: %(count)d cells are refused.",
                    len(faults),
                )
                % {"count": len(faults)}
            )
        remarks = remarks_on_entries(entries)
        if not dry_run:
            import_entries(entries, edition)
        for told in (*describe_kept_focal_points(entries), *remarks):
            self.stdout.write(str(told))
        return import_summary(entries)


def table_in(path: Path) -> MinisterList:
    try:
        file = path.open("rb")
    except OSError as error:
        raise CommandError(
            _("%(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}
        ) from None
    with file:
        return read_table(file, path.name)


def edition_named(symbol: str) -> ForumEdition:
    try:
        return ForumEdition.objects.get(symbol=symbol)
    except ForumEdition.DoesNotExist:
        raise CommandError(
            _("There is no edition with the code %(symbol)s.") % {"symbol": symbol}
        ) from None
