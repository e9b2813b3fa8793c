"""What an office reads once dates have moved: before and now, and whether its answer holds."""

from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from delegations.office.on_file import OnFile, format_edition_hour
from invitations.models import DateChange, Invitation, Reconfirmation
from invitations.outbox.date_change.reconfirmations import may_confirm, open_question


def mark_of_dates(invitation: Invitation) -> str:
    """Return the mark of the dates that a page shows, for its forms."""
    move = last_move_of(invitation)
    return str(move.pk) if move else ""


def last_move_of(invitation: Invitation) -> DateChange | None:
    if invitation.edition.moved_at is None:
        return None
    return DateChange.objects.last_of(invitation.edition_id)


def reconfirmation_on_page(filed: OnFile) -> dict[str, Any]:
    """Return what the page says of the move, in words; nothing where no dates ever moved."""
    move = last_move_of(filed.invitation)
    if move is None or filed.invitation.edition.postponed_at:
        return {}
    question, standing = open_question(filed.invitation), filed.standing
    if question is None or standing is None:
        return {}
    language = translation.get_language()
    before, after = question.move.before, filed.invitation.edition
    return {
        "heading": heading_of(question.move),
        "before": "" if before.postponed_at else before.forum_days(language),
        "now": after.forum_days(language),
        "mark": str(move.pk),
        "reply": standing,
        "is_offered": may_confirm(filed.invitation, standing),
        "is_open": question.said == Reconfirmation.Said.NOT_YET,
        "answered_on": answered_on(question, filed.invitation),
    }


def heading_of(move: DateChange) -> str:
    if move.kind == DateChange.Kind.ONLINE:
        return _("The event is held online")
    if move.kind == DateChange.Kind.IN_PERSON:
        return _("The event is held in person again")
    return _("The dates of the event have changed")


def answered_on(question: Reconfirmation, invitation: Invitation) -> str:
    if question.answered_at is None:
        return ""
    return format_edition_hour(question.answered_at, invitation, translation.get_language())
