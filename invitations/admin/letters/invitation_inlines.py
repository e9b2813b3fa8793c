"""The letters, replies, correspondence and calls on an invitation's page."""

from django.utils.translation import gettext_lazy

from invitations.admin.base import RecordInline
from invitations.models import CallListEntry, Correspondence, Letter, Reply


class LettersOfInvitation(RecordInline):
    model = Letter
    verbose_name_plural = gettext_lazy("letters")
    fields = ["kind", "language", "state", "planned_at", "approved_at"]
    readonly_fields = fields


class RepliesOfInvitation(RecordInline):
    model = Reply
    verbose_name_plural = gettext_lazy("replies")
    fields = ["answer", "status", "channel", "received_at", "respondent_name"]
    readonly_fields = fields


class CorrespondenceOfInvitation(RecordInline):
    model = Correspondence
    fk_name = "invitation"
    verbose_name_plural = gettext_lazy("correspondence")
    fields = ["channel", "received_at", "reference", "summary", "dealt_with_at"]
    readonly_fields = fields


class CallsOfInvitation(RecordInline):
    model = CallListEntry
    verbose_name_plural = gettext_lazy("telephone calls")
    fields = ["listed_at", "called_at", "note"]
    readonly_fields = fields
