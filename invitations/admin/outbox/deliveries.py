"""The outbox: each way by which a letter leaves, and what a person decides about it."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from invitations.admin.base import Menu, answered, ask, each, hour, link, page_of, who
from invitations.admin.mixins import AnotherAddress
from invitations.admin.outbox.queue import QueuePage
from invitations.forms.action_forms import DispatchedForm, SureForm
from invitations.models import Delivery, Letter
from invitations.outbox.decisions import decide, mark_dispatched, send_anew

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
    linked_lookups = ["channel__in"]
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
        return delivery.letter.invitation.member_state.listed_as

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
