"""Tokens of the API: made, released, revoked; and what each has read."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display

from delegations.models import ApiCall, ApiToken
from delegations.tokens import make_token
from invitations.admin.base import CalledByEditionFilter, Menu, RecordAdmin, user_of
from invitations.admin.confirming import confirmed, row_by_row
from invitations.admin.list_columns import hour_column, list_url, text_link
from invitations.admin.outbox.other_systems import (
    ForOtherSystemsMixin,
    column_name,
    in_lines,
)
from invitations.admin.reauthentication import signed_in_recently
from invitations.forms.action_forms import ReasonForm
from invitations.outbox.credentials import release_credential, revoke_credential
from invitations.text.dates import comma_list, labelled

RELEASED = ngettext_lazy("%(count)s token released.", "%(count)s tokens released.", "count")
REVOKED = ngettext_lazy("%(count)s token revoked.", "%(count)s tokens revoked.", "count")
LABELS = {"waiting": "warning", "open": "success"} | dict.fromkeys(
    ("over", "closed", "revoked"), "danger"
)
STATES = {
    "waiting": gettext_lazy("waits for a second person"),
    "open": gettext_lazy("released"),
    "over": gettext_lazy("its days are over"),
    "closed": gettext_lazy("the account that made it is closed"),
    "revoked": gettext_lazy("revoked"),
}

OPENS = {
    "answers": gettext_lazy("how each invited State stands, and since when."),
    "contacts": gettext_lazy(
        "invited ministers, their offices, focal points and missions: names, addresses, telephone "
        "numbers."
    ),
    "delegates": gettext_lazy(
        "names, functions and e-mail addresses of who comes, as on the badge; neither needs nor "
        "gender."
    ),
    "respondents": gettext_lazy(
        "who gave the standing answers, how they are reached, and whom they send."
    ),
}


@admin.register(ApiToken)
class ApiTokenAdmin(ForOtherSystemsMixin):
    menu = (Menu.STAFF, 7, "key")
    when_empty = gettext_lazy("No other system reads what is not public.")
    list_display = [
        "called",
        "edition",
        "reads",
        "valid_until",
        "state_shown",
        "made_by",
        "released_by",
        hour_column("last_used_at", gettext_lazy("last used")),
        "calls_shown",
    ]
    search_fields = ["called"]
    actions = ["release_selected", "revoke_selected"]
    secret_title = gettext_lazy("Token made")
    shown_once = gettext_lazy(
        "Copy it now and hand it over in confidence: it is shown this once and kept nowhere. It "
        "opens nothing until a second person has released it."
    )
    to_list = gettext_lazy("To the tokens")
    asked = ["called", "edition", *(f"reads_{scope}" for scope in ApiToken.SCOPES), "valid_until"]
    told = [
        "begins_with", "state_shown", "made_by", "made_at", "released_by", "released_at",
        "revoked_by", "revoked_at", "revocation_reason", "calls_shown",
    ]  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.with_calls()

    @signed_in_recently("make_token")
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    def make(self, row: ApiToken, user: User) -> str:
        return make_token(row, user)

    @display(description=gettext_lazy("reads"))
    def reads(self, token: ApiToken) -> str:
        return comma_list(map(ApiToken.name_of, token.scopes))

    def in_words(self, token: ApiToken) -> str:
        """Return what the second person answers for: who made it, until when, what it opens."""
        until = (column_name(token, "valid_until"), date_format(token.valid_until))
        return "\n".join([in_lines(token, until), *map(format_scope, token.scopes)])

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Say below each box what it opens."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if opened := OPENS.get(db_field.name.removeprefix("reads_")):
            field.help_text = capfirst(str(opened))
        return field

    @display(description=gettext_lazy("state"), label=LABELS)
    def state_shown(self, token: ApiToken) -> tuple[str, Any]:
        state = token_status(token)
        return state, STATES[state]

    @display(description=gettext_lazy("calls"))
    def calls_shown(self, token: Any) -> Any:
        return text_link(list_url(ApiCall, made_with__id__exact=token.pk), str(token.call_count))

    @action(description=gettext_lazy("Release tokens"), permissions=["release"])
    @signed_in_recently("release_tokens")
    @confirmed(
        title=gettext_lazy("Release tokens"),
        explanation=gettext_lazy(
            "From now on the system reads what the token names, until its last day. You cannot "
            "release what you made yourself."
        ),
        button=gettext_lazy("Release"),
        describe=lambda page, token: page.in_words(token),
        why_not_by=ApiToken.why_not_released_by,
    )
    @row_by_row(done=RELEASED)
    def release_selected(self, request: HttpRequest, token: ApiToken) -> None:
        release_credential(token, user_of(request))

    @action(description=gettext_lazy("Revoke tokens"), permissions=["keep"])
    @confirmed(
        title=gettext_lazy("Revoke tokens"),
        explanation=gettext_lazy("From now on they open nothing, for good."),
        button=gettext_lazy("Revoke"),
        form=ReasonForm,
        why_not=ApiToken.why_revoked,
    )
    @row_by_row(done=REVOKED)
    def revoke_selected(self, request: HttpRequest, token: ApiToken, reason: str) -> None:
        revoke_credential(token, user_of(request), reason)


def format_scope(scope: str) -> str:
    return labelled(ApiToken.name_of(scope), OPENS[scope])


def token_status(token: ApiToken) -> str:
    if token.revoked_at:
        return "revoked"
    if token.valid_until < timezone.localdate():
        return "over"
    if not token.is_made_by_staff:
        return "closed"
    return "open" if token.released_at else "waiting"


@admin.register(ApiCall)
class ApiCallAdmin(RecordAdmin):
    menu = (Menu.STAFF, 8, "api")
    when_empty = gettext_lazy("No other system has read what is not public.")
    list_display = [hour_column("at", gettext_lazy("at")), "made_with", "asked", "rows", "status"]
    list_filter = [("made_with", CalledByEditionFilter), "asked", "status"]
    list_select_related = ["made_with__edition"]
