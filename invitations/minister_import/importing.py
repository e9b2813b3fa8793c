"""Write what the checked rows change, and say what came of it."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from invitations.letters.issuing import draft_invitation
from invitations.minister_import.matching import CheckedRow
from invitations.models import ForumEdition


@transaction.atomic
def import_entries(entries: list[CheckedRow], edition: ForumEdition) -> None:
    """Save the ministers and successions of the entries, and invite the ministers."""
    for entry in entries:
        apply_changes(entry)
        if entry.is_new:
            entry.minister.save()
        elif entry.changes:
            entry.minister.save(update_fields=list(entry.changes))
    for entry in entries:
        if entry.replaces:
            entry.replaces.successor = entry.minister
            entry.replaces.save(update_fields=["successor"])
        invite(entry, edition)


def apply_changes(entry: CheckedRow) -> None:
    """Change the minister in memory."""
    for name, value in entry.changes.items():
        setattr(entry.minister, name, value)


def invite(entry: CheckedRow, edition: ForumEdition) -> None:
    """Draft an invitation if there is none; give a draft the row's focal point."""
    if entry.is_invited:
        draft_invitation(
            edition, entry.minister, is_principal=entry.is_principal, **entry.focal_point
        )
    elif entry.invitation and entry.focal_point and not entry.is_frozen:
        for name, value in entry.focal_point.items():
            setattr(entry.invitation, name, value)
        entry.invitation.save(update_fields=list(entry.focal_point))


def import_summary(entries: list[CheckedRow]) -> str:
    added = sum(entry.is_new for entry in entries)
    changed = sum(entry.is_changed for entry in entries)
    drafts = sum(entry.is_invited for entry in entries)
    ministers = ngettext("%(count)d minister added", "%(count)d ministers added", added)
    invitations = ngettext(
        "%(count)d draft invitation made", "%(count)d draft invitations made", drafts
    )
    return _("%(ministers)s, %(changed)d changed, %(unchanged)d unchanged; %(invitations)s.") % {
        "ministers": ministers % {"count": added},
        "changed": changed,
        "unchanged": len(entries) - added - changed,
        "invitations": invitations % {"count": drafts},
    }


def describe_kept_focal_points(entries: list[CheckedRow]) -> list[str]:
    """Return a sentence for each issued invitation that keeps its focal point."""
    sentence = _("Line %(line)s: the invitation is issued and keeps its focal point, %(old)s.")
    return [
        sentence % {"line": entry.row.line, "old": entry.invitation.focal_point_email or "–"}
        for entry in entries
        if entry.invitation and entry.is_frozen and entry.focal_point
    ]
