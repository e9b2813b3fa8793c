"""The bounces, also those whose delivery is not known yet."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from invitations.admin.base import FilledFilter, Menu, RecordAdmin, user_of
from invitations.admin.exports import TakenOutMixin
from invitations.admin.frozen_files import frozen_file_response
from invitations.admin.list_columns import change_url, hour_column, server_words, text_link
from invitations.admin.mixins import AnotherAddressMixin
from invitations.files import frozen
from invitations.inbox.bounces import match_bounce
from invitations.mail import incoming
from invitations.mail.parsing import parse_mail
from invitations.models import Bounce, Letter

BOUNCE_LABELS = {"hard": "danger", "soft": "danger", "delayed": "warning"}


class MatchedFilter(FilledFilter):
    title = gettext_lazy("belongs to a delivery")
    column = "delivery"
    parameter_name = "matched"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", _("not known")), ("yes", _("yes"))]


@admin.register(Bounce)
class BounceAdmin(TakenOutMixin, AnotherAddressMixin, RecordAdmin):
    menu = (Menu.DAILY, 8, "mark_email_unread")
    when_empty = gettext_lazy(
        "Nothing came back. Mail servers report here what they could not deliver, through the "
        "bounce mailbox or the mail provider."
    )
    list_display = [
        hour_column("received_at", gettext_lazy("received at")),
        "kind_shown",
        "state_of",
        "address",
        "delivery_state",
        server_words,
    ]
    list_filter = ["kind", MatchedFilter, "delivery__letter__invitation__edition"]
    list_select_related = [
        "delivery__letter__invitation__member_state",
        "delivery__letter__invitation__minister__member_state",
    ]
    search_fields = [
        "server_words",
        "delivery__address",
        "delivery__letter__invitation__member_state__iso3__called",
        "delivery__letter__invitation__minister__family_name",
    ]
    date_hierarchy = "received_at"
    actions = ["send_to_another"]
    autocomplete_fields = ["delivery"]
    fields = ["delivery", "kind", "received_at", server_words, "report", "message_file"]

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.message_view)
        return [
            path("<int:pk>/message/", view, name="invitations_bounce_message"),
            *super().get_urls(),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show bounces to all who may see deliveries."""
        return request.user.has_perm("invitations.view_delivery")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let a person match a bounce once, if the machine could not."""
        unmatched = obj is not None and obj.delivery_id is None
        return unmatched and self.has_resend_permission(request)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Show the report only to those who send letters: it may quote the letter."""
        if self.has_resend_permission(request):
            return self.fields
        return [name for name in self.fields if name not in ("report", "message_file")]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        return [name for name in self.fields if name != "delivery"]

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        if "delivery" in form.base_fields:
            form.base_fields["delivery"].required = True
            form.base_fields["delivery"].help_text = _(
                "Search by address or State; the delivery then counts as bounced."
            )
        return form

    def save_model(self, request: HttpRequest, obj: Bounce, form: Any, change: bool) -> None:
        match_bounce(obj, form.cleaned_data["delivery"], user_of(request))

    def letter_of(self, row: Bounce) -> Letter | None:
        return row.delivery.letter if row.delivery else None

    def message_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_resend_permission(request):
            raise PermissionDenied
        bounce = get_object_or_404(Bounce.objects.exclude(message=""), pk=pk)
        name, sha256 = str(bounce.message), bounce.message_sha256
        return frozen_file_response(request, name, sha256, "message/rfc822", f"bounce-{pk}.eml")

    @display(description=gettext_lazy("kind"), ordering="kind", label=BOUNCE_LABELS)
    def kind_shown(self, bounce: Bounce) -> tuple[str, Any]:
        return bounce.kind, bounce.get_kind_display()

    @display(description=gettext_lazy("State"))
    def state_of(self, bounce: Bounce) -> str:
        if bounce.delivery is None:
            return _("not known")
        return bounce.delivery.letter.invitation.member_state.listed_as

    @display(description=gettext_lazy("address"), ordering="delivery__address")
    def address(self, bounce: Bounce) -> str:
        return (
            text_link(change_url(bounce.delivery), bounce.delivery.address)
            if bounce.delivery
            else ""
        )

    @display(description=gettext_lazy("delivery"), ordering="delivery__state")
    def delivery_state(self, bounce: Bounce) -> str:
        return bounce.delivery.get_state_display() if bounce.delivery else ""

    @display(description=gettext_lazy("report"))
    def report(self, bounce: Bounce) -> str:
        """Return the mail server's words for people, without the letter that they quote."""
        if not bounce.message:
            return ""
        try:
            content = frozen.thaw(bounce.message.name, bounce.message_sha256)
        except (frozen.Tampered, frozen.StoreUnavailable) as damage:
            return str(damage)
        return incoming.first_own_words(incoming.text_of_mail(parse_mail(content)), 30, 2000)

    @display(description=gettext_lazy("message"))
    def message_file(self, bounce: Bounce) -> str:
        if not bounce.message:
            return _("told by the mail provider")
        return text_link(reverse("admin:invitations_bounce_message", args=[bounce.pk]), _("open"))
