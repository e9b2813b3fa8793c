"""Tokens of the API: made, found again by their words, and what each was asked for."""

import datetime as dt
import hashlib
import secrets

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from delegations.models import ApiCall, ApiToken
from invitations.audit import Act, save_new
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
    token.digest, token.begins_with, token.made_by = token_digest(words), words[:SHOWN], by
    save_new(token, Act.TOKEN_MADE, by)
    return words


def token_of(words: str) -> ApiToken | None:
    """Return the token of these words, whether it opens anything or not."""
    return (
        ApiToken.objects.select_related("edition", "made_by")
        .filter(digest=token_digest(words))
        .first()
    )


def note_api_call(token: ApiToken, asked: str, status: int, rows: int = 0) -> None:
    """Write down what was asked for and how many rows were given; no name and no row."""
    ApiCall.objects.create(made_with=token, asked=asked, status=status, rows=rows)


def token_digest(words: str) -> str:
    # So many random bits need no salt and no slow hash.
    return hashlib.sha256(words.encode(errors="surrogateescape")).hexdigest()
