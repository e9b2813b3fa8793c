"""What stands already, shown before another reply is recorded: it may be contradicted."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext as _

from invitations.admin.answers import ANSWERS_IN_SHORT
from invitations.admin.list_columns import at_hour, change_url, text_link
from invitations.admin.replies.replies import STATUS_IN_SHORT
from invitations.models import Invitation, Reply
from invitations.text.dates import comma_list, labelled

# In the form: the replies that stood when the page was shown.
SEEN = "seen"


class InvitationOnFile(NamedTuple):
    """An invitation with the replies that are in force of it; the key of that which stands."""

    invitation: Any
    lines: list[str]
    stands: str


def on_file(invitations: Iterable[Invitation]) -> list[InvitationOnFile]:
    """Return what stands and what contradicts it, of each invitation."""
    rows = list(invitations)
    statuses = [Reply.Status.STANDING, Reply.Status.CONTESTED]
    found = Reply.objects.filter(invitation__in=[one.pk for one in rows], status__in=statuses)
    found = found.select_related("invitation__edition", "substitute_rank")
    replies = list(found.order_by("-status", "-received_at", "-pk"))
    return [
        on_file_of_invitation(one, [r for r in replies if r.invitation_id == one.pk])
        for one in rows
    ]


def on_file_context(invitations: Iterable[Invitation]) -> dict[str, Any]:
    """Return what a page needs to show them, and to send along which ones it showed."""
    rows = on_file(invitations)
    return {"on_file": rows, "seen": " ".join(one.stands for one in rows if one.stands)}


def on_file_of_invitation(invitation: Invitation, replies: list[Reply]) -> InvitationOnFile:
    stands = [str(reply.pk) for reply in replies if reply.status == Reply.Status.STANDING]
    lines = [reply_in_one_line(reply) for reply in replies] or [_("No answer is on file.")]
    return InvitationOnFile(invitation, lines, "".join(stands))


def reply_in_one_line(reply: Reply) -> str:
    """Return how it stands, what it says and how it came, with a link to its page."""
    said = [
        ANSWERS_IN_SHORT[reply.answer],
        reply.substitute_name,
        reply.substitute_function,
        reply.substitute_rank or "",
        *reply.segment_names,
        reply.get_channel_display(),
        at_hour(reply.received_at),
    ]
    words = labelled(STATUS_IN_SHORT[reply.status], comma_list(one for one in said if one))
    return text_link(change_url(reply), words)


def standing_reply_shown(request: HttpRequest, invitation: Invitation) -> str | None:
    """Return which standing reply of the invitation the page showed; None if it shows none ever."""
    if SEEN not in request.POST:
        return None
    shown = request.POST[SEEN].split()
    stands = Reply.objects.standing().filter(invitation=invitation).values_list("pk", flat=True)
    return "".join(str(pk) for pk in stands if str(pk) in shown)
