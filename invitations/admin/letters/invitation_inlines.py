"""The letters, replies, correspondence, calls and calendar on an invitation's page."""

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import RecordInline
from invitations.admin.list_columns import change_url, linked_column, text_link
from invitations.models import CalendarEntry, Correspondence, Letter, Reply, TelephoneCall


class LettersOfInvitation(RecordInline):
    model = Letter
    verbose_name_plural = gettext_lazy("letters")
    fields = [linked_column(Letter, "kind"), "language", "state", "planned_at", "approved_at"]
    readonly_fields = fields


class RepliesOfInvitation(RecordInline):
    model = Reply
    verbose_name_plural = gettext_lazy("replies")
    fields = [linked_column(Reply, "answer"), "status", "channel", "received_at", "respondent_name"]
    readonly_fields = fields


class CorrespondenceOfInvitation(RecordInline):
    model = Correspondence
    fk_name = "invitation"
    verbose_name_plural = gettext_lazy("correspondence")
    fields = [
        linked_column(Correspondence, "channel"),
        "received_at",
        "reference",
        "summary",
        "dealt_with_at",
    ]
    readonly_fields = fields


class CallsOfInvitation(RecordInline):
    model = TelephoneCall
    verbose_name_plural = gettext_lazy("telephone calls")
    fields = [linked_column(TelephoneCall, "outcome"), "at", "whom", "fact", "by"]
    readonly_fields = fields


class CalendarOfInvitation(RecordInline):
    model = CalendarEntry
    verbose_name_plural = gettext_lazy("calendar")
    fields = ["event", "sequence", "is_cancelled", "letter"]
    readonly_fields = fields

    @display(description=gettext_lazy("high-level session"))
    def event(self, entry: CalendarEntry) -> str:
        return text_link(change_url(entry), entry.event)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarEntry]:
        return (
            super()
            .get_queryset(request)
            .select_related(
                "session", "invitation__edition", "letter__invitation__minister__member_state"
            )
        )
