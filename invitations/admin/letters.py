"""Letters as they were frozen, their approval, and the outbox."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from invitations.admin.approvals import ApprovingLetters, recipients
from invitations.admin.base import (
    Menu,
    RecordAdmin,
    RecordInline,
    answered,
    ask,
    at_hour,
    each,
    frozen_file,
    hour,
    link,
    page_of,
    who,
)
from invitations.admin.invitations import french_name
from invitations.admin.printrun import PrintingLetters
from invitations.admin.queue import QueuePage
from invitations.admin.resending import AnotherAddress
from invitations.approval import recompose
from invitations.dispatch import decide, mark_dispatched, send_anew
from invitations.forms import DispatchedForm, SureForm
from invitations.models import Delivery, Letter, LetterEvent
from invitations.specimens import send_specimen

# Each is rendered while the request waits.
LARGEST_TEST = 5

LETTER_LABELS = {
    "planned": "info",
    "composed": "warning",
    "approved": "success",
    "cancelled": "danger",
}
DELIVERY_LABELS = {
    "handed_over": "success",
    "queued": "info",
    "claimed": "info",
    "sending": "info",
    "deferred": "warning",
    "uncertain": "danger",
    "failed": "danger",
    "bounced": "danger",
    "missed": "warning",
    "cancelled": "",
}


class EventsOfLetter(RecordInline):
    model = LetterEvent
    verbose_name_plural = gettext_lazy("history")
    fields = ["at", "state", "actor", "because", "server_words"]
    readonly_fields = fields
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[LetterEvent]:
        return super().get_queryset(request).select_related("actor")


class DeliveriesOfLetter(RecordInline):
    model = Delivery
    fields = ["line", "address", "channel", "state", "handed_over_at", "attempts", "server_words"]
    readonly_fields = fields


@admin.register(Letter)
class LetterAdmin(PrintingLetters, ApprovingLetters):
    menu = (Menu.DAILY, 5, "drafts")
    when_empty = gettext_lazy("Compose the letters from the list of invitations.")
    list_display = [
        "kind",
        "state_of",
        "language",
        "state_shown",
        hour("planned_at", gettext_lazy("planned at")),
        "pdf_hash",
        "message_hash",
    ]
    list_filter = ["state", "kind", "language", "invitation__edition"]
    list_select_related = [
        "invitation__edition",
        "invitation__member_state",
        "invitation__minister__member_state",
        "composed_by",
        "approved_by",
    ]
    list_per_page = 250
    search_fields = [
        "invitation__minister__family_name",
        "=invitation__member_state__iso2",
        "invitation__member_state__short_name_en",
        "invitation__member_state__list_name_fr",
        "subject",
        "=message_id",
        "sha256__startswith",
        "message_sha256__startswith",
    ]
    actions = [
        "approve_selected",
        "compose_anew",
        "send_test",
        "print_selected",
        "dispatch_selected",
    ]
    inlines = [DeliveriesOfLetter, EventsOfLetter]

    def get_urls(self) -> list[Any]:
        return [
            path(
                "approve/",
                self.admin_site.admin_view(self.approve_view),
                name="invitations_letter_approve",
            ),
            path(
                "<int:pk>/pdf/",
                self.admin_site.admin_view(self.pdf_view),
                name="invitations_letter_pdf",
            ),
            path(
                "<int:pk>/message/",
                self.admin_site.admin_view(self.message_view),
                name="invitations_letter_message",
            ),
            *super().get_urls(),
        ]

    def has_words_permission(self, request: HttpRequest) -> bool:
        """The words carry the reply link: only those who draft or approve read them."""
        return self.has_approve_permission(request) or self.has_draft_permission(request)

    def has_draft_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.change_letter")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[tuple[Any, Any]]:
        about = [
            "invitation",
            ("kind", "variant"),
            ("language", "second_language", "state"),
            "circular",
            ("planned_at", "not_before"),
            "addressed_to",
            ("composed", "approved"),
            "pdf_file",
            "message_file",
        ]
        words = ["subject", "words_on_paper", "words_in_mail"]
        if not self.has_words_permission(request):
            about, words = about[:-2], ["subject", "withheld"]
        return [(None, {"fields": about}), (gettext_lazy("Frozen words"), {"fields": words})]

    readonly_fields = [
        "addressed_to",
        "composed",
        "approved",
        "pdf_file",
        "message_file",
        "words_on_paper",
        "words_in_mail",
        "withheld",
    ]

    @display(description=gettext_lazy("State"), ordering="invitation__member_state__sort_key_fr")
    def state_of(self, letter: Letter) -> str:
        return french_name(letter.invitation.member_state)

    @display(description=gettext_lazy("status"), ordering="state", label=LETTER_LABELS)
    def state_shown(self, letter: Letter) -> tuple[str, Any]:
        return letter.state, letter.get_state_display()

    @display(description=gettext_lazy("PDF"))
    def pdf_hash(self, letter: Letter) -> str:
        return letter.sha256[:8]

    @display(description=gettext_lazy("message"))
    def message_hash(self, letter: Letter) -> str:
        return letter.message_sha256[:8]

    @display(description=gettext_lazy("recipients"))
    def addressed_to(self, letter: Letter) -> str:
        return recipients(letter.recipients)

    @display(description=gettext_lazy("composed"))
    def composed(self, letter: Letter) -> str:
        return f"{at_hour(letter.composed_at)} {letter.composed_by or ''}".strip()

    @display(description=gettext_lazy("approved"))
    def approved(self, letter: Letter) -> str:
        return f"{at_hour(letter.approved_at)} {letter.approved_by or ''}".strip()

    @display(description=gettext_lazy("PDF"))
    def pdf_file(self, letter: Letter) -> str:
        return file_link("pdf", letter, letter.sha256)

    @display(description=gettext_lazy("whole message"))
    def message_file(self, letter: Letter) -> str:
        return file_link("message", letter, letter.message_sha256)

    @display(description=gettext_lazy("on paper"))
    def words_on_paper(self, letter: Letter) -> str:
        return letter.paper

    @display(description=gettext_lazy("in the mail"))
    def words_in_mail(self, letter: Letter) -> str:
        return letter.mail

    @display(description=gettext_lazy("words"))
    def withheld(self, letter: Letter) -> str:
        return _("They carry the reply link and are shown to those who draft or approve.")

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = self._readable(request, pk)
        if not letter.pdf:
            raise Http404
        name = f"{file_name(letter)}.pdf"
        return frozen_file(request, str(letter.pdf), letter.sha256, "application/pdf", name)

    def message_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        letter = self._readable(request, pk)
        if not letter.message:
            raise Http404
        name = f"{file_name(letter)}.eml"
        return frozen_file(
            request, str(letter.message), letter.message_sha256, "message/rfc822", name
        )

    def _readable(self, request: HttpRequest, pk: int) -> Letter:
        if not (self.has_view_permission(request) and self.has_words_permission(request)):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    @action(description=gettext_lazy("Send a test to myself"), permissions=["words"])
    def send_test(self, request: HttpRequest, queryset: QuerySet[Letter]) -> None:
        """Send the letters as they would be today, marked, to whoever asks."""
        if queryset.count() > LARGEST_TEST:
            told = _("Choose at most %(count)s letters for a test.") % {"count": LARGEST_TEST}
            messages.error(request, told)
            return
        email = who(request).email
        sent = each(request, queryset, lambda letter: self._send_test(request, letter, email))
        if sent:
            told = ngettext(
                "%(count)s test is on its way to %(email)s.",
                "%(count)s tests are on their way to %(email)s.",
                sent,
            )
            messages.success(request, told % {"count": sent, "email": email})

    def _send_test(self, request: HttpRequest, letter: Letter, email: str) -> None:
        send_specimen(letter, email)
        self.log_change(request, letter, _("A test was sent to oneself."))

    @action(description=gettext_lazy("Compose anew"), permissions=["draft"])
    def compose_anew(self, request: HttpRequest, queryset: QuerySet[Letter]) -> HttpResponse | None:
        if not answered(request):
            return ask(
                self,
                request,
                queryset,
                SureForm(),
                action="compose_anew",
                title=_("Compose anew"),
                explanation=_(
                    "These letters are dropped and planned anew, with today's words and "
                    "addresses; the new ones need approval."
                ),
                button=_("Compose anew"),
            )
        planned = each(request, queryset, lambda letter: recompose(letter, who(request)))
        if planned:
            told = ngettext(
                "%(count)s letter planned anew.", "%(count)s letters planned anew.", planned
            )
            messages.success(request, told % {"count": planned})
        return None


def file_link(kind: str, letter: Letter, sha256: str) -> str:
    if not sha256:
        return ""
    url = reverse(f"admin:invitations_letter_{kind}", args=[letter.pk])
    return format_html(
        '<a class="text-link" href="{}">{}</a> <span class="break-words">SHA-256 {}</span>',
        url,
        _("open"),
        sha256,
    )


def file_name(letter: Letter) -> str:
    invitation = letter.invitation
    return f"{invitation.edition.symbol}-{invitation.member_state.iso2}-{letter.kind}-{letter.pk}"


@admin.register(Delivery)
class DeliveryAdmin(AnotherAddress, QueuePage):
    menu = (Menu.DAILY, 6, "outbox")
    when_empty = gettext_lazy("Nothing waits: deliveries come with the approval of letters.")
    list_display = [
        "address_or_channel",
        "state_shown",
        "letter_kind",
        "state_of",
        hour("not_before", gettext_lazy("not before")),
        hour("handed_over_at", gettext_lazy("handed over at")),
        "attempts",
        "server_words",
    ]
    list_filter = ["state", "channel", "letter__kind", "letter__invitation__edition"]
    list_select_related = [
        "letter__invitation__member_state",
        "letter__invitation__minister__member_state",
    ]
    search_fields = [
        "address",
        "reference",
        "server_words",
        "letter__invitation__member_state__short_name_en",
        "letter__invitation__member_state__list_name_fr",
        "letter__invitation__minister__family_name",
    ]
    date_hierarchy = "not_before"
    actions = [
        "it_went",
        "send_again",
        "send_anew_selected",
        "send_to_another",
        "mark_as_dispatched",
    ]
    fields = [
        "letter",
        ("channel", "line"),
        "address",
        ("state", "attempts"),
        ("not_before", "leave_before"),
        ("sending_at", "handed_over_at"),
        "reference",
        "server_words",
    ]

    def letter_of(self, row: Delivery) -> Letter:
        return row.letter

    def has_dispatch_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.change_delivery")

    @display(description=gettext_lazy("address"), ordering="address")
    def address_or_channel(self, delivery: Delivery) -> str:
        return delivery.address or delivery.get_channel_display()

    @display(description=gettext_lazy("status"), ordering="state", label=DELIVERY_LABELS)
    def state_shown(self, delivery: Delivery) -> tuple[str, Any]:
        return delivery.state, delivery.get_state_display()

    @display(description=gettext_lazy("letter"), ordering="letter__kind")
    def letter_kind(self, delivery: Delivery) -> str:
        return link(page_of(delivery.letter), delivery.letter.get_kind_display())

    @display(
        description=gettext_lazy("State"),
        ordering="letter__invitation__member_state__sort_key_fr",
    )
    def state_of(self, delivery: Delivery) -> str:
        return french_name(delivery.letter.invitation.member_state)

    @action(description=gettext_lazy("Uncertain: it went"), permissions=["dispatch"])
    def it_went(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> HttpResponse | None:
        return self._decide(
            request,
            queryset,
            went=True,
            action="it_went",
            title=_("It went"),
            explanation=_(
                "You know from the mail server's log or from the addressee that these left. They "
                "count as handed over and are not sent again."
            ),
        )

    @action(description=gettext_lazy("Uncertain: send again"), permissions=["dispatch"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> HttpResponse | None:
        return self._decide(
            request,
            queryset,
            went=False,
            action="send_again",
            title=_("Send again"),
            explanation=_(
                "The mail server fell silent after it had the message: it may have sent it. The "
                "addressee may get a second copy of the same letter."
            ),
        )

    def _decide(
        self, request: HttpRequest, queryset: QuerySet[Delivery], went: bool, **words: Any
    ) -> HttpResponse | None:
        if not answered(request):
            return ask(self, request, queryset, SureForm(), button=words["title"], **words)
        decided = each(
            request, queryset, lambda delivery: decide(delivery, who(request), went=went)
        )
        tell_done(request, decided)
        return None

    @action(description=gettext_lazy("Failed or missed: send anew"), permissions=["dispatch"])
    def send_anew_selected(
        self, request: HttpRequest, queryset: QuerySet[Delivery]
    ) -> HttpResponse | None:
        if not answered(request):
            return ask(
                self,
                request,
                queryset,
                SureForm(),
                action="send_anew_selected",
                title=_("Send anew"),
                explanation=_("They go back to the queue, with the same frozen message."),
                button=_("Send anew"),
                describe=lambda delivery: delivery.server_words,
            )
        queued = each(request, queryset, lambda delivery: send_anew(delivery, who(request)))
        tell_done(request, queued)
        return None

    @action(description=gettext_lazy("Print run: mark as dispatched"), permissions=["dispatch"])
    def mark_as_dispatched(
        self, request: HttpRequest, queryset: QuerySet[Delivery]
    ) -> HttpResponse | None:
        form = DispatchedForm(answered(request))
        if not form.is_valid():
            return ask(
                self,
                request,
                queryset,
                form,
                action="mark_as_dispatched",
                title=_("Mark as dispatched"),
                explanation=_("These left the house on paper."),
                button=_("Mark as dispatched"),
            )
        words = form.cleaned_data
        dispatched = each(
            request,
            queryset,
            lambda delivery: mark_dispatched(
                delivery, who(request), words["channel"], words["reference"], words["at"]
            ),
        )
        tell_done(request, dispatched)
        return None


def tell_done(request: HttpRequest, count: int) -> None:
    if count:
        told = ngettext("%(count)s delivery changed.", "%(count)s deliveries changed.", count)
        messages.success(request, told % {"count": count})


@admin.register(LetterEvent)
class LetterEventAdmin(RecordAdmin):
    menu = (Menu.DAILY, 7, "history")
    when_empty = gettext_lazy("What happens to letters and deliveries is written here by itself.")
    list_display = [
        hour("at", gettext_lazy("at")),
        "state",
        "letter_shown",
        "address",
        "actor",
        "because",
        "server_words",
    ]
    list_filter = ["state", "letter__kind", "letter__invitation__edition"]
    list_select_related = [
        "actor",
        "delivery",
        "letter__invitation__member_state",
        "letter__invitation__minister__member_state",
    ]
    search_fields = [
        "because",
        "server_words",
        "delivery__address",
        "letter__invitation__member_state__short_name_en",
    ]
    date_hierarchy = "at"
    fields = ["at", "state", "letter", "delivery", "actor", "because", "server_words"]

    @display(description=gettext_lazy("letter"))
    def letter_shown(self, event: LetterEvent) -> str:
        return link(page_of(event.letter), event.letter)

    @display(description=gettext_lazy("address"))
    def address(self, event: LetterEvent) -> str:
        return event.delivery.address if event.delivery else ""
