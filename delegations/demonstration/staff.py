"""The demonstration's members of staff: one for each task of the desk."""

import os

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.contrib.auth.models import Group, User

# Those two play the story, wherever it is made.
STAFF = {"drafter": ["Drafters", "Registrars"], "approver": ["Approvers", "Registrars"]}
# `make run` makes these as well, and shows the code that all of them sign in by.
MORE_STAFF = {
    "second-approver": ["Approvers"],
    "registrar": ["Registrars"],
    "speakers-desk": ["Speakers' desk"],
    "reader": ["Readers"],
    "administrator": [],
}
TOTP = Authenticator.Type.TOTP


def make_demonstration_staff(password: str) -> list[User]:
    """Make who is missing; with a secret for their codes, which `make run` alone gives, all seven.

    Without one the two that are made add a second factor at their first sign-in, as everybody.
    """
    secret = os.environ.get("DEMO_TOTP_SECRET", "")
    names = STAFF | MORE_STAFF if secret else STAFF
    staff = [make_user(name, groups, password) for name, groups in names.items()]
    for user in staff:
        if secret and not Authenticator.objects.filter(user=user).exists():
            Authenticator.objects.create(user=user, type=TOTP, data={"secret": encrypt(secret)})
    return staff


def make_user(name: str, groups: list[str], password: str) -> User:
    rights = {"is_staff": True, "is_superuser": name == "administrator"}
    user, made = User.objects.get_or_create(
        username=name, defaults={"email": f"{name}@example.org", **rights}
    )
    if made:
        user.set_password(password)
        user.save(update_fields=["password"])
        user.groups.set(Group.objects.filter(name__in=groups))
    return user
