from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invitations.minister_import.states import load_shipped_states


class Command(BaseCommand):
    help = "Add the Member States that are missing, and fill what is empty in the others."

    def handle(self, **options: Any) -> str:
        added, completed = load_shipped_states()
        invited = sum(state.invited_by_default for state in added)
        others = len(added) - invited
        return _("%(invited)s and %(others)s added, %(completed)d completed.") % {
            "invited": ngettext("%d Member State", "%d Member States", invited) % invited,
            "others": ngettext(
                "%d other that is not invited by default",
                "%d others that are not invited by default",
                others,
            )
            % others,
            "completed": len(completed),
        }
