"""Replace letters that have left: those chosen, for a reason, and no others."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from modeltranslation.translator import translator

from invitations.audit import Act, record_acts, save_new
from invitations.letters.circulars import locked_circular, plan_circular, standing_letters
from invitations.links import NO_LINK
from invitations.models import Circular, ForumEdition, Invitation, Letter, ReplyLink
from invitations.models.states import french_order
from invitations.outbox.corrections.waiting_letters import renew_link

# What a replacement takes over from the circular whose letters it replaces, in each language.
TAKEN_OVER = ("place", "service", "addressed_to", "signatory_honorific", "signatory_name",
              "signatory_title", "second_signatory_name", "second_signatory_title")  # fmt: skip


class Replaceable(NamedTuple):
    """The letters that can be replaced, by their invitations, and why the others cannot."""

    letters: dict[Invitation, Letter]
    refused: dict[Invitation, str]


def replaceable(invitations: "QuerySet[Invitation]") -> Replaceable:
    """Return which letters of these invitations can be replaced now, in five queries at most."""
    chosen = list(
        invitations.select_related("edition", "member_state", "minister__member_state").order_by(
            *french_order(), "pk"
        )
    )
    standing = standing_letters(chosen)
    under_way = replaced_already(chosen)
    why = {
        one: reason_not_to_replace(one, standing.get(one.pk), one.pk in under_way) for one in chosen
    }
    letters = {one: standing[one.pk] for one in chosen if not why[one]}
    return Replaceable(letters, {one: reason for one, reason in why.items() if reason})


def replaced_already(invitations: Iterable[Invitation]) -> set[int]:
    """Return the invitations of which a replacement waits to be composed or approved."""
    waiting = Letter.objects.filter(
        kind=Letter.Kind.REPLACEMENT,
        state__in=[Letter.State.PLANNED, Letter.State.COMPOSED],
        invitation__in=[one.pk for one in invitations],
    )
    return set(waiting.values_list("invitation", flat=True))


def reason_not_to_replace(invitation: Invitation, letter: Letter | None, is_under_way: bool) -> str:
    """Return why the letter cannot be replaced; an empty text if it can."""
    if invitation.status != Invitation.Status.ISSUED:
        return _("This invitation is not in force.")
    if letter is None:
        return _("It has no approved letter.")
    if is_under_way:
        return _("A replacement of its letter is under way already.")
    if invitation.minister.successor_id:
        return _("Somebody else holds this office now: hand the invitation over.")
    return ""


@transaction.atomic
def begin_replacement(  # noqa: PLR0913 -- what a circular is begun with
    replaced: Circular,
    by: User,
    reason: str,
    *,
    reference: str,
    dated_on: dt.date,
    changes: Mapping[str, str],
    original_signed_by: str = "",
    original_signed_on: dt.date | None = None,
) -> Circular:
    """Save a circular that replaces letters of this one; nobody is among its audience yet.

    ``changes`` are its sentences by language. Place and signatory are taken over. Unless it says
    who signed its original, its letters are composed anew once that is recorded.
    """
    columns = translator.get_options_for_model(Circular).all_fields
    taken_over = {
        column.name: getattr(replaced, column.name)
        for name in TAKEN_OVER
        for column in columns[name]
    }
    said = {f"changes_{code.replace('-', '_')}": words for code, words in changes.items()}
    circular = Circular(
        edition=replaced.edition,
        kind=Circular.Kind.REPLACEMENT,
        reference=reference,
        dated_on=dated_on,
        original_signed_by=original_signed_by,
        original_signed_on=original_signed_on,
        shows_contact=replaced.shows_contact,
        note_kinds=replaced.note_kinds,
        **taken_over,
        **said,
    )
    circular.full_clean(exclude=[*TAKEN_OVER, "changes"])
    save_new(circular, Act.BEGUN_REPLACEMENT, by, reason)
    return circular


@transaction.atomic
def replace_letters(
    circular: Circular,
    invitations: "QuerySet[Invitation]",
    by: User,
    reason: str,
    *,
    new_links: bool = False,
) -> int:
    """Plan a replacement of the standing letter of each invitation, and count them.

    Those that cannot be replaced are left out: so it may run twice. With ``new_links`` the earlier
    link and code say from now on that they were replaced.
    """
    if circular.kind != Circular.Kind.REPLACEMENT:
        raise ValidationError(_("Only a circular of replacement replaces letters."))
    if not reason.strip():
        raise ValidationError(_("Say why the letters are replaced."))
    # The circular before its invitations, as whoever approves one of its letters locks them.
    locked_circular(circular)
    of_edition = Invitation.objects.filter(edition=circular.edition_id, pk__in=invitations)
    # One at a time: whoever comes second sees the replacements of the first.
    pks = list(of_edition.locked().values_list("pk", flat=True))
    chosen = list(replaceable(Invitation.objects.filter(pk__in=pks)).letters)
    circular.chosen.add(*chosen)
    planned = plan_circular(
        circular, Invitation.objects.filter(pk__in=[one.pk for one in chosen]), by
    )
    record_acts(chosen, Act.REPLACED, by, reason)
    if new_links:
        give_new_links(chosen, by, reason)
    return planned


def give_new_links(invitations: Iterable[Invitation], by: User, reason: str) -> None:
    current = ReplyLink.objects.current().filter(invitation__in=[one.pk for one in invitations])
    versions = dict(current.values_list("invitation", "version"))
    for one in invitations:
        renew_link(one, versions.get(one.pk, NO_LINK), by, reason)


def replacements_of(edition: ForumEdition) -> "QuerySet[Circular]":
    """Return the edition's circulars of replacement, the last one first."""
    return edition.circulars.filter(kind=Circular.Kind.REPLACEMENT).order_by("-pk")


def languages_of_replacements(invitations: Iterable[Invitation]) -> list[str]:
    """Return the languages in which the replacements have to say what changes."""
    spoken = (invitation.minister.languages for invitation in invitations)
    return sorted({language for pair in spoken for language in pair if language})
