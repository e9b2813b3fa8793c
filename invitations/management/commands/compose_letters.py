from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned, reasons_not_composed
from invitations.models import ForumEdition, Letter


class Command(BaseCommand):
    help = "Compose the letter of each draft invitation of an edition, ready for approval."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--edition", required=True, metavar="SYMBOL")

    def handle(self, *, edition: str, **options: Any) -> str:
        try:
            chosen = ForumEdition.objects.get(symbol=edition)
            plan_invitation_letters(chosen)
        except ForumEdition.DoesNotExist:
            raise CommandError(f"There is no edition {edition}.") from None
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from None
        return " ".join([f"{compose_planned(chosen)} letters composed.", *left(chosen)])


def left(edition: ForumEdition) -> Iterator[str]:
    """Yield a sentence for each reason why letters are still planned; each counts once."""
    planned = Letter.objects.planned().filter(invitation__edition=edition)
    leased = planned.exclude(composing_until=None).count()
    reasons = reasons_not_composed(edition)
    for because, number in reasons.items():
        yield f"{number} wait: {because}"
    if leased:
        yield f"{leased} are being composed by another worker."
    if not_begun := planned.count() - leased - sum(reasons.values()):
        yield f"{not_begun} were not begun."
