"""The notice that tells offices of a move: drafted with it, and sent as any other circular."""

from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from invitations.models import (
    IN_PERSON,
    LAST_DAY,
    ONLINE,
    POSTPONED,
    Circular,
    DateChange,
    ForumEdition,
    Language,
)
from invitations.text.dates import format_date

# The text of the notice of each kind of move; new dates have the usual one.
VARIANTS = {
    DateChange.Kind.POSTPONED: POSTPONED,
    DateChange.Kind.ONLINE: ONLINE,
    DateChange.Kind.IN_PERSON: IN_PERSON,
}
KEPT = ("place", "signatory_honorific", "signatory_name", "signatory_title",
        "second_signatory_name", "second_signatory_title", "service", "addressed_to",
        "shows_contact", "note_kinds")  # fmt: skip


def draft_notice(move: DateChange) -> Circular | None:
    """Return the draft of a notice in six languages; None where no circular invites yet."""
    inviting = move.edition.circulars.filter(kind=Circular.Kind.INVITATION).first()
    if inviting is None:
        return None
    notice = Circular(
        edition=move.edition,
        kind=Circular.Kind.NOTICE,
        reference=free_reference(inviting),
        dated_on=move.edition.local_date(timezone.now()),
        variant=variant_of(move),
        **inherited_values(inviting),
        **{
            build_localized_fieldname("changes", language): changes_in(move, language)
            for language in Language.values
        },
    )
    notice.save()
    return notice


def variant_of(move: DateChange) -> str:
    """Return the text of the notice: where the last day moves alone, it speaks of no new dates."""
    usual = "" if move.overtakes else LAST_DAY
    return VARIANTS.get(DateChange.Kind(move.kind), usual)


def inherited_values(inviting: Circular) -> dict[str, Any]:
    """Return what a notice has of the circular that invites, in each language."""
    texts = translator.get_options_for_model(Circular).all_fields
    columns = [
        column.name
        for name in KEPT
        for column in (texts.get(name) or [Circular._meta.get_field(name)])
    ]
    return {name: getattr(inviting, name) for name in columns}


def free_reference(inviting: Circular) -> str:
    """Return the circular's reference with the next number that is free; staff may change it."""
    taken = set(Circular.objects.values_list("reference", flat=True))
    numbered = (f"{inviting.reference[:30]}/Add.{number}" for number in range(1, len(taken) + 2))
    return next(reference for reference in numbered if reference not in taken)


def changes_in(move: DateChange, language: str) -> str:
    """Return in whole sentences what changes; days stand after a colon, which no grammar bends.

    Days and place of what goes online, or comes back, stand in the letter below.
    """
    with translation.override(language):
        before, after = move.before, move.after
        words = {
            "forum": named_in(move.edition, language),
            "before": before.forum_days(language),
            "after": after.forum_days(language),
        }
        if move.kind == DateChange.Kind.POSTPONED:
            told = _(
                "The %(forum)s has been postponed. Dates announced earlier: %(before)s. New dates "
                "will be announced as soon as they are known."
            )
        elif move.kind == DateChange.Kind.ONLINE and after.awaits_last_day:
            told = _(
                "The %(forum)s will be held online. A new last day to reply will be announced."
            )
        elif move.kind == DateChange.Kind.ONLINE:
            told = _("The %(forum)s will be held online.")
        elif move.kind == DateChange.Kind.IN_PERSON:
            told = _("The %(forum)s will be held in person again.")
        elif before.postponed_at:
            told = _("The %(forum)s, which was postponed, has new dates: %(after)s.")
        else:
            told, days = days_that_moved(before, after, language)
            words |= days
        # Days that end with an abbreviation, as in Russian, end the sentence too.
        return (told % words).replace("..", ".")


def days_that_moved(
    before: ForumEdition, after: ForumEdition, language: str
) -> tuple[str, dict[str, str]]:
    """Return what is told of the Forum's days; if these stay, of the Track's or the last to reply.

    It is told in the active language, beside the days that are put into it.
    """
    days = {"before": before.forum_days(language), "after": after.forum_days(language)}
    if days["before"] != days["after"]:
        told = _(
            "The dates of the %(forum)s have changed. Dates announced earlier: %(before)s. New "
            "dates: %(after)s."
        )
        return told, days
    days = {"before": before.track_days(language), "after": after.track_days(language)}
    if days["before"] != days["after"] and after.track_name:
        told = _(
            "The dates of the %(forum)s (%(track)s) have changed. Dates announced earlier: "
            "%(before)s. New dates: %(after)s."
        )
        return told, days | {"track": after.track_name}
    if days["before"] != days["after"]:
        told = _(
            "The dates of the High-Level Track of the %(forum)s have changed. Dates announced "
            "earlier: %(before)s. New dates: %(after)s."
        )
        return told, days
    told = _("The last day to reply to the invitation to the %(forum)s is now: %(after)s.")
    return told, {"after": format_date(after.last_day, language)}


def named_in(edition: ForumEdition, language: str) -> str:
    return getattr(edition, build_localized_fieldname("name", language)) or edition.name
