import csv
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from invitations.roster import STATES, load_states


class Command(BaseCommand):
    help = "Add the Member States that are missing, and fill what is empty in the others."

    def handle(self, **options: Any) -> str:
        with STATES.open(encoding="utf-8", newline="") as file:
            added, completed = load_states(csv.DictReader(file))
        invited = sum(state.invited_by_default for state in added)
        return _(
            "%(invited)d Member States and %(others)d others that are not invited by default "
            "added, %(completed)d completed."
        ) % {
            "invited": invited,
            "others": len(added) - invited,
            "completed": len(completed),
        }
