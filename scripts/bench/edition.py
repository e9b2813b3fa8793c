"""The letters that are measured: those of the fictitious edition of 2020."""

import datetime as dt

from django.core.management import call_command
from django.utils import timezone

from invitations.letters.circulars import plan_invitation_letters
from invitations.models import ForumEdition, Invitation, Language, Letter, LetterEvent

from .measuring import LITTLE

# An edition that is over takes no answer: it opens about so long after today, on the same weekday.
AHEAD = dt.timedelta(weeks=30)
DATES = ("opens_on", "closes_on", "track_opens_on", "track_closes_on", "reply_before")


def make_drafts() -> None:
    """Make the drafts of 2020, with the edition's dates in the coming year."""
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", verbosity=0)
    call_command("demo", edition="2020")
    if LITTLE:
        leave_few()
    edition = ForumEdition.objects.get()
    weeks = (timezone.localdate() + AHEAD - edition.opens_on) // dt.timedelta(weeks=1)
    for name in DATES:
        setattr(edition, name, getattr(edition, name) + dt.timedelta(weeks=weeks))
    edition.save(update_fields=DATES)
    plan()


def leave_few() -> None:
    """Leave at most two offices of each language."""
    for language in Language:
        of_language = Invitation.objects.filter(minister__language=language)
        few = of_language.order_by("pk").values_list("pk", flat=True)[:2]
        of_language.exclude(pk__in=list(few)).delete()


def plan() -> None:
    """Delete the letters, and plan them again."""
    LetterEvent.objects.all().delete()
    Letter.objects.all().delete()
    plan_invitation_letters(ForumEdition.objects.get())


def planned_letters() -> list[Letter]:
    """Return the letters with all that their words need."""
    return list(
        Letter.objects.select_related(
            "circular", "invitation__edition", "invitation__minister__member_state",
            "invitation__minister__rank", "invitation__member_state",
        ).order_by("pk")
    )  # fmt: skip
