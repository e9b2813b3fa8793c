"""What one person makes for another system, and a second releases."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.admin.base import ModelAdmin, user_of
from invitations.admin.list_columns import list_url
from invitations.models.credentials import Credential
from invitations.outbox.approvers import MAY_RELEASE
from invitations.outbox.arming import reason_sending_is_not_on, reason_sending_is_off
from invitations.text.dates import labelled

TO_RELEASE = "to_release"


class StandsFilter(admin.SimpleListFilter):
    """What waits for this person: nobody releases what they made themselves."""

    title = gettext_lazy("state")
    parameter_name = "stands"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(TO_RELEASE, _("waits for you to release it"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        return queryset.waiting_for(user_of(request)) if self.value() == TO_RELEASE else None


class ForOtherSystemsMixin(ModelAdmin):
    """What one person makes for another system, and a second releases: told once, never changed."""

    asked: list[str]
    told: list[str]
    list_filter = [StandsFilter, "edition"]
    list_select_related = ["edition", "made_by", "released_by"]
    # The page that shows the secret: its title, what it says, and where it leads.
    secret_title: Any
    shown_once: Any
    to_list: Any

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [*self.asked, *(self.told if obj else [])]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_release_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY_RELEASE)

    def has_keep_permission(self, request: HttpRequest) -> bool:
        """Whether the person may revoke it, or change its secret, though no field is changed."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Leave it to the history of acts, which names the person."""

    def make(self, row: Any, user: User) -> str:
        """Save it and return its secret."""
        raise NotImplementedError

    def save_model(self, request: Any, obj: Any, form: forms.ModelForm, change: bool) -> None:
        request.secret = self.make(obj, user_of(request))

    def response_add(
        self, request: Any, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        return self.secret_page(request, obj, request.secret)

    def secret_page(
        self, request: HttpRequest, row: Credential, secret: str, **context: Any
    ) -> HttpResponse:
        """Show the secret, this once: in the clear it is kept nowhere for people."""
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": self.secret_title,
            "row": row,
            "secret": secret,
            "shown_once": self.shown_once,
            "url": list_url(self.model),
            "to_list": self.to_list,
            **context,
        }
        page = TemplateResponse(request, "admin/outbox/secret.html", context)
        add_never_cache_headers(page)
        return page


def in_lines(row: Any, *said: tuple[Any, Any]) -> str:
    """Return who made it, for the second person, and what else is said, each by its name."""
    told = [(column_name(row, "made_by"), row.made_by), *said]
    return "\n".join(labelled(label, value) for label, value in told)


def column_name(row: Any, column: str) -> Any:
    return row._meta.get_field(column).verbose_name


# What keeps other systems from being told


class NotToldMixin(ModelAdmin):
    """Pages of what other systems are told, which say so while nothing leaves."""

    list_before_template = "admin/outbox/before_webhooks.html"
    change_form_outer_before_template = "admin/outbox/before_webhooks.html"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request, {**reason_systems_are_not_informed(), **(extra_context or {})}
        )

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context |= reason_systems_are_not_informed()
        return super().render_change_form(request, context, *args, **kwargs)


def reason_systems_are_not_informed() -> dict[str, Any]:
    """Return why nobody is told; a folder as mailbox needs no arming, but other systems do."""
    return {
        "reason_not_informed": reason_sending_is_not_on(),
        "is_said_above": bool(reason_sending_is_off()),
    }
