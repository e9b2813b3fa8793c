"""Whom an organization invites, switched for many States at once."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from invitations.admin.base import ModelAdmin
from invitations.admin.confirming import confirmed, row_by_row
from invitations.models import MemberState


def reason_not_to_invite_state(state: MemberState) -> str:
    return _("it is invited by default already") if state.invited_by_default else ""


def reason_not_to_leave_out(state: MemberState) -> str:
    return "" if state.invited_by_default else _("it is not invited by default already")


def switch(state: MemberState, invited: bool) -> None:
    """Save this column alone, so that the history tells it and nothing else is laid over."""
    state.invited_by_default = invited
    state.save(update_fields=["invited_by_default"])


@admin.action(description=gettext_lazy("Invite by default"), permissions=["change"])
@confirmed(
    title=gettext_lazy("Invite by default"),
    explanation=gettext_lazy(
        "These States stand on the board, and the edition’s page offers to draft invitations for "
        "their ministers. Nothing is drafted or sent by this."
    ),
    why_not=reason_not_to_invite_state,
)
@row_by_row(
    done=ngettext_lazy(
        "%(count)s State is invited by default.",
        "%(count)s States are invited by default.",
        "count",
    )
)
def invite_by_default(page: ModelAdmin, request: HttpRequest, state: MemberState) -> None:
    switch(state, invited=True)


@admin.action(description=gettext_lazy("Do not invite by default"), permissions=["change"])
@confirmed(
    title=gettext_lazy("Do not invite by default"),
    explanation=gettext_lazy(
        "Invitations that these States have stay as they are. Without one, a State stands on the "
        "board no more, and no invitation is drafted for its ministers unless you do it by hand."
    ),
    why_not=reason_not_to_leave_out,
)
@row_by_row(
    done=ngettext_lazy(
        "%(count)s State is not invited by default.",
        "%(count)s States are not invited by default.",
        "count",
    )
)
def do_not_invite_by_default(page: ModelAdmin, request: HttpRequest, state: MemberState) -> None:
    switch(state, invited=False)
