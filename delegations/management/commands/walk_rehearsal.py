import logging
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from delegations.rehearsal.apart import refuse_unless_apart
from delegations.rehearsal.copying import load_copy, make_tables
from delegations.rehearsal.marked_tests import write_tests
from delegations.rehearsal.report import write_report
from delegations.rehearsal.walking import walk


class Command(BaseCommand):
    help = "Walk the copy that “rehearse” has made; it starts this in a process of its own."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("copy", type=Path)
        parser.add_argument("--seed", default="")
        parser.add_argument("--language", default=settings.LANGUAGE_CODE)
        parser.add_argument("--test-to", action="append", default=[])

    def handle(
        self, *, copy: Path, seed: str, test_to: list[str], language: str, **options: Any
    ) -> str:
        try:
            refuse_unless_apart()
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from None
        # Each mail stands in the report.
        logging.getLogger("invitations").setLevel(logging.WARNING)
        make_tables()
        edition = load_copy(copy)
        copy.unlink()
        with translation.override(language):
            diary = walk(edition, seed, self.stderr.write)
            counted = write_report(edition, diary, Path(settings.VAR_DIR))
        write_tests(Path(settings.VAR_DIR), test_to)
        return "\n".join(f"{what}: {number}" for what, number in counted.items())
