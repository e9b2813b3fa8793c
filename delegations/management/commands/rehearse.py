import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from delegations.rehearsal.apart import environment_of, make_folder
from delegations.rehearsal.copying import write_copy
from delegations.rehearsal.marked_tests import hand_over_tests, staff_named
from delegations.rehearsal.report import REPORT
from invitations.letters.circulars import invitation_circular
from invitations.management.commands.arm_sending import system_user
from invitations.models import ForumEdition

COPY = "copy.json"


class Command(BaseCommand):
    help = (
        "Walk an edition’s whole calendar on a copy, with invented replies; mail goes to a folder, "
        "with a report that shows all of it, what was held, and why."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("edition", help="The edition’s code.")
        parser.add_argument("--folder", type=Path, help="A new one; otherwise in VAR_DIR.")
        parser.add_argument("--seed", default="", help="Another one invents other replies.")
        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            default=settings.LANGUAGE_CODE,
            help="Of the report.",
        )
        parser.add_argument(
            "--to-staff",
            nargs="+",
            default=[],
            metavar="NAME",
            help="Accounts of staff that get one of each mail as a marked test.",
        )

    def handle(self, *, edition: str, folder: Path | None, **options: Any) -> str:
        began = time.monotonic()
        folder = (folder or Path(settings.VAR_DIR, "rehearsals", edition)).resolve()
        try:
            found = edition_to_rehearse(edition)
            staff = staff_named(options["to_staff"])
            make_folder(folder)
            write_copy(found, folder / COPY)
            figures = walk_apart(folder, [*staff.values()], **options)
            tests = hand_over_tests(found, staff, folder, system_user())
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from None
        seconds = round(time.monotonic() - began)
        lines = [figures.strip(), f"seconds: {seconds}", f"report: {folder / REPORT}"]
        return "\n".join([*lines, *([f"tests: {tests}"] if staff else [])])


def edition_to_rehearse(symbol: str) -> ForumEdition:
    """Return the edition; refuse one without letters to begin with."""
    found = ForumEdition.objects.filter(symbol=symbol).first()
    if found is None:
        raise ValidationError(_("There is no edition %s.") % symbol)
    invitation_circular(found)
    if not found.invitations.exclude(status="withdrawn").exists():
        raise ValidationError(_("The edition has no invitations yet: draft them first."))
    return found


def walk_apart(
    folder: Path, addresses: list[str], *, seed: str, language: str, **options: Any
) -> str:
    """Walk the copy in a process that knows nothing but the folder; return what it says."""
    command = [
        sys.executable, "manage.py", "walk_rehearsal", str(folder / COPY),
        "--seed", seed, "--language", language,
    ]  # fmt: skip
    command += [f"--test-to={address}" for address in addresses]
    done = subprocess.run(  # noqa: S603 -- this program once more, with other variables
        command,
        cwd=settings.BASE_DIR,
        env=environment_of(folder),
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise ValidationError(
            _("The rehearsal broke off; what it has written lies in %s.") % folder
        )
    return done.stdout
