"""What administrators see of sign-ins, and what they do for who is locked out."""

import datetime as dt
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display

from invitations.admin.base import Menu, RecordAdmin, user_of
from invitations.admin.confirming import confirmed, report_done, row_by_row
from invitations.admin.list_columns import at_hour
from invitations.admin.reauthentication import signed_in_recently
from invitations.audit import Act, record_act
from invitations.forms.action_forms import ReasonForm
from invitations.text.dates import labelled
from wsis_forum.staff.counting import forget_wrong_codes
from wsis_forum.staff.names import KINDS, browser_shown
from wsis_forum.staff.sessions import end_session, end_sessions, has_second_factor

# Secrets stand in some of these, and nothing in them is for a person to write.
admin.site.unregister(
    [Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession]
)


for label in ("axes", "mfa", "usersessions", "socialaccount"):
    apps.get_app_config(label).verbose_name = Menu.STAFF


class SignInAdmin(RecordAdmin):
    """A page of what django-axes has seen: who, from where, when."""

    date_hierarchy = "attempt_time"
    ordering = ["-attempt_time"]
    search_fields = ["username", "ip_address"]

    @display(description=gettext_lazy("account"), ordering="username")
    def account(self, row: Any) -> str:
        return row.username or ""

    @display(description=gettext_lazy("address"), ordering="ip_address")
    def address(self, row: Any) -> str:
        return row.ip_address or ""

    @display(description=gettext_lazy("when"), ordering="attempt_time")
    def when(self, row: Any) -> dt.datetime:
        return row.attempt_time

    @display(description=gettext_lazy("browser"))
    def browser(self, row: Any) -> str:
        return browser_shown(row.user_agent)


@admin.register(AccessLog)
class AccessLogAdmin(SignInAdmin):
    menu = (Menu.STAFF, 4, "login")
    when_empty = gettext_lazy("Each sign-in is written here by itself.")
    list_display = fields = ["when", "account", "address", "signed_out", "browser"]

    @display(description=gettext_lazy("signed out"), ordering="logout_time")
    def signed_out(self, row: AccessLog) -> dt.datetime | None:
        return row.logout_time


@admin.register(AccessFailureLog)
class AccessFailureLogAdmin(SignInAdmin):
    menu = (Menu.STAFF, 5, "no_accounts")
    when_empty = gettext_lazy("A wrong password or code is written here by itself.")
    list_display = fields = ["when", "account", "address", "then_locked", "browser"]
    list_filter = ["locked_out"]

    @display(description=gettext_lazy("locked"), boolean=True, ordering="locked_out")
    def then_locked(self, row: AccessFailureLog) -> bool:
        return bool(row.locked_out)


@admin.register(AccessAttempt)
class AccessAttemptAdmin(SignInAdmin):
    menu = (Menu.STAFF, 6, "lock_clock")
    when_empty = gettext_lazy("Nobody has typed a wrong password or code lately.")
    actions = ["free_selected"]
    list_display = ["account", "address", "failures", "when", "locked_until"]
    fields = ["account", "address", "failures", "when", "locked_until", "browser"]

    def has_free_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("axes.delete_accessattempt")

    @display(description=gettext_lazy("wrong tries"), ordering="failures_since_start")
    def failures(self, row: AccessAttempt) -> int:
        return int(row.failures_since_start)

    @display(description=gettext_lazy("locked until"))
    def locked_until(self, row: AccessAttempt) -> dt.datetime | None:
        until = row.attempt_time + settings.AXES_COOLOFF_TIME
        locked = row.failures_since_start >= settings.AXES_FAILURE_LIMIT and until > timezone.now()
        return until if locked else None

    @action(description=gettext_lazy("Free"), permissions=["free"])
    @confirmed(
        title=gettext_lazy("Free"),
        explanation=gettext_lazy("Whoever was locked out may try again at once."),
        describe=lambda page, row: labelled(
            _("locked until"), at_hour(page.locked_until(row)) or "–"
        ),
    )
    @row_by_row(done=ngettext_lazy("%(count)s row freed.", "%(count)s rows freed.", "count"))
    def free_selected(self, request: HttpRequest, row: AccessAttempt) -> None:
        row.delete()
        if user := User.objects.filter(username__iexact=row.username or "").first():
            forget_wrong_codes(request, user)
            record_act(user, Act.FREED, user_of(request))


class OfAccountAdmin(RecordAdmin):
    """A page of what belongs to accounts."""

    list_select_related = ["user"]
    search_fields = ["user__username"]

    @display(description=gettext_lazy("account"), ordering="user__username")
    def owner(self, row: Any) -> str:
        return row.user.get_username()


@admin.register(Authenticator)
class AuthenticatorAdmin(OfAccountAdmin):
    menu = (Menu.STAFF, 7, "phonelink_lock")
    when_empty = gettext_lazy("Staff add their second factors themselves, when they sign in.")
    actions = ["remove_lost"]
    list_display = fields = ["owner", "kind", "added", "last_used"]

    def has_remove_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("mfa.delete_authenticator")

    @display(description=gettext_lazy("kind"), ordering="type")
    def kind(self, row: Authenticator) -> str:
        return str(KINDS[row.type])

    @display(description=gettext_lazy("added"), ordering="created_at")
    def added(self, row: Authenticator) -> dt.datetime:
        return row.created_at

    @display(description=gettext_lazy("last used"), ordering="last_used_at")
    def last_used(self, row: Authenticator) -> dt.datetime | None:
        return row.last_used_at

    @action(description=gettext_lazy("Remove what was lost"), permissions=["remove"])
    @signed_in_recently("remove_factors")
    @confirmed(
        title=gettext_lazy("Remove what was lost"),
        explanation=gettext_lazy(
            "Make sure by telephone or in person who is asking. The person is signed out "
            "everywhere; whoever has no second factor left adds one at the next sign-in."
        ),
        form=ReasonForm,
        describe=lambda page, row: row.user.get_username(),
    )
    def remove_lost(
        self, request: HttpRequest, queryset: QuerySet[Authenticator], reason: str
    ) -> None:
        rows = list(queryset.select_related("user"))
        for row in rows:
            row.delete()
            changes = {"type": (row.type, "")}
            record_act(row.user, Act.FACTOR_REMOVED, user_of(request), reason, changes)
        for user in {row.user for row in rows}:
            # What was lost may have opened a session: each one ends.
            end_sessions(user, user_of(request))
            if not has_second_factor(user):
                Authenticator.objects.filter(user=user).delete()
        report_done(request, REMOVED, len(rows))


@admin.register(UserSession)
class UserSessionAdmin(OfAccountAdmin):
    menu = (Menu.STAFF, 8, "devices")
    when_empty = gettext_lazy("Nobody is signed in.")
    actions = ["end_selected"]
    list_display = fields = ["owner", "address", "began", "seen", "browser"]
    ordering = ["-last_seen_at"]

    def has_end_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("usersessions.delete_usersession")

    @display(description=gettext_lazy("address"), ordering="ip")
    def address(self, row: UserSession) -> str:
        return row.ip or ""

    @display(description=gettext_lazy("browser"))
    def browser(self, row: UserSession) -> str:
        return browser_shown(row.user_agent)

    @display(description=gettext_lazy("signed in"), ordering="created_at")
    def began(self, row: UserSession) -> dt.datetime:
        return row.created_at

    @display(description=gettext_lazy("last seen"), ordering="last_seen_at")
    def seen(self, row: UserSession) -> dt.datetime:
        return row.last_seen_at

    @action(description=gettext_lazy("End"), permissions=["end"])
    @signed_in_recently("end_sessions")
    @confirmed(
        title=gettext_lazy("End"),
        explanation=gettext_lazy("Whoever is there has to sign in anew."),
        describe=lambda page, row: row.user.get_username(),
    )
    @row_by_row(
        done=ngettext_lazy("%(count)s session ended.", "%(count)s sessions ended.", "count")
    )
    def end_selected(self, request: HttpRequest, row: UserSession) -> None:
        end_session(row, user_of(request))


@admin.register(SocialAccount)
class SocialAccountAdmin(OfAccountAdmin):
    menu = (Menu.STAFF, 9, "link_off")
    when_empty = gettext_lazy("Nobody has come by the organization’s sign-in yet.")
    actions = ["unlink_selected"]
    list_display = fields = ["owner", "number", "added", "last_used"]

    def has_unlink_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("socialaccount.delete_socialaccount")

    @display(description=gettext_lazy("number at the provider"), ordering="uid")
    def number(self, row: SocialAccount) -> str:
        return row.uid

    @display(description=gettext_lazy("added"), ordering="date_joined")
    def added(self, row: SocialAccount) -> dt.datetime:
        return row.date_joined

    @display(description=gettext_lazy("last used"), ordering="last_login")
    def last_used(self, row: SocialAccount) -> dt.datetime:
        return row.last_login

    @action(description=gettext_lazy("Unlink"), permissions=["unlink"])
    @signed_in_recently("unlink_accounts")
    @confirmed(
        title=gettext_lazy("Unlink"),
        explanation=gettext_lazy(
            "The person is signed out everywhere. Whoever has the account’s address at the "
            "provider opens it next: to close the account, make it inactive."
        ),
        form=ReasonForm,
        describe=lambda page, row: row.user.get_username(),
    )
    @row_by_row(
        done=ngettext_lazy("%(count)s sign-in unlinked.", "%(count)s sign-ins unlinked.", "count")
    )
    def unlink_selected(self, request: HttpRequest, row: SocialAccount, reason: str) -> None:
        row.delete()
        record_act(row.user, Act.PROVIDER_UNLINKED, user_of(request), reason)
        end_sessions(row.user, user_of(request))


REMOVED = ngettext_lazy(
    "%(count)s second factor removed.", "%(count)s second factors removed.", "count"
)
