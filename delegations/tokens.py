"""Tokens of the API: made by one person, released by another, revoked by anyone of them."""

import datetime as dt
import hashlib
import secrets

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from delegations.models import ApiCall, ApiToken
from invitations.audit import Act, record_act, save_new
from invitations.text.dates import comma_list

PREFIX = "wsis_"
SHOWN = 10
LONGEST = dt.timedelta(days=366)
# Nobody gives a system what they may not read themselves.
READ_BY = {
    "answers": "invitations.view_reply",
    "contacts": "invitations.export_minister",
    "delegates": "delegations.view_delegate",
    "respondents": "invitations.view_reply",
}


@transaction.atomic
def make_token(token: ApiToken, by: User) -> str:
    """Save the token and return its words, which cannot be read again; it opens nothing yet."""
    today = timezone.localdate()
    if not today <= token.valid_until <= today + LONGEST:
        raise ValidationError(_("The last day of a token lies within a year from today."))
    if unread := [scope for scope in token.scopes if not by.has_perm(READ_BY[scope])]:
        names = map(ApiToken.name_of, unread)
        raise ValidationError(
            _("You cannot give a system what you may not take out yourself: %(what)s.")
            % {"what": comma_list(names)}
        )
    words = PREFIX + secrets.token_urlsafe(32)
    token.digest, token.begins_with, token.made_by = hash_of(words), words[:SHOWN], by
    save_new(token, Act.TOKEN_MADE, by)
    return words


@transaction.atomic
def release_token(token: ApiToken, by: User) -> None:
    """Let the token open what it names; whoever made it may not."""
    if why := why_not_released_by(token, by):
        raise ValidationError(why)
    waiting = ApiToken.objects.waiting_for(by).filter(pk=token.pk)
    if not waiting.update(released_by=by, released_at=timezone.now()):
        raise ValidationError(WAITS_NO_MORE)
    record_act(token, Act.TOKEN_RELEASED, by)


WAITS_NO_MORE = gettext_lazy("This token does not wait any more.")
MAKER_CLOSED = gettext_lazy("The account that made this token is closed.")
REVOKED_ALREADY = gettext_lazy("This token was revoked already.")


def why_not_released_by(token: ApiToken, person: User) -> str:
    """Return why this person does not release the token; an empty text if they may."""
    if token.released_at or token.revoked_at:
        return str(WAITS_NO_MORE)
    if not token.is_made_by_staff:
        return str(MAKER_CLOSED)
    is_own = token.made_by_id == person.pk
    return _("A second person has to release it: you made it.") if is_own else ""


def why_not_revoked(token: ApiToken) -> str:
    return str(REVOKED_ALREADY) if token.revoked_at else ""


@transaction.atomic
def revoke_token(token: ApiToken, by: User, because: str) -> None:
    """Let the token open nothing from now on: to stop, one person suffices."""
    if not because.strip():
        raise ValidationError(_("Say why the token is revoked."))
    in_force = ApiToken.objects.filter(pk=token.pk, revoked_at=None)
    if not in_force.update(revoked_by=by, revoked_at=timezone.now(), revoked_because=because):
        raise ValidationError(REVOKED_ALREADY)
    record_act(token, Act.TOKEN_REVOKED, by, because)


def token_of(words: str) -> ApiToken | None:
    """Return the token of these words, whether it opens anything or not."""
    return (
        ApiToken.objects.select_related("edition", "made_by").filter(digest=hash_of(words)).first()
    )


def note_call(token: ApiToken, asked: str, status: int, rows: int = 0) -> None:
    """Write down what was asked for and how many rows were given; no name and no row."""
    ApiCall.objects.create(made_with=token, asked=asked, status=status, rows=rows)


def hash_of(words: str) -> str:
    # So many random bits need no salt and no slow hash.
    return hashlib.sha256(words.encode(errors="surrogateescape")).hexdigest()
