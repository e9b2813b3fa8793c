"""Replies, and the choice between two that contradict each other."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from unfold.decorators import display

from invitations.admin.answers import ANSWERS_IN_SHORT
from invitations.admin.base import Menu, RecordAdmin, user_of
from invitations.admin.exports import TakenOutMixin
from invitations.admin.list_columns import (
    at_hour,
    at_hour_with,
    hour_column,
    leads_on,
    list_url,
    state_link,
    text_link,
    text_links,
)
from invitations.admin.mixins import ErasingPersonMixin, LeadsToStatesMixin
from invitations.forms.action_forms import SettleForm
from invitations.models import Correspondence, Invitation, Reply
from invitations.outbox.corrections.acknowledgements import was_acknowledged_otherwise
from invitations.replies import settle_contested
from invitations.text.dates import bracketed, comma_list, running_text

# States without a colour are listed too: else the interface shows their code, not their name.
REPLY_LABELS = dict.fromkeys(Reply.Status.values, "") | {
    "standing": "success",
    "contested": "danger",
    "noted": "info",
    "withdrawn": "",
}
STATUS_IN_SHORT = {
    "standing": gettext_lazy("standing"),
    "contested": gettext_lazy("contested"),
    "confirming": gettext_lazy("confirming"),
    "superseded": gettext_lazy("superseded"),
    "set_aside": gettext_lazy("set aside"),
    "noted": gettext_lazy("holding"),
}

LAST_TOLD_OTHERWISE = gettext_lazy(
    "The last mail to this office is about another reply than the one that stands now, and none "
    "follows by itself: speak to that office."
)


class InvitationFilter(admin.SimpleListFilter):
    """Whether a reply is in force: what was said for an invitation that is withdrawn is history."""

    title = gettext_lazy("invitation")
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        issued, withdrawn = Invitation.Status.ISSUED, Invitation.Status.WITHDRAWN
        return [(status.value, status.label) for status in (issued, withdrawn)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        return queryset.filter(invitation__status=self.value()) if self.value() else None


RECORDED_WRONGLY = (
    gettext_lazy("Recorded wrongly?"),
    {
        "fields": ["put_right"],
        "description": gettext_lazy(
            "A reply is never deleted. Record the right one by the same channel and hour; if it is "
            "another State’s, choose the row and take it up again."
        ),
    },
)


@admin.register(Reply)
class ReplyAdmin(ErasingPersonMixin, TakenOutMixin, LeadsToStatesMixin, RecordAdmin):
    """Nobody sees an interest in partnership here: it stands in a list of its own."""

    menu = (Menu.DAILY, 3, "reply")
    when_empty = gettext_lazy(
        "No office has answered yet. Replies come through the link in the letter; what comes "
        "otherwise is recorded under Correspondence."
    )
    list_display = [
        "state",
        "minister",
        "answer_shown",
        "status_shown",
        "channel",
        hour_column("received_at", gettext_lazy("received at")),
        "late",
        "choose",
    ]
    list_display_links = ["minister"]
    list_filter = ["status", InvitationFilter, "answer", "channel", "invitation__edition"]
    list_select_related = [
        "invitation__edition",
        "invitation__member_state",
        "invitation__minister__member_state",
        "recorded_by",
        "settled_by",
    ]
    search_fields = [
        "invitation__minister__family_name",
        "invitation__member_state__iso3__called",
        "substitute_name",
        "respondent_name",
        "remarks",
    ]
    date_hierarchy = "received_at"
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "invitation",
                    ("answer", "status"),
                    ("channel", "received_at"),
                    ("late", "recorded"),
                    "correspondence",
                    ("substitute_name", "substitute_function"),
                    "substitute_rank",
                    "segments_shown",
                    "remarks",
                ]
            },
        ),
        (
            gettext_lazy("Who answered for the minister"),
            {
                "fields": [
                    ("respondent_name", "respondent_function"),
                    ("respondent_email", "respondent_phone"),
                ]
            },
        ),
        (gettext_lazy("Choice"), {"fields": ["choose", "settled"]}),
    ]
    readonly_fields = ["late", "recorded", "segments_shown", "settled", "choose", "put_right"]

    def get_fieldsets(self, request: HttpRequest, obj: Reply | None = None) -> Any:
        """Show a choice where there was one, and to who records how to put right what came in."""
        sets = list(super().get_fieldsets(request, obj))
        if obj and not (obj.settled_at or obj.status == Reply.Status.CONTESTED):
            sets = [one for one in sets if "settled" not in one[1]["fields"]]
        may_mend = request.user.has_perm("invitations.change_correspondence")
        return [*sets, RECORDED_WRONGLY] if obj and obj.correspondence_id and may_mend else sets

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reply]:
        rows: Any = super().get_queryset(request)
        return rows.with_first_received()

    def get_urls(self) -> list[Any]:
        return [
            path(
                "<int:pk>/settle/",
                self.admin_site.admin_view(self.settle_view),
                name="invitations_reply_settle",
            ),
            *super().get_urls(),
        ]

    @display(description=gettext_lazy("State"), ordering="invitation__member_state__sort_key_fr")
    def state(self, reply: Reply) -> str:
        invitation = reply.invitation
        return state_link(reply, invitation.edition, invitation.member_state)

    @display(description=gettext_lazy("minister"))
    def minister(self, reply: Reply) -> str:
        return str(reply.invitation.minister)

    @display(description=gettext_lazy("answer"), ordering="answer")
    def answer_shown(self, reply: Reply) -> Any:
        return ANSWERS_IN_SHORT[reply.answer]

    @display(description=gettext_lazy("status"), ordering="status", label=REPLY_LABELS)
    def status_shown(self, reply: Reply) -> tuple[str, Any]:
        words, invitation = STATUS_IN_SHORT[reply.status], reply.invitation
        if invitation.status == Invitation.Status.WITHDRAWN:
            return invitation.status, bracketed(words, invitation.get_status_display())
        return reply.status, words

    @display(description=gettext_lazy("late"), boolean=True)
    def late(self, reply: Reply) -> bool:
        return reply.is_late

    @display(description=gettext_lazy("recorded"))
    def recorded(self, reply: Reply) -> str:
        return at_hour_with(reply.recorded_at, reply.recorded_by)

    @display(description=gettext_lazy("segments to be attended"))
    def segments_shown(self, reply: Reply) -> str:
        return comma_list(reply.segment_names)

    @display(description=gettext_lazy("settled"))
    def settled(self, reply: Reply) -> str:
        return at_hour_with(reply.settled_at, reply.settled_by, reply.settlement_reason)

    @display(description=gettext_lazy("to put it right"))
    def put_right(self, reply: Reply) -> str:
        add = reverse("admin:invitations_correspondence_add")
        return text_links(
            [
                (f"{add}?invitation={reply.invitation_id}", _("Record a reply")),
                (list_url(Correspondence, pk=reply.correspondence_id), _("Take up again")),
            ]
        )

    @leads_on
    @display(description="")
    def choose(self, reply: Reply) -> str:
        is_issued = reply.invitation.status == Invitation.Status.ISSUED
        if not is_issued or reply.status != Reply.Status.CONTESTED:
            return ""
        return text_link(reverse("admin:invitations_reply_settle", args=[reply.pk]), _("choose"))

    def settle_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the standing and the contested reply side by side, and let staff choose."""
        if not request.user.has_perm("invitations.change_reply"):
            raise PermissionDenied
        contested = get_object_or_404(
            self.get_queryset(request), status=Reply.Status.CONTESTED, pk=pk
        )
        form = SettleForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            chosen, reason = form.cleaned_data["stands"], form.cleaned_data["reason"]
            by, seen = user_of(request), request.POST.get("seen")
            try:
                settle_contested(contested, by, reason, stands=chosen == "contested", seen=seen)
            except ValidationError as refusal:
                form.add_error(None, refusal)
            else:
                messages.success(request, _("The choice is noted."))
                if was_acknowledged_otherwise(contested.invitation):
                    messages.warning(request, LAST_TOLD_OTHERWISE)
                return redirect("admin:invitations_reply_changelist")
        standing = list(contested.invitation.replies.standing().select_related("recorded_by"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Which reply stands?"),
            "subtitle": str(contested.invitation),
            "form": form,
            "seen": "".join(str(reply.pk) for reply in standing),
            "differing": running_text(describe_differences(contested, reply) for reply in standing),
            "pair": [
                *((_("Standing"), reply, reply_lines(reply)) for reply in standing),
                (_("Contested"), contested, reply_lines(contested)),
            ],
        }
        return TemplateResponse(request, "admin/replies/settle.html", context)


def describe_differences(reply: Reply, standing: Reply) -> str:
    """Return a sentence that names the points in which the two differ; empty if in none."""
    names = reply.differs_from(standing)
    points: list[Any] = [Reply._meta.get_field(name) for name in names]
    called = comma_list(point.verbose_name for point in points)
    return _("They differ in: %(points)s.") % {"points": called} if names else ""


def reply_lines(reply: Reply) -> list[tuple[str, Any]]:
    """Return what the reply says to the secretariat, and how it came."""
    lines = [
        (_("came by"), reply.get_channel_display()),
        (_("received"), at_hour(reply.received_at)),
        (_("recorded by"), reply.recorded_by or ""),
    ]
    said = reply.points_for_desk(get_language() or "")
    return said + [line for line in lines if line[1]]
