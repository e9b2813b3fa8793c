"""The deliveries of letters, and a person's decisions about them."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display

from invitations.admin.base import Menu, user_of
from invitations.admin.confirming import confirmed, row_by_row
from invitations.admin.corrections.correcting import CorrectingMixin
from invitations.admin.exports import TakenOutMixin
from invitations.admin.list_columns import (
    change_url,
    hour_column,
    server_words,
    state_link,
    text_link,
)
from invitations.admin.mixins import AnotherAddressMixin, LeadsToStatesMixin, PutRightFilter
from invitations.admin.outbox.queue import QueuePageMixin
from invitations.forms.action_forms import DispatchedForm, MarksForm, row_marks
from invitations.models import Delivery, Letter
from invitations.outbox.decisions import (
    decide_uncertain,
    mark_dispatched,
    reason_delivery_is_not_uncertain,
    reason_not_to_mark_dispatched,
    reason_not_to_resend,
    reason_not_to_send_again,
    resend,
)
from invitations.text.dates import keep_own_order

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
DELIVERIES_CHANGED = ngettext_lazy(
    "%(count)s delivery changed.", "%(count)s deliveries changed.", "count"
)


@admin.register(Delivery)
class DeliveryAdmin(
    TakenOutMixin, CorrectingMixin, LeadsToStatesMixin, AnotherAddressMixin, QueuePageMixin
):
    menu = (Menu.DAILY, 6, "outbox")
    when_empty = gettext_lazy("Nothing waits: deliveries come with the approval of letters.")
    list_display = [
        "address_or_channel",
        "state_shown",
        "letter_kind",
        "state_of",
        hour_column("not_before", gettext_lazy("leaves no earlier than")),
        hour_column("handed_over_at", gettext_lazy("handed over at")),
        "attempts",
        server_words,
    ]
    list_filter = [
        "state",
        PutRightFilter,
        "channel",
        "letter__kind",
        "letter__invitation__edition",
    ]
    linked_lookups = [
        "channel__in",
        "state__in",
        "letter__by_original__exact",
        "letter__invitation__status__exact",
    ]
    list_select_related = [
        "letter__invitation__edition",
        "letter__invitation__member_state",
        "letter__invitation__minister__member_state",
    ]
    search_fields = [
        "address",
        "reference",
        "server_words",
        "letter__invitation__member_state__iso3__called",
        "letter__invitation__minister__family_name",
    ]
    date_hierarchy = "not_before"
    actions = [
        "it_went",
        "send_again",
        "resend_selected",
        "send_to_another",
        "mark_as_dispatched",
    ]
    change_form_outer_before_template = "admin/mending/before_delivery.html"
    fields = [
        "letter",
        ("channel", "line"),
        "address",
        ("state", "attempts"),
        ("not_before", "leave_before"),
        ("sending_at", "handed_over_at"),
        "reference",
        server_words,
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
        return text_link(change_url(delivery.letter), delivery.letter.get_kind_display())

    @display(
        description=gettext_lazy("State"),
        ordering="letter__invitation__member_state__sort_key_fr",
    )
    def state_of(self, delivery: Delivery) -> str:
        invitation = delivery.letter.invitation
        return state_link(delivery, invitation.edition, invitation.member_state)

    @action(description=gettext_lazy("Uncertain: it went"), permissions=["dispatch"])
    @confirmed(
        title=gettext_lazy("It went"),
        explanation=gettext_lazy(
            "You know from the mail server’s log or from the addressee that these left. They "
            "count as handed over and are not sent again."
        ),
        form=MarksForm,
        initial=row_marks,
        why_not=reason_delivery_is_not_uncertain,
    )
    @row_by_row(done=DELIVERIES_CHANGED)
    def it_went(self, request: HttpRequest, delivery: Delivery, marks: dict[int, str]) -> None:
        mark = marks.get(delivery.pk, "")
        decide_uncertain(delivery, user_of(request), went=True, mark=mark)

    @action(description=gettext_lazy("Uncertain: send again"), permissions=["dispatch"])
    @confirmed(
        title=gettext_lazy("Send again"),
        explanation=gettext_lazy(
            "The mail server fell silent after it had the message: it may have sent it. The "
            "addressee may get a second copy of the same letter."
        ),
        form=MarksForm,
        initial=row_marks,
        why_not=reason_not_to_send_again,
    )
    @row_by_row(done=DELIVERIES_CHANGED)
    def send_again(self, request: HttpRequest, delivery: Delivery, marks: dict[int, str]) -> None:
        mark = marks.get(delivery.pk, "")
        decide_uncertain(delivery, user_of(request), went=False, mark=mark)

    @action(description=gettext_lazy("Failed or missed: send anew"), permissions=["dispatch"])
    @confirmed(
        title=gettext_lazy("Send anew"),
        explanation=gettext_lazy(
            "They are sent again to the same address, with exactly the same message. A wrong "
            "address is corrected on the page of its delivery."
        ),
        describe=lambda page, delivery: keep_own_order(delivery.server_words),
        why_not=reason_not_to_resend,
    )
    @row_by_row(done=DELIVERIES_CHANGED)
    def resend_selected(self, request: HttpRequest, delivery: Delivery) -> None:
        resend(delivery, user_of(request))

    @action(description=gettext_lazy("Print run: mark as dispatched"), permissions=["dispatch"])
    @confirmed(
        title=gettext_lazy("Mark as dispatched"),
        explanation=gettext_lazy("These left the house on paper."),
        form=DispatchedForm,
        why_not=reason_not_to_mark_dispatched,
    )
    @row_by_row(done=DELIVERIES_CHANGED)
    def mark_as_dispatched(
        self,
        request: HttpRequest,
        delivery: Delivery,
        channel: str,
        reference: str,
        at: dt.datetime,
    ) -> None:
        mark_dispatched(delivery, user_of(request), channel, reference, at)
