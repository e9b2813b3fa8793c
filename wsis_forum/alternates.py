"""What an alternate may in an approver's place, on the days for which the approver said so."""

from typing import Any

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.contrib.auth.models import User
from django.utils import timezone

from invitations.models import Alternate
from invitations.models.alternates import LENT


class AlternateBackend(BaseBackend):
    """Approving and releasing, as long as the approver may; each verb still refuses one's own."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if perm not in LENT or obj is not None or not user_obj.is_active:
            return False
        return perm in lent_to(user_obj)


def lent_to(user: Any) -> set[str]:
    """Return what is lent to the user today; asked once for each request."""
    if not hasattr(user, "_lent"):
        standing = Alternate.objects.standing(timezone.localdate()).filter(alternate=user.pk)
        approvers = User.objects.filter(pk__in=standing.values("approver"))
        user._lent = {perm for one in approvers for perm in LENT if holds(one, perm)}
    lent: set[str] = user._lent
    return lent


def holds(user: User, perm: str) -> bool:
    """Whether the permission is the user's own; what is lent is not lent on."""
    return ModelBackend().has_perm(user, perm)
