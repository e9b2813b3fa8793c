"""What an office has typed and not yet recorded: kept a day, for the summary to have an address.

The summary holds the words too. Where the cache is away, it is shown without an address.
"""

from uuid import UUID

from django.core.cache import cache
from django.http import QueryDict
from redis.exceptions import RedisError

from invitations.models import Invitation

KEPT_FOR = 24 * 3600  # seconds
CACHE_AWAY = (RedisError, OSError)
NO_WORDS = ("csrfmiddlewaretoken", "language", "step", "from")


def keep_draft(invitation: Invitation, form_key: UUID, posted: QueryDict) -> bool:
    """Keep what was typed under the key of its form, and return whether it could be kept."""
    words = posted.copy()
    for name in NO_WORDS:
        words.pop(name, None)
    try:
        cache.set(draft_name(invitation, form_key), words.urlencode(), KEPT_FOR)
    except CACHE_AWAY:
        return False
    return True


def read_draft(invitation: Invitation, form_key: UUID) -> QueryDict | None:
    """Return what was typed; None where it was recorded meanwhile, or a day has passed."""
    try:
        words = cache.get(draft_name(invitation, form_key))
    except CACHE_AWAY:
        return None
    return None if words is None else QueryDict(words)


def forget_draft(invitation: Invitation, form_key: UUID) -> None:
    try:
        cache.delete(draft_name(invitation, form_key))
    except CACHE_AWAY:
        return


def draft_name(invitation: Invitation, form_key: UUID) -> str:
    return f"draft-{invitation.pk}-{form_key}"
