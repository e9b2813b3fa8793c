"""What an office has typed and not yet recorded: kept a day, for the summary to have an address.

The summary holds the words too. Where the cache is away, it is shown without an address.
"""

from collections.abc import Iterable
from uuid import UUID

from django.core.cache import cache
from django.http import QueryDict
from redis.exceptions import RedisError

from invitations.models import Invitation

KEPT_FOR = 24 * 3600  # seconds
CACHE_AWAY = (RedisError, OSError)


def keep_draft(
    invitation: Invitation, form_key: UUID, posted: QueryDict, asked: Iterable[str]
) -> bool:
    """Keep what was typed under the key of its form, and return whether it could be kept.

    Only the fields ``asked`` are kept: whatever else a browser sends would fill the cache.
    """
    words = QueryDict(mutable=True)
    for name in posted.keys() & {*asked}:
        words.setlist(name, posted.getlist(name))
    try:
        cache.set(draft_name(invitation, form_key), words.urlencode(), KEPT_FOR)
        cache.set(newest_name(invitation), form_key, KEPT_FOR)
    except CACHE_AWAY:
        return False
    return True


def read_draft(invitation: Invitation, form_key: UUID) -> QueryDict | None:
    """Return what was typed; None if it was recorded, a day has passed, or the cache lost it."""
    try:
        words = cache.get(draft_name(invitation, form_key))
    except CACHE_AWAY:
        return None
    return None if words is None else QueryDict(words)


def newest_draft(invitation: Invitation) -> UUID | None:
    """Return the key of the form that was last typed; None if it was recorded, or nothing was."""
    try:
        form_key: UUID | None = cache.get(newest_name(invitation))
    except CACHE_AWAY:
        return None
    return form_key if form_key and read_draft(invitation, form_key) is not None else None


def forget_draft(invitation: Invitation, form_key: UUID) -> None:
    try:
        cache.delete(draft_name(invitation, form_key))
    except CACHE_AWAY:
        return


def newest_name(invitation: Invitation) -> str:
    return f"draft-{invitation.pk}"


def draft_name(invitation: Invitation, form_key: UUID) -> str:
    return f"draft-{invitation.pk}-{form_key}"
