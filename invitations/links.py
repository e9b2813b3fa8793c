"""The link and the printed code: make them, and find the invitation by them."""

import secrets

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from invitations.models import Invitation, ReplyLink

# 31 signs that are not taken for one another, in print or on the telephone: 4.95 bits each.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
TOKEN_LENGTH = 21  # 104 bits
CODE_LENGTH = 12  # 59 bits


def random_sign(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_link(invitation: Invitation, version: int = 1) -> ReplyLink:
    """Return an unsaved link."""
    return ReplyLink(
        invitation=invitation,
        version=version,
        token=random_sign(TOKEN_LENGTH),
        code=random_sign(CODE_LENGTH),
    )


@transaction.atomic
def replace_link(invitation: Invitation) -> ReplyLink:
    """Give the invitation a new link and code; the old ones say that they were replaced."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    version = invitation.links.count() + 1
    invitation.links.current().update(replaced_at=timezone.now())
    link = new_link(invitation, version)
    link.save()
    return link


def reply_url(link: ReplyLink) -> str:
    return settings.SITE_URL + reverse("invitations:open", args=[link.token])


def link_for(token: str) -> ReplyLink:
    """Raise ReplyLink.DoesNotExist for a token that was never given out."""
    return ReplyLink.objects.select_related("invitation__edition").get(token=token)
