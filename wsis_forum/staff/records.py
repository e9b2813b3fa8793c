"""Sign-ins and second factors, told in the log and in the history of the account.

Names of accounts stand in the log, addresses do not; those the desk shows to administrators.
"""

import logging
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
    authenticator_used,
)
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.signals import social_account_added, social_account_removed
from axes.signals import user_locked_out
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from invitations.audit import Act, record_act
from wsis_forum.staff.encryption import renew_secrets_of
from wsis_forum.staff.sessions import SECOND_FACTORS, clear_ended, has_second_factor

logger = logging.getLogger(__name__)


def listen() -> None:
    user_logged_in.connect(record_signed_in)
    user_logged_out.connect(record_signed_out)
    user_login_failed.connect(record_failed)
    user_locked_out.connect(record_locked)
    authenticator_added.connect(record_added)
    authenticator_removed.connect(record_removed)
    authenticator_reset.connect(record_reset)
    authenticator_used.connect(record_used)
    authentication_failed.connect(record_code_failed)
    social_account_added.connect(record_linked)
    social_account_removed.connect(record_unlinked)


def record_signed_in(user: User, **kwargs: Any) -> None:
    logger.info("%s signed in.", user.get_username())
    # Nobody else makes sessions: they are never more than a day's.
    clear_ended()


def record_signed_out(user: User | None, **kwargs: Any) -> None:
    if user:
        logger.info("%s signed out.", user.get_username())


def record_failed(credentials: dict[str, Any], **kwargs: Any) -> None:
    """Log the account's name; what is no account's may be a password in the wrong field."""
    typed = str(credentials.get("username", "")).replace("\0", "")
    user = User.objects.filter(username__iexact=typed).first()
    logger.warning("A sign-in as %s failed.", user.get_username() if user else "an unknown name")


def record_locked(username: str | None, **kwargs: Any) -> None:
    user = User.objects.filter(username__iexact=(username or "").replace("\0", "")).first()
    name = user.get_username() if user else "an unknown name"
    logger.warning("Sign-ins as %s are locked for one address for some minutes.", name)


def record_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Write it down; who has just added a second factor has thereby given it in this session."""
    logger.info("%s added a second factor (%s).", user.get_username(), authenticator.type)
    record_act(user, Act.FACTOR_ADDED, user, changes={"type": ("", authenticator.type)})
    given = get_authentication_records(request, user)
    if authenticator.type in SECOND_FACTORS and given:
        kind = {"id": authenticator.pk, "type": authenticator.type}
        record_authentication(request, user, method="mfa", **kind)


def record_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    """Write it down; without any, the session is as it was before the first."""
    logger.info("%s removed a second factor (%s).", user.get_username(), authenticator.type)
    record_act(user, Act.FACTOR_REMOVED, user, changes={"type": (authenticator.type, "")})
    if not has_second_factor(user):
        given = get_authentication_records(request, user)
        given[:] = [record for record in given if record["method"] != "mfa"]
        request.session.modified = True


def record_reset(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    logger.info("%s made new recovery codes.", user.get_username())
    record_act(user, Act.CODES_MADE, user)


def record_used(user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    logger.info("%s gave a second factor (%s).", user.get_username(), authenticator.type)
    renew_secrets_of(user)


def record_code_failed(user: User, **kwargs: Any) -> None:
    logger.warning("A second factor of %s was wrong.", user.get_username())


def record_linked(sociallogin: SocialLogin, **kwargs: Any) -> None:
    user = sociallogin.user
    logger.info("%s is opened by the provider's sign-in from now on.", user.get_username())
    record_act(user, Act.PROVIDER_LINKED, user)


def record_unlinked(socialaccount: SocialAccount, **kwargs: Any) -> None:
    user = socialaccount.user
    logger.info("%s is opened by the provider's sign-in no more.", user.get_username())
    record_act(user, Act.PROVIDER_UNLINKED, user)
