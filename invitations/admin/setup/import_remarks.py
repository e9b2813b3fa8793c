"""What an import of ministers asks a person to look at, with links to what may follow."""

from collections.abc import Iterable

from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import ngettext

from invitations.admin.corrections.replacing import replacing_url
from invitations.admin.list_columns import list_url, text_link
from invitations.minister_import.remarks import FollowUp, Remark
from invitations.models import Invitation

# Each is a message on the page that comes next, which a cookie or the session carries.
MOST_TOLD = 30


def with_links(remark: Remark) -> str:
    """Return the sentence with a link for each thing that may follow; nothing may be right too."""
    if remark.invitation is None:
        return format_html("{}", remark.sentence)
    links = [
        (text_link(follow_up_url(follow_up, remark.invitation), capfirst(follow_up.label)),)
        for follow_up in remark.follow_ups
    ]
    return format_html("{} {}", remark.sentence, format_html_join(" · ", "{}", links))


def follow_up_url(follow_up: FollowUp, invitation: Invitation) -> str:
    if follow_up == FollowUp.RESEND:
        return list_url(Invitation, id__exact=invitation.pk)
    if follow_up == FollowUp.HAND_OVER:
        return list_url(Invitation, edition__id__exact=invitation.edition_id, left_office="yes")
    return replacing_url([invitation.pk])


def messages_of(remarks: Iterable[Remark]) -> list[str]:
    """Return the first remarks with their links, and how many more there are."""
    remarks = list(remarks)
    told = [with_links(remark) for remark in remarks[:MOST_TOLD]]
    if more := len(remarks) - len(told):
        told.append(
            ngettext(
                "%(count)d more remark: import the list once more to read it in the preview.",
                "%(count)d more remarks: import the list once more to read them in the preview.",
                more,
            )
            % {"count": more}
        )
    return told
