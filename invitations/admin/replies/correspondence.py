"""What came in by any way but the link, and who has dealt with it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display

from invitations.admin.base import FilledFilter, Menu, RecordInline, user_of
from invitations.admin.confirming import confirmed, row_by_row
from invitations.admin.exports import TakenOutMixin
from invitations.admin.list_columns import at_hour_with, hour_column, linked_column, state_link
from invitations.admin.mixins import LeadsToStatesMixin
from invitations.admin.replies.filed_mail import FiledMailMixin, WhoseFilter
from invitations.admin.replies.recording import RecordingMixin
from invitations.admin.replies.scans import ScansMixin
from invitations.admin.replies.side_by_side import BesideMixin
from invitations.forms.action_forms import ReasonForm
from invitations.forms.correspondence import PaperReplyForm
from invitations.forms.model_forms import FiledForm, FiledMailForm
from invitations.inbox.filing import assign_mail
from invitations.inbox.reopening import (
    has_only_replies_that_are_gone,
    reason_not_to_reopen,
    take_up_again,
)
from invitations.models import Correspondence, Delivery, Reply
from invitations.outbox.corrections.acknowledgements import was_acknowledged_otherwise
from invitations.replies import mark_dealt_with
from invitations.text.dates import labelled

TAKES_UP = ("invitations.change_correspondence", "invitations.change_reply")
TOLD_ALREADY = gettext_lazy("Its acknowledgement has left already: speak to that office.")
NOTHING_STANDS = gettext_lazy(
    "The office has replied, but none of its replies stands now: record the one that holds anew."
)


class RepliesBrought(RecordInline):
    model = Reply
    verbose_name_plural = gettext_lazy("the reply it brought")
    fields = [
        linked_column(Reply, "answer"),
        "status",
        "substitute_name",
        "respondent_name",
        "remarks",
    ]
    readonly_fields = fields
    tab = False


class DealtWithFilter(FilledFilter):
    title = gettext_lazy("dealt with")
    column = "dealt_with_at"
    parameter_name = "dealt_with"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("No")), ("yes", _("Yes"))]


class OfEditionFilter(admin.RelatedFieldListFilter):
    """The edition, also where there is but one: what is nobody's yet is of none."""

    def has_output(self) -> bool:
        return True


@admin.register(Correspondence)
class CorrespondenceAdmin(
    TakenOutMixin, LeadsToStatesMixin, RecordingMixin, ScansMixin, BesideMixin
):
    menu = (Menu.DAILY, 2, "inbox")
    when_empty = gettext_lazy(
        "Record what comes by fax, letter, note verbale or telephone; mail to the in-tray is filed "
        "by itself. While nobody has dealt with it, the office gets no reminder."
    )
    list_display = [
        "state",
        "channel",
        hour_column("received_at", gettext_lazy("received at")),
        "reference",
        "sender",
        "first_words",
        "dealt_with",
    ]
    list_display_links = ["channel"]
    list_filter = [
        DealtWithFilter,
        WhoseFilter,
        "channel",
        "is_automatic",
        ("invitation__edition", OfEditionFilter),
    ]
    list_select_related = [
        "invitation__edition",
        "invitation__member_state",
        "probably_of__member_state",
        "invitation__minister__member_state",
        "recorded_by",
        "dealt_with_by",
    ]
    search_fields = [
        "reference",
        "sender",
        "summary",
        "invitation__minister__family_name",
        "invitation__member_state__iso3__called",
    ]
    date_hierarchy = "received_at"
    change_form_outer_before_template = "admin/replies/before_correspondence.html"
    autocomplete_fields = ["invitation"]
    actions = ["mark_as_dealt_with", "take_up_selected"]
    fields = [
        "invitation",
        "channel",
        "received_at",
        "reference",
        "sender",
        "summary",
        "scan_file",
        "recorded",
        "dealt_with",
    ]
    readonly_fields = [
        "channel",
        "received_at",
        "scan_file",
        "guess",
        *FiledMailMixin.readonly_fields,
        "to_record",
        "recorded",
        "dealt_with",
    ]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [RepliesBrought] if obj and not obj.message else []

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm]:
        """Ask for everything at first, later for the description alone: the reply is on file."""
        form: type[forms.ModelForm] = PaperReplyForm
        if obj:
            form = FiledMailForm if obj.message else FiledForm
        if obj and obj.invitation_id:
            kwargs["help_texts"] = {"invitation": ""}
        return super().get_form(request, obj, change, form=form, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Let a person name the invitation once, if the machine did not find it."""
        if obj is None:
            return []
        return (
            self.readonly_fields
            if obj.invitation is None
            else ["invitation", *self.readonly_fields]
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: Correspondence, form: Any, change: bool
    ) -> None:
        save = self._put_right if change else self._record
        save(request, obj, form)

    def _put_right(self, request: HttpRequest, obj: Correspondence, form: Any) -> None:
        described = {name for name in form.changed_data if name != "invitation"}
        obj.save(update_fields=described)
        invitation = form.cleaned_data.get("invitation")
        if invitation and "invitation" in form.changed_data:
            # This reads the row anew, and with it what was just saved.
            assign_mail(obj, invitation, user_of(request))
        if "invitations_correspondence_deal_with" in request.POST:
            self.deal_with(request, obj)

    @display(description=gettext_lazy("State"), ordering="invitation__member_state__sort_key_fr")
    def state(self, correspondence: Correspondence) -> str:
        if invitation := correspondence.invitation:
            return state_link(correspondence, invitation.edition, invitation.member_state)
        if guess := correspondence.probably_of:
            return _("%(state)s? Its sender could not be verified.") % {
                "state": guess.member_state.listed_as
            }
        return _("not known yet")

    @display(description=gettext_lazy("dealt with"), ordering="dealt_with_at")
    def dealt_with(self, correspondence: Correspondence) -> str:
        automatic = correspondence.is_automatic
        by = _("automatic mail") if automatic else correspondence.dealt_with_by
        return at_hour_with(correspondence.dealt_with_at, by) or _("not yet")

    @display(description=gettext_lazy("recorded"))
    def recorded(self, correspondence: Correspondence) -> str:
        by = correspondence.recorded_by or (_("from the mailbox") if correspondence.message else "")
        return at_hour_with(correspondence.recorded_at, by)

    @action(description=gettext_lazy("Mark as dealt with"), permissions=["deal"])
    @row_by_row(done=ngettext_lazy("%(count)s dealt with.", "%(count)s dealt with.", "count"))
    def mark_as_dealt_with(self, request: HttpRequest, correspondence: Correspondence) -> None:
        mark_dealt_with(correspondence, user_of(request))

    def has_take_up_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(TAKES_UP)

    @action(description=gettext_lazy("Take up again"), permissions=["take_up"])
    @confirmed(
        title=gettext_lazy("Take up again"),
        explanation=gettext_lazy(
            "It was recorded for another office than it is from, or dealt with by mistake. A reply "
            "that was recorded of it is set aside, and what it had replaced stands again. It then "
            "waits until somebody says whose it is."
        ),
        form=ReasonForm,
        why_not=reason_not_to_reopen,
    )
    @row_by_row(done=ngettext_lazy("%(count)s waits anew.", "%(count)s wait anew.", "count"))
    def take_up_selected(
        self, request: HttpRequest, correspondence: Correspondence, reason: str
    ) -> None:
        take_up_again(correspondence, user_of(request), reason)
        invitation = correspondence.invitation
        told = Delivery.objects.left().filter(letter__reply__correspondence=correspondence)
        if invitation and told.exists() and was_acknowledged_otherwise(invitation):
            messages.warning(request, labelled(correspondence, TOLD_ALREADY))
        if invitation and has_only_replies_that_are_gone(invitation):
            messages.warning(request, labelled(invitation, NOTHING_STANDS))
