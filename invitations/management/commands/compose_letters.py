from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from invitations.letters.checks.reasons import reasons_not_composed
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned
from invitations.letters.planning import try_waiting_again
from invitations.models import ForumEdition, Letter


class Command(BaseCommand):
    help = "Compose the letter of each draft invitation of an edition, ready for approval."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--edition", required=True, metavar="SYMBOL")

    def handle(self, *, edition: str, **options: Any) -> str:
        try:
            chosen = ForumEdition.objects.get(symbol=edition)
            plan_invitation_letters(chosen)
            try_waiting_again(invitation__edition=chosen)
        except ForumEdition.DoesNotExist:
            raise CommandError(f"There is no edition {edition}.") from None
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from None
        return " ".join([report_composed(compose_planned(chosen)), *still_planned(chosen)])


def report_composed(number: int) -> str:
    told = ngettext("%(count)s letter composed.", "%(count)s letters composed.", number)
    return told % {"count": number}


def still_planned(edition: ForumEdition) -> Iterator[str]:
    """Yield a sentence for each reason why letters are still planned; each counts once."""
    planned = Letter.objects.planned().filter(invitation__edition=edition)
    leased = planned.exclude(composing_until=None).count()
    reasons = reasons_not_composed(edition)
    for reason, number in reasons.items():
        waits = ngettext("%(count)s waits: %(why)s", "%(count)s wait: %(why)s", number)
        yield waits % {"count": number, "why": reason}
    if leased:
        in_hand = ngettext(
            "%(count)s is being composed by another worker.",
            "%(count)s are being composed by another worker.",
            leased,
        )
        yield in_hand % {"count": leased}
    if not_begun := planned.count() - leased - sum(reasons.values()):
        told = ngettext("%(count)s was not begun.", "%(count)s were not begun.", not_begun)
        yield told % {"count": not_begun}
