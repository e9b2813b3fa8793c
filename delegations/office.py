"""What an office's page knows of its invitation: the links held, and what is on file."""

from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from invitations.dates import printed_hour
from invitations.models import Channel, Invitation, Reply, ReplyLink
from invitations.replies import record_reply
from invitations.words import recorded_points

GONE = (Reply.Status.SUPERSEDED, Reply.Status.SET_ASIDE)


def held_link(held: list[int], invitation_id: int) -> ReplyLink | None:
    """Of the links that a browser holds, the newest one to that invitation."""
    links = ReplyLink.objects.filter(pk__in=held).select_related(
        "invitation__edition", "invitation__minister", "invitation__member_state"
    )
    mine = [link for link in links if link.invitation_id == invitation_id]
    return max(mine, key=lambda link: link.version, default=None)


class OnFile(NamedTuple):
    """What the office has said, as far as it still counts."""

    standing: Reply | None
    contested: list[Reply]
    holding: Reply | None
    last_online: Reply | None


def on_file(invitation: Invitation) -> OnFile:
    """Read the replies in one query; a holding reply counts until an answer stands."""
    status = Reply.Status
    replies = list(invitation.replies.exclude(status__in=GONE).order_by("-pk"))
    standing = next((reply for reply in replies if reply.status == status.STANDING), None)
    noted = [reply for reply in replies if reply.status == status.NOTED]
    return OnFile(
        standing=standing,
        contested=[reply for reply in replies if reply.status == status.CONTESTED],
        holding=noted[0] if noted and not standing else None,
        last_online=next((reply for reply in replies if reply.channel == Channel.ONLINE), None),
    )


def answer(invitation: Invitation, words: dict[str, Any], form_key: UUID) -> Reply:
    """Record one reply for a form, however often it is sent; with other words it is another one.

    A browser may bring a form back that was sent before, and its key with it.
    """
    reply = record_reply(invitation, words, form_key=form_key)
    if reply.status in GONE or any(getattr(reply, name) != words[name] for name in words):
        return record_reply(invitation, words)
    return reply


def in_words(reply: Reply, language: str) -> list[tuple[str, str]]:
    """Return the reply as labels and what stands beside them; what it leaves out is left out."""
    return [*recorded_points(reply, language), (_("Received"), received(reply, language))]


def received(reply: Reply, language: str) -> str:
    edition = reply.invitation.edition
    at = reply.received_at.astimezone(edition.zone)
    return printed_hour(at, edition.time_zone_name, language)
