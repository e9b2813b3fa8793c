"""Tokens as one person makes them and another releases them, and calls with them."""

import datetime as dt

from django.utils import timezone

from delegations.models import ApiToken
from delegations.tokens import make_token
from invitations.outbox.credentials import release_credential
from invitations.tests.factories import UserFactory


def superuser():
    return UserFactory(is_superuser=True)


def made(edition, *scopes, by=None, days=30):
    """A token that waits, and its words."""
    until = timezone.localdate() + dt.timedelta(days=days)
    reads = {f"reads_{scope}": True for scope in scopes}
    token = ApiToken(edition=edition, called="Badges", valid_until=until, **reads)
    return token, make_token(token, by or superuser())


def released(edition, *scopes, **more):
    token, words = made(edition, *scopes, **more)
    release_credential(token, superuser())
    return token, words


def with_token(words):
    return {"headers": {"authorization": f"Bearer {words}"}}
