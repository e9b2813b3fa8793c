import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from delegations.demonstration import closing_lines, find_demonstration, make_demonstration
from delegations.demonstration.staff import make_demonstration_staff
from invitations.models import ForumEdition, MemberState


class Command(BaseCommand):
    help = "Make a fictitious edition around today, or load the edition of 2020, to try things on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--edition", choices=["2020"], help="The facts of that year, with drafts only."
        )

    def handle(self, *, edition: str | None, **options: Any) -> str:
        kind = edition or "demo"
        if made := find_demonstration(kind):
            self.stdout.write(_("The demonstration is here already."))
            # One that an earlier version made has not all of its staff.
            if password := os.getenv("DEMO_PASSWORD"):
                make_demonstration_staff(password)
        else:
            made = self.make(kind)
        return "\n".join(closing_lines(made))

    def make(self, kind: str) -> ForumEdition:
        password = os.getenv("DEMO_PASSWORD")
        if not password:
            raise CommandError(_("Set DEMO_PASSWORD: the demonstration’s users sign in by it."))
        if not MemberState.objects.invited().exists():
            call_command("load_member_states", stdout=self.stderr)
        try:
            return make_demonstration(kind, password, self.stderr.write)
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from None
