"""Where other systems are told that something happened, what went there, and what did not."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display

from invitations.admin.base import CalledByEditionFilter, Menu, RecordAdmin, user_of
from invitations.admin.confirming import act_on_each, confirmed, row_by_row
from invitations.admin.list_columns import hour_column
from invitations.admin.outbox.other_systems import (
    ForOtherSystemsMixin,
    NotToldMixin,
    column_name,
    in_lines,
    reason_systems_are_not_informed,
)
from invitations.admin.reauthentication import signed_in_recently
from invitations.forms.action_forms import ReasonForm
from invitations.models import WebhookAddress, WebhookMessage
from invitations.models.credentials import Credential
from invitations.outbox.credentials import revoke_credential
from invitations.outbox.webhooks.addresses import (
    make_webhook,
    release_webhook,
    rotate_secret,
)
from invitations.outbox.webhooks.sending import send_message_again

RELEASED = ngettext_lazy("%(count)s webhook released.", "%(count)s webhooks released.", "count")
REVOKED = ngettext_lazy("%(count)s webhook revoked.", "%(count)s webhooks revoked.", "count")
AGAIN = ngettext_lazy(
    "%(count)s message leaves once more.", "%(count)s messages leave once more.", "count"
)
LABELS = {"waiting": "warning", "in_use": "success", "revoked": "danger"}
STATES = {
    "waiting": gettext_lazy("waits for a second person"),
    "in_use": gettext_lazy("released"),
    "revoked": gettext_lazy("revoked"),
}
STATE_LABELS = {"waiting": "warning", "sending": "info", "arrived": "success", "failed": "danger"}


class AgainFilter(admin.SimpleListFilter):
    title = gettext_lazy("to be sent again")
    parameter_name = "again"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        return queryset.to_send_again() if self.value() == "yes" else None


@admin.register(WebhookAddress)
class WebhookAddressAdmin(NotToldMixin, ForOtherSystemsMixin):
    menu = (Menu.STAFF, 9, "webhook")
    when_empty = gettext_lazy("No other system is told that something happened.")
    list_display = ["called", "edition", "url", "state_shown", "made_by", "released_by"]
    search_fields = ["called", "url"]
    actions = ["release_selected", "rotate_selected", "revoke_selected"]
    secret_title = gettext_lazy("Secret of the webhook")
    shown_once = gettext_lazy(
        "Copy it now and hand it over in confidence: it is shown this once. Nothing goes to the "
        "address until a second person has released it."
    )
    to_list = gettext_lazy("To the webhooks")
    asked = ["called", "edition", "url"]
    told = [
        "state_shown", "made_by", "made_at", "released_by", "released_at", "rotated_at",
        "revoked_by", "revoked_at", "revocation_reason",
    ]  # fmt: skip

    @signed_in_recently("make_webhook")
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    def make(self, row: WebhookAddress, user: User) -> str:
        return make_webhook(row, user)

    def secret_page(
        self, request: HttpRequest, row: Credential, secret: str, **context: Any
    ) -> HttpResponse:
        return super().secret_page(request, row, secret, **reason_systems_are_not_informed())

    def in_words(self, webhook: WebhookAddress) -> str:
        """Return what the second person answers for: who made it, for what, and where it goes."""
        return in_lines(
            webhook, *((column_name(webhook, name), getattr(webhook, name)) for name in self.asked)
        )

    @display(description=gettext_lazy("state"), label=LABELS)
    def state_shown(self, webhook: WebhookAddress) -> tuple[str, Any]:
        state = "in_use" if webhook.released_at else "waiting"
        state = "revoked" if webhook.revoked_at else state
        return state, STATES[state]

    @action(description=gettext_lazy("Release webhooks"), permissions=["release"])
    @signed_in_recently("release_webhooks")
    @confirmed(
        title=gettext_lazy("Release webhooks"),
        explanation=gettext_lazy(
            "From now on these addresses hear that a reply was recorded, a list published or an "
            "edition changed; never what. You cannot release what you made yourself."
        ),
        button=gettext_lazy("Release"),
        describe=lambda page, webhook: page.in_words(webhook),
        why_not_by=WebhookAddress.why_not_released_by,
    )
    @row_by_row(done=RELEASED)
    def release_selected(self, request: HttpRequest, webhook: WebhookAddress) -> None:
        release_webhook(webhook, user_of(request))

    @action(description=gettext_lazy("Revoke webhooks"), permissions=["keep"])
    @confirmed(
        title=gettext_lazy("Revoke webhooks"),
        explanation=gettext_lazy("Nothing goes there from now on, for good."),
        button=gettext_lazy("Revoke"),
        form=ReasonForm,
        why_not=WebhookAddress.why_revoked,
    )
    @row_by_row(done=REVOKED)
    def revoke_selected(self, request: HttpRequest, webhook: WebhookAddress, reason: str) -> None:
        revoke_credential(webhook, user_of(request), reason)

    @action(description=gettext_lazy("Change the secret"), permissions=["keep"])
    @signed_in_recently("make_webhook")
    @confirmed(
        title=gettext_lazy("Change the secret"),
        explanation=gettext_lazy(
            "The new secret of the first of them is shown once; the earlier one is valid for "
            "another day."
        ),
        why_not=WebhookAddress.why_revoked,
    )
    def rotate_selected(
        self, request: HttpRequest, queryset: QuerySet[WebhookAddress]
    ) -> HttpResponse | None:
        found: list[tuple[WebhookAddress, str]] = []
        act_on_each(
            request,
            queryset[:1],
            lambda one: found.append((one, rotate_secret(one, user_of(request)))),
        )
        return self.secret_page(request, *found[0]) if found else None


@admin.register(WebhookMessage)
class WebhookMessageAdmin(NotToldMixin, RecordAdmin):
    menu = (Menu.STAFF, 10, "outbound")
    when_empty = gettext_lazy("No other system was told anything yet.")
    list_display = [
        hour_column("happened_at", gettext_lazy("at")),
        "kind",
        "address",
        "state_shown",
        "attempts",
        "said",
    ]
    list_filter = [AgainFilter, "state", "kind", ("address", CalledByEditionFilter)]
    list_select_related = ["address__edition"]
    actions = ["send_again"]

    def has_again_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.change_webhookaddress")

    def _who_may(self, request: HttpRequest) -> dict[str, Any]:
        """Tell nobody that they only read who may send a message again."""
        return {} if self.has_again_permission(request) else super()._who_may(request)

    @display(description=gettext_lazy("state"), ordering="state", label=STATE_LABELS)
    def state_shown(self, message: WebhookMessage) -> tuple[str, Any]:
        return message.state, message.get_state_display()

    @action(description=gettext_lazy("Send again"), permissions=["again"])
    @row_by_row(done=AGAIN)
    def send_again(self, request: HttpRequest, message: WebhookMessage) -> None:
        send_message_again(message, user_of(request))
