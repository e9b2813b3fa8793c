from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from invitations.letters import (
    compose_planned,
    fallen_back_to_english,
    plan_invitation_letters,
)
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
        composed = compose_planned(chosen)
        in_english = fallen_back_to_english(chosen)
        said = f"{composed} letters composed."
        if in_english:
            said += f" {in_english} letters are in English: their language has no text yet."
        return said
