"""Members of staff with a password and an authenticator app, and how they sign in."""

import time

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import Group, User
from django.urls import reverse

PASSWORD = "the-castle-of-zenda"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LOGIN, CODE, AGAIN = (
    reverse(name) for name in ("account_login", "mfa_authenticate", "mfa_reauthenticate")
)
DESK = reverse("admin:index")


def member(name="rassendyll", *groups, enrolled=True, **fields):
    user = User.objects.create_user(name, f"{name}@example.org", PASSWORD, is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name__in=groups))
    if enrolled:
        TOTP.activate(user, SECRET)
        RecoveryCodes.activate(user)
    return user


def code(later=0):
    """The app's code now, or so many half minutes later."""
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + later))


def recovery_codes(user):
    row = Authenticator.objects.get(user=user, type=Authenticator.Type.RECOVERY_CODES)
    return row.wrap().get_unused_codes()


def type_password(client, name="rassendyll", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": name, "password": password}, **more)


def type_code(client, typed, **more):
    return client.post(CODE, {"code": typed}, **more)


def sign_in(client, user, **more):
    type_password(client, user.username, **more)
    return type_code(client, recovery_codes(user)[0], **more)


def may_enter(client, **more):
    return client.get(DESK, **more).status_code == 200
