"""What an office has typed and not yet recorded: kept a day, for the summary to have an address."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists
from django.http import QueryDict
from django.utils import timezone

from invitations.models import Invitation, Reply, ReplyDraft


@transaction.atomic
def keep_draft(
    invitation: Invitation, form_key: UUID, posted: QueryDict, asked: Iterable[str]
) -> None:
    """Keep what was typed under the key of its form.

    Only the fields ``asked`` are kept: whatever else a browser sends would fill the database.
    """
    words = QueryDict(mutable=True)
    for name in posted.keys() & {*asked}:
        words.setlist(name, posted.getlist(name))
    typed = ReplyDraft(invitation=invitation, form_key=form_key, words=words.urlencode())
    ReplyDraft.objects.bulk_create(
        [typed],
        update_conflicts=True,
        unique_fields=["invitation", "form_key"],
        update_fields=["words", "kept_at"],
    )
    ReplyDraft.objects.forget_all_but_newest(invitation.pk)


def drafts_of(invitation: Any) -> Any:
    """Return what was typed in the last day, recorded or not."""
    return ReplyDraft.objects.kept(timezone.now()).filter(invitation=invitation)


def read_draft(invitation: Invitation, form_key: UUID) -> QueryDict | None:
    """Return what was typed; None if it was recorded, or a day has passed."""
    recorded = Reply.objects.filter(invitation=invitation, form_key=form_key)
    drafts = drafts_of(invitation).filter(~Exists(recorded), form_key=form_key)
    words = drafts.values_list("words", flat=True).first()
    return None if words is None else QueryDict(words)


def newest_form(invitation: Any) -> Any:
    """Return, as a query, the key of the form that was typed last."""
    return drafts_of(invitation).order_by("-kept_at", "-pk").values("form_key")[:1]
