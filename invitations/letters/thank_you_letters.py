"""Whom a circular of thanks is written to: whoever was chosen for it, and nobody twice."""

from collections.abc import Collection, Mapping

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act
from invitations.models import Circular, Invitation, Letter
from invitations.models.letter import LetterQuerySet
from invitations.text.dates import comma_list


@transaction.atomic
def choose_thanked(
    circular: Circular,
    variant: str,
    chosen: Collection[Invitation],
    by: User,
    *,
    speakers: Mapping[int, list[str]] | None = None,
) -> None:
    """Let the circular thank these invitations, and no others, in this text.

    ``speakers`` has, by invitation, who delivered the statement: name and function, or nothing
    where the addressee did. Refuse before anybody can have come or spoken, and without who has its
    letter already.
    """
    circular = Circular.objects.select_for_update(of=("self",), no_key=True).get(pk=circular.pk)
    has_letter = set(circular.letters.in_force().values_list("invitation", flat=True))
    if why := reason_not_to_choose(circular):
        raise ValidationError(why)
    if has_letter - {one.pk for one in chosen}:
        raise ValidationError(
            _("Call back the letter of who is not to be thanked before you take them out.")
        )
    if has_letter and variant != circular.variant:
        raise ValidationError(_("Letters in the other text are there already: call them back."))
    circular.variant = variant
    keys = {one.pk for one in chosen}
    said = (speakers or {}).items()
    circular.speakers = {str(key): words for key, words in said if key in keys}
    circular.save(update_fields=["variant", "speakers"])
    circular.chosen.set(chosen)
    record_act(circular, Act.THANKED, by, reason=comma_list(one.member_state for one in chosen))


def reason_not_to_choose(circular: Circular) -> str:
    """Return why nobody can be chosen for the circular now; empty if somebody can."""
    edition = circular.edition
    if circular.kind != Circular.Kind.THANKS:
        return _("Only for letters of thanks it is chosen who gets one.")
    if edition.postponed_at or edition.local_date(timezone.now()) < edition.track_opens_on:
        return _("Nobody has come or spoken yet: letters of thanks follow the event.")
    return ""


def letters_already_sent(circular: Circular) -> LetterQuerySet:
    """Return the letters beside which the circular writes none: its own, or all those of thanks.

    Nobody is thanked twice. What leaves by itself is none of them.
    """
    in_force = Letter.objects.in_force()
    if circular.kind == Circular.Kind.THANKS:
        return in_force.filter(invitation__edition=circular.edition_id, kind=circular.kind)
    return in_force.filter(circular=circular).printed()


def planned_one_by_one(circular: Circular) -> "QuerySet[Circular]":
    """Return the circulars of which one at a time plans letters: itself, or all those of thanks."""
    if circular.kind == Circular.Kind.THANKS:
        return Circular.objects.filter(edition=circular.edition_id, kind=circular.kind)
    return Circular.objects.filter(pk=circular.pk)


def chosen_for(circular: Circular) -> set[int] | None:
    """Return the invitations that the circular was chosen for; None where it has an audience."""
    if not circular.traits.by_choice:
        return None
    return set(circular.chosen.values_list("pk", flat=True))


def reason_not_chosen(circular: Circular) -> str:
    if circular.kind == Circular.Kind.THANKS:
        return _("not among those who are thanked")
    return _("not among the letters that it replaces")
