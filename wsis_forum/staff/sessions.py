"""What a session of staff is worth: how far its person has signed in, and for how long."""

import datetime as dt
import logging
import time
from importlib import import_module
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.utils import timezone

from invitations.audit import Act, record_act

logger = logging.getLogger(__name__)

SEEN_AT = "seen_at"
# When a provider saw the person, which may be long before it says so here.
PROVED_AT = "proved_at"
# Not each request writes that it was there.
SEEN_EVERY = 60  # seconds
# A passkey, an authenticator app; recovery codes alone are none.
SECOND_FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_second_factor(user: User) -> bool:
    return bool(Authenticator.objects.filter(user=user, type__in=SECOND_FACTORS).exists())


def second_factor_given(request: HttpRequest, user: User) -> bool:
    """Tell whether this session has seen a second factor, here or at the provider."""
    enough = {"mfa", "socialaccount"} if settings.OIDC_SECOND_FACTOR else {"mfa"}
    return any(record["method"] in enough for record in get_authentication_records(request, user))


def recently_authenticated(request: HttpRequest) -> bool:
    """Tell whether the person has signed in, or said again who it is, a few minutes ago."""
    records = get_authentication_records(request, request.user)
    return bool(records) and is_recent(records[-1].get(PROVED_AT, records[-1]["at"]))


def is_recent(proved_at: float) -> bool:
    return time.time() - proved_at < settings.SIGN_IN_AGAIN_MINUTES * 60


def session_is_over(request: HttpRequest, user: User) -> bool:
    """Tell whether the session is too old, or was left alone for too long."""
    records = get_authentication_records(request, user)
    if not records:
        return True
    seen_at = request.session.get(SEEN_AT, records[-1]["at"])
    now = time.time()
    return bool(
        now - records[0]["at"] >= settings.SIGN_IN_HOURS * 3600
        or now - max(seen_at, records[-1]["at"]) >= settings.SIGN_IN_IDLE_MINUTES * 60
    )


def note_use(session: SessionBase) -> None:
    """Note that the session is in use, at most once a minute."""
    now = int(time.time())
    if now - session.get(SEEN_AT, 0) >= SEEN_EVERY:
        session[SEEN_AT] = now
        own = UserSession.objects.filter(session_key=session.session_key)
        own.update(last_seen_at=timezone.now())


def follow_session(key: str, session: SessionBase) -> None:
    """Keep the row of a session that goes on under a new key, and none of what has ended."""
    row = UserSession.objects.filter(session_key=key).select_related("user").first()
    if row is None:
        return
    others = UserSession.objects.filter(user=row.user).exclude(pk=row.pk)
    goes_on = session.session_key and session.get(SESSION_KEY) == str(row.user_id)
    if not goes_on or others.filter(session_key=session.session_key).exists():
        row.delete()
        return
    row.session_key = session.session_key
    row.save()
    # A new key follows a new password: what it has ended is not listed any more.
    for other in others:
        other.purge()


def user_wholly_signed_in(request: HttpRequest, user: Any) -> Any:
    """Return the user for the pages outside the desk: nobody, unless wholly signed in."""
    if not user.is_authenticated:
        return user
    whole = not session_is_over(request, user) and second_factor_given(request, user)
    return user if whole else AnonymousUser()


def clear_ended() -> None:
    """Delete sessions that have ended, with the addresses that were noted of them."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    ended_by = timezone.now() - dt.timedelta(hours=settings.SIGN_IN_HOURS)
    UserSession.objects.filter(last_seen_at__lt=ended_by).delete()


def end_session(session: UserSession, by: User | None) -> None:
    """End the session at once, and write into the history of its account who did."""
    session.end()
    logger.info("A session of %s was ended.", session.user.get_username())
    record_act(session.user, Act.SESSION_ENDED, by, named="" if by else "manage.py")


def end_sessions(user: User, by: User | None) -> None:
    for session in UserSession.objects.filter(user=user).select_related("user"):
        end_session(session, by)
