"""Frozen letters, with their approval and their print run."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display

from invitations.admin.base import Menu, RecordInline, user_of
from invitations.admin.confirming import act_on_each, confirmed, report_done, row_by_row
from invitations.admin.corrections.replacing import ReplacingMixin
from invitations.admin.exports import TakenOutMixin
from invitations.admin.letters.approval_page import recipient_lines
from invitations.admin.letters.approvals import ApprovingMixin
from invitations.admin.letters.archive import ArchiveMixin
from invitations.admin.letters.composing_again import (
    ApprovalFilter,
    in_order_of_approval,
    may_compose_again,
)
from invitations.admin.letters.frozen_words import shown_mail, shown_paper, shown_subject
from invitations.admin.letters.letter_files import OPENS, LetterFilesMixin
from invitations.admin.letters.mail_frames import shown_in_frames
from invitations.admin.letters.print_run import PrintRunMixin
from invitations.admin.list_columns import (
    at_hour,
    at_hour_with,
    format_waiting_reason,
    hour_column,
    linked_column,
    missing_links,
    server_words,
    state_link,
    text_links,
    why,
)
from invitations.admin.mixins import LeadsToStatesMixin, VariantMixin
from invitations.letters.approval import reason_not_to_compose_again, recompose_letter
from invitations.letters.composing_queue import try_composing_again
from invitations.models import Delivery, Invitation, Letter, LetterEvent
from invitations.outbox.corrections.notes import forward_again, reason_not_to_forward_again
from invitations.outbox.corrections.replacing import Replaceable
from invitations.outbox.specimens import send_test
from invitations.text.dates import bracketed, labelled

# Each is rendered while the request waits.
LARGEST_TEST = 5
IDENTIFIERS = ["=message_id", "sha256__startswith", "message_sha256__startswith"]

TESTS_SENT = ngettext_lazy(
    "%(count)s test is on its way to %(email)s.",
    "%(count)s tests are on their way to %(email)s.",
    "count",
)
NAMES_WITHHELD = gettext_lazy(
    "The words name delegates, and are shown to those who may open the list of delegates."
)
# What the name of a letter says.
NAMED_BY = ("invitation__member_state", "invitation__minister__member_state")
LETTER_LABELS = {
    "planned": "info",
    "composed": "warning",
    "approved": "success",
    "cancelled": "danger",
}


class EventsOfLetter(RecordInline):
    model = LetterEvent
    verbose_name_plural = gettext_lazy("history")
    fields = ["at", "state", "actor", why, server_words]
    readonly_fields = fields
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[LetterEvent]:
        return super().get_queryset(request).select_related("actor")


class DeliveriesOfLetter(RecordInline):
    model = Delivery
    fields = [
        linked_column(Delivery, "channel"),
        "line",
        "address",
        "state",
        "handed_over_at",
        "attempts",
        server_words,
    ]
    readonly_fields = fields


class ComposingFilter(admin.SimpleListFilter):
    title = gettext_lazy("composing")
    parameter_name = "composing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waits", _("waits")), ("failed", _("could not be composed"))]

    def queryset(self, request: HttpRequest, letters: QuerySet[Letter]) -> QuerySet[Letter]:
        chosen = Letter.objects.waiting()
        if self.value() == "failed":
            chosen = Letter.objects.not_composable()
        return letters.filter(pk__in=chosen.values("pk")) if self.value() else letters


@admin.register(Letter)
class LetterAdmin(
    TakenOutMixin,
    LeadsToStatesMixin,
    VariantMixin,
    ReplacingMixin,
    ArchiveMixin,
    PrintRunMixin,
    ApprovingMixin,
    LetterFilesMixin,
):
    menu = (Menu.DAILY, 5, "drafts")
    when_empty = gettext_lazy("Compose the letters from the list of invitations.")
    list_display = [
        "kind",
        "state_of",
        "language",
        "state_shown",
        hour_column("planned_at", gettext_lazy("to be composed since")),
        *OPENS,
    ]
    list_filter = [
        "state",
        ComposingFilter,
        ApprovalFilter,
        "kind",
        "language",
        "invitation__edition",
    ]
    linked_lookups = ["kind__in", "circular__id__exact"]
    list_select_related = [
        "invitation__edition",
        "invitation__member_state",
        "invitation__minister__member_state",
        "composed_by",
        "approved_by",
    ]
    search_fields = [
        "invitation__minister__family_name",
        "invitation__member_state__iso3__called",
        "subject",
        *IDENTIFIERS,
    ]
    actions = [
        "approve_selected",
        "compose_again",
        "forward_again",
        "try_again_now",
        "replace_letters",
        "send_test",
        "print_selected",
        "dispatch_selected",
        "archive_selected",
        "copy_selected",
    ]
    inlines = [DeliveriesOfLetter, EventsOfLetter]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Search hashes and identifiers only for those who see them whole."""
        names = super().get_search_fields(request)
        seen_whole = self.has_words_permission(request)
        return [name for name in names if seen_whole or name not in IDENTIFIERS]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, Any]]:
        about = [
            "invitation",
            ("kind", "variant_shown"),
            ("language", "second_language", "state"),
            "circular",
            ("planned_at", "not_before"),
            "waits",
            "addressed_to",
            ("composed", "approved"),
            "pdf_file",
            "message_file",
        ]
        words = ["shown_subject", "words_on_paper", "words_in_mail", "mail_as_read"]
        if not self.has_words_permission(request):
            about, words = about[:-2], ["shown_subject", "withheld"]
        elif obj and not self.may_read_words(request, obj):
            about, words = about[:-2], ["shown_subject", "names_withheld"]
        return [(None, {"fields": about}), (gettext_lazy("Words as composed"), {"fields": words})]

    readonly_fields = [
        "variant_shown",
        "waits",
        "addressed_to",
        "composed",
        "approved",
        "pdf_file",
        "message_file",
        "shown_subject",
        "words_on_paper",
        "words_in_mail",
        "mail_as_read",
        "withheld",
        "names_withheld",
    ]

    def get_list_display(self, request: HttpRequest) -> list[str]:
        """Show the reason beside letters that wait or failed, files to who may read them."""
        shown = [*super().get_list_display(request)]
        if not self.has_words_permission(request):
            shown = [name for name in shown if name not in OPENS]
        return [*shown, "waits"] if ComposingFilter.parameter_name in request.GET else shown

    @display(description=gettext_lazy("State"), ordering="invitation__member_state__sort_key_fr")
    def state_of(self, letter: Letter) -> str:
        invitation = letter.invitation
        return state_link(letter, invitation.edition, invitation.member_state)

    @display(description=gettext_lazy("status"), ordering="state", label=LETTER_LABELS)
    def state_shown(self, letter: Letter) -> tuple[str, Any]:
        return letter.state, letter.get_state_display()

    @display(description=gettext_lazy("why it waits"))
    def waits(self, letter: Letter) -> str:
        """Show the hour of the next attempt; what is missing leads to its field."""
        reason = format_waiting_reason(letter)
        if reason and letter.compose_again_at:
            again = labelled(_("tried again from"), at_hour(letter.compose_again_at))
            reason = bracketed(reason, again)
        if links := missing_links(letter):
            return format_html("{}<br>{}", reason, text_links(links))
        return reason

    @display(description=gettext_lazy("recipients"))
    def addressed_to(self, letter: Letter) -> str:
        return recipient_lines(letter.recipients)

    @display(description=gettext_lazy("composed"))
    def composed(self, letter: Letter) -> str:
        return at_hour_with(letter.composed_at, letter.composed_by)

    @display(description=gettext_lazy("approved"))
    def approved(self, letter: Letter) -> str:
        return at_hour_with(letter.approved_at, letter.approved_by)

    @display(description=gettext_lazy("subject"))
    def shown_subject(self, letter: Letter) -> str:
        return shown_subject(letter)

    @display(description=gettext_lazy("on paper"))
    def words_on_paper(self, letter: Letter) -> str:
        return shown_paper(letter)

    @display(description=gettext_lazy("in the mail"))
    def words_in_mail(self, letter: Letter) -> str:
        return shown_mail(letter)

    @display(description=gettext_lazy("as the office reads it"))
    def mail_as_read(self, letter: Letter) -> str:
        return shown_in_frames(letter)

    @display(description=gettext_lazy("words"))
    def withheld(self, letter: Letter) -> str:
        return _("They carry the reply link and are shown to those who draft or approve.")

    @display(description=gettext_lazy("words"))
    def names_withheld(self, letter: Letter) -> str:
        return str(NAMES_WITHHELD)

    @action(description=gettext_lazy("Send a test to myself"), permissions=["words"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[Letter]) -> None:
        """Send the letters as they would be today, marked as a test, to the user."""
        if queryset.count() > LARGEST_TEST:
            told = _("Choose at most %(count)s letters for a test.") % {"count": LARGEST_TEST}
            messages.error(request, told)
            return
        sent = act_on_each(request, queryset, lambda one: self._send_test(request, one))
        report_done(request, TESTS_SENT, sent, email=user_of(request).email)

    def _send_test(self, request: HttpRequest, letter: Letter) -> None:
        if not self.may_read_words(request, letter):
            raise ValidationError(NAMES_WITHHELD)
        send_test(letter, user_of(request))
        self.log_change(request, letter, _("A test was sent to oneself."))

    def invitations_of(self, queryset: QuerySet[Letter]) -> QuerySet[Invitation]:
        # Who replaces a letter of thanks does not mean to invite anew.
        inviting = queryset.exclude(kind=Letter.Kind.THANKS)
        return Invitation.objects.filter(pk__in=inviting.values("invitation"))

    def rows_of(self, queryset: QuerySet[Letter], found: Replaceable) -> QuerySet[Letter]:
        """Return one letter of each invitation, though several of it were chosen."""
        chosen = Letter.objects.filter(pk__in=[one.pk for one in found.letters.values()])
        return chosen.select_related(*NAMED_BY)

    def has_compose_again_permission(self, request: HttpRequest) -> bool:
        return may_compose_again(request)

    @action(description=gettext_lazy("Compose anew"), permissions=["compose_again"])
    @confirmed(
        title=gettext_lazy("Compose anew"),
        explanation=gettext_lazy(
            "These letters are dropped and composed anew, with today’s words and addresses. You "
            "cannot approve what you have composed anew: another person then has to."
        ),
        rows=in_order_of_approval,
        why_not=reason_not_to_compose_again,
    )
    @row_by_row(
        done=ngettext_lazy(
            "%(count)s letter is to be composed anew.",
            "%(count)s letters are to be composed anew.",
            "count",
        ),
        rows=in_order_of_approval,
    )
    def compose_again(self, request: HttpRequest, letter: Letter) -> None:
        recompose_letter(letter, user_of(request))

    @action(description=gettext_lazy("Forward anew what remains"), permissions=["compose_again"])
    @confirmed(
        title=gettext_lazy("Forward anew what remains"),
        explanation=gettext_lazy(
            "Another note verbale forwards the letters that remain, to the addresses where this one"
            " failed, came back or is uncertain. Where an uncertain one has arrived, the mission"
            " gets these letters twice. Another person then has to approve the note."
        ),
        why_not=reason_not_to_forward_again,
    )
    @row_by_row(
        done=ngettext_lazy(
            "%(count)s note verbale will be composed.",
            "%(count)s notes verbales will be composed.",
            "count",
        )
    )
    def forward_again(self, request: HttpRequest, letter: Letter) -> None:
        forward_again(letter, user_of(request))

    @action(description=gettext_lazy("Try to compose it again now"), permissions=["draft"])
    @row_by_row(
        done=ngettext_lazy(
            "%(count)s letter is tried again within a minute.",
            "%(count)s letters are tried again within a minute.",
            "count",
        )
    )
    def try_again_now(self, request: HttpRequest, letter: Letter) -> None:
        """Try to compose again; a letter that still cannot be composed says so again."""
        try_composing_again(letter, user_of(request))
