"""What the libraries' models, their rows and browsers are called on the desk."""

import re
from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.admin.list_columns import at_hour
from invitations.text.dates import comma_list

# The first that a browser names is it: most name others, too.
BROWSERS = [
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Samsung Internet", r"SamsungBrowser/(\d+)"),
    ("Yandex", r"YaBrowser/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Chrome|CriOS|HeadlessChrome)/(\d+)"),
    ("Safari", r"Version/(\d+).*Safari/"),
]
SYSTEMS = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("ChromeOS", "CrOS"),
    ("macOS", "Macintosh|Mac OS X"),
    ("Linux", "Linux|X11"),
]


def browser_called(said: str) -> str:
    """Return ``Firefox 132, Windows``; what is neither known stands as its first words."""
    browser = next(
        (f"{name} {m[1]}" for name, sign in BROWSERS if (m := re.search(sign, said))), ""
    )
    system = next((name for name, sign in SYSTEMS if re.search(sign, said)), "")
    known = comma_list([browser, system])
    return known or (f"{said[:40]}…" if len(said) > 40 else said) or _("unknown")


def browser_shown(said: str) -> str:
    """Return the short name; the whole of what the browser says is in its title."""
    return format_html('<bdi dir="ltr" title="{}">{}</bdi>', said, browser_called(said))


KINDS = {
    Authenticator.Type.TOTP: gettext_lazy("authenticator app"),
    Authenticator.Type.WEBAUTHN: gettext_lazy("passkey"),
    Authenticator.Type.RECOVERY_CODES: gettext_lazy("recovery codes"),
}


def call(model: Any, one: Any, several: Any, named: Callable[[Any], str]) -> None:
    """Name the model and its rows in the words of the desk; migrations keep the library's own."""
    model._meta.verbose_name, model._meta.verbose_name_plural = one, several
    model.__str__ = named


def who_and_when(row: Any) -> str:
    return comma_list([row.username, at_hour(row.attempt_time)])


def who_and_where(row: Any) -> str:
    return comma_list([row.username, row.ip_address])


def where_and_how(session: UserSession) -> str:
    return comma_list([session.ip, browser_called(session.user_agent)])


def which_factor(factor: Authenticator) -> str:
    return str(
        factor.wrap().name if factor.type == Authenticator.Type.WEBAUTHN else KINDS[factor.type]
    )


call(AccessLog, gettext_lazy("sign-in"), gettext_lazy("sign-ins"), who_and_when)
call(
    AccessFailureLog, gettext_lazy("failed sign-in"), gettext_lazy("failed sign-ins"), who_and_when
)
call(AccessAttempt, gettext_lazy("lock"), gettext_lazy("wrong tries and locks"), who_and_where)
call(UserSession, gettext_lazy("session"), gettext_lazy("sessions"), where_and_how)
call(Authenticator, gettext_lazy("second factor"), gettext_lazy("second factors"), which_factor)
call(
    SocialAccount,
    gettext_lazy("linked sign-in"),
    gettext_lazy("linked sign-ins"),
    lambda row: row.uid,
)
