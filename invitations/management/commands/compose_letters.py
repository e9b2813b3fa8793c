from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from invitations.circulars import plan_invitation_letters
from invitations.composing import compose_planned, reasons_to_wait
from invitations.models import ForumEdition


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
        said = [f"{compose_planned(chosen)} letters composed."]
        said += [f"{number} wait: {because}" for because, number in reasons_to_wait(chosen).items()]
        return " ".join(said)
