"""Changes that wait for a second person: looked at, released, taken back."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display

from invitations.admin.base import Menu, RecordAdmin, user_of
from invitations.admin.confirming import act_on_each, confirmation_page, confirmed, report_done
from invitations.admin.exports import TakenOutMixin
from invitations.admin.held_values import changed_names, changed_values, format_change
from invitations.admin.list_columns import at_hour, change_url, hour_column, list_url, text_link
from invitations.admin.reauthentication import signed_in_recently
from invitations.admin.who_may import groups_who_may
from invitations.forms.action_forms import MarkedForm, MarkedReasonForm, row_marks
from invitations.models import HeldChange, MemberState, OrderOfStates
from invitations.models.held.rows import HeldRow
from invitations.models.states import alphabetical, french_order
from invitations.outbox.approvers import MAY_RELEASE
from invitations.outbox.corrections.succession import why_not_released_now
from invitations.outbox.date_change.apply import reason_not_to_apply
from invitations.outbox.date_change.proposal import take_back_move
from invitations.outbox.release import (
    release_alone,
    release_change,
    take_back_change,
    why_not_alone,
    why_not_by,
    why_not_taken_back,
    why_segments_stay,
)
from invitations.text.dates import comma_list

STATE_LABELS = {
    "waiting": "warning",
    "alone": "warning",
    "released": "success",
    "taken_back": "danger",
}


class Decision(NamedTuple):
    """What a list action does with each change, and the words of its pages."""

    action: str
    verb: Callable[[HeldChange, User, str, str], None]
    done: Any
    words: dict[str, Any]
    form: type[MarkedForm] = MarkedForm


RELEASE = Decision(
    "release_selected",
    release_change,
    ngettext_lazy("%(count)s change released.", "%(count)s changes released.", "count"),
    {
        "title": gettext_lazy("Release changes"),
        "explanation": gettext_lazy(
            "Reminders and acknowledgements will say this from now on, and go there; an "
            "invitation is handed over to the successor; moved dates hold for everybody. You "
            "cannot release what you changed yourself."
        ),
        "button": gettext_lazy("Release"),
    },
)
TAKE_BACK = Decision(
    "take_back_selected",
    take_back_change,
    ngettext_lazy("%(count)s change taken back.", "%(count)s changes taken back.", "count"),
    {
        "title": gettext_lazy("Take changes back"),
        "explanation": gettext_lazy(
            "The records have their released values again; what was never released is deleted. "
            "Dates that were to move stay. Where a successor was entered, the old link stays dead "
            "until it is replaced."
        ),
        "button": gettext_lazy("Take back"),
    },
)
RELEASE_ALONE = Decision(
    "release_alone_selected",
    release_alone,
    ngettext_lazy(
        "%(count)s change released by you alone.",
        "%(count)s changes released by you alone.",
        "count",
    ),
    {
        "title": gettext_lazy("Release alone"),
        "explanation": gettext_lazy(
            "Only for a corrected address or hour that cannot wait, and where the edition allows "
            "it. It holds at once; all approvers are told by mail, and a second one confirms or "
            "reverses it."
        ),
        "button": gettext_lazy("Release alone"),
    },
    MarkedReasonForm,
)


def describe_held_change(page: Any, change: HeldChange) -> str:
    return format_change(change)


def undecided(queryset: Any) -> Any:
    return queryset.undecided()


ASKED: dict[str, Any] = {"initial": row_marks, "rows": undecided, "describe": describe_held_change}


def why_not_released(change: HeldChange, person: User) -> str:
    """Return why this person, or as things stand nobody, can release it; empty if they can."""
    if why := why_not_by(change, person) or why_segments_stay(change):
        return why
    if change.kind == HeldChange.Kind.SUCCESSION:
        return why_not_released_now(change)
    return reason_not_to_apply(change) if change.kind == HeldChange.Kind.DATES else ""


class RecordFilter(admin.SimpleListFilter):
    title = gettext_lazy("kind of record")
    parameter_name = "record"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        models = (ContentType.objects.get_for_model(model) for model in HeldRow.__subclasses__())
        return [(kind.model, capfirst(kind.name)) for kind in models]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        return queryset.filter(content_type__model=self.value()) if self.value() else None


class StateFilter(admin.SimpleListFilter):
    """The States whose letters a change concerns."""

    title = gettext_lazy("Member State")
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        concerned = HeldChange.states.through.objects.values("memberstate")
        states = MemberState.objects.filter(pk__in=concerned).order_by(*french_order(""))
        return [(str(state.pk), state.listed_as) for state in states]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any] | None:
        of = self.value() or ""
        return queryset.filter(states=int(of)) if of.isdecimal() else None


@admin.register(HeldChange)
class HeldChangeAdmin(TakenOutMixin, RecordAdmin):
    menu = (Menu.DAILY, 9, "pending_actions")
    when_empty = gettext_lazy(
        "Nothing has changed of what automatic mail says, or of where it goes."
    )
    list_display = [
        "named",
        "what",
        "concerned",
        "asked_by",
        hour_column("asked_at", gettext_lazy("changed at")),
        "state_shown",
        "decided_by",
    ]
    list_filter = [
        "state",
        RecordFilter,
        StateFilter,
    ]
    list_select_related = ["content_type", "asked_by", "decided_by"]
    search_fields = ["named", "reason"]
    actions = ["release_selected", "release_alone_selected", "take_back_selected"]
    fields = [
        "record",
        "values",
        "concerned",
        "state",
        "changers",
        "asked_at",
        "reason",
        "alone_by",
        "alone_at",
        "alone_reason",
        "decided_by",
        "decided_at",
        "decision_reason",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[HeldChange]:
        return super().get_queryset(request).prefetch_related("states", "contributors")

    def has_release_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY_RELEASE)

    def has_take_back_permission(self, request: HttpRequest) -> bool:
        may_change = request.user.has_perm("invitations.change_heldchange")
        return may_change or self.has_release_permission(request)

    def verb_of(
        self, decision: Decision, change: HeldChange
    ) -> Callable[[HeldChange, User, str, str], None]:
        """Return what the decision does with a change of its kind."""
        if change.kind == HeldChange.Kind.DATES and decision is TAKE_BACK:
            return take_back_move
        return decision.verb

    def _may_release_alone(self, request: HttpRequest, change: HeldChange) -> bool:
        may = change.is_waiting and self.has_release_permission(request)
        return may and not why_not_alone(change)

    def _why_not_released(self, request: HttpRequest, change: HeldChange) -> str:
        """Return why the page has no button to release the change; empty if it has one."""
        if self.has_release_permission(request):
            return why_not_released(change, user_of(request))
        return _(
            "Who may release it: %(groups)s. Nobody releases what they changed themselves."
        ) % {"groups": comma_list(groups_who_may(MAY_RELEASE)) or _("an administrator")}

    def _why_not_taken_back(self, request: HttpRequest, change: HeldChange) -> str | None:
        """Return why the page has no button to take it back; None if it is not this user's."""
        return why_not_taken_back(change) if self.has_take_back_permission(request) else None

    def held_on_page(self, request: HttpRequest, object_id: str | None) -> list[dict[str, Any]]:
        """Offer on the page of the change itself, too, what the page of its record offers."""
        change = self.get_object(request, unquote(object_id)) if object_id else None
        if change is None or not (change.is_waiting or change.is_alone):
            return []
        return [self.on_page_of_record(request, change)]

    def on_page_of_record(self, request: HttpRequest, change: HeldChange) -> dict[str, Any]:
        """Return what the page of the record shows of the change, with what the user may do."""
        why_not = self._why_not_released(request, change)
        why_stays = self._why_not_taken_back(request, change)
        decisions = [
            *([RELEASE] if not why_not else []),
            *([RELEASE_ALONE] if self._may_release_alone(request, change) else []),
            *([TAKE_BACK] if why_stays == "" else []),
        ]
        return {
            "change": change,
            "values": changed_values(change),
            "letters": change.letters.count(),
            "who": self.changers(change),
            "at": at_hour(change.asked_at),
            "url": list_url(HeldChange),
            "why_not": [why for why in (why_not, why_stays) if why],
            "actions": [(one.action, one.words["button"]) for one in decisions],
        }

    @display(description=gettext_lazy("what changes"))
    def what(self, change: HeldChange) -> str:
        return comma_list(changed_names(change))

    @display(description=gettext_lazy("States"))
    def concerned(self, change: HeldChange) -> Any:
        return comma_list(alphabetical(change.states.all(), OrderOfStates.FRENCH)) or gettext_lazy(
            "all"
        )

    @display(description=gettext_lazy("status"), ordering="state", label=STATE_LABELS)
    def state_shown(self, change: HeldChange) -> tuple[str, Any]:
        return change.state, change.get_state_display()

    @display(description=gettext_lazy("record"))
    def record(self, change: HeldChange) -> str:
        return text_link(change_url(change.row), change.named) if change.row else change.named

    @display(description=gettext_lazy("before → afterwards"))
    def values(self, change: HeldChange) -> str:
        lines = [(line,) for line in format_change(change).splitlines()]
        return format_html_join("", "<div>{}</div>", lines)

    @display(description=gettext_lazy("all who changed it"))
    def changers(self, change: HeldChange) -> Any:
        return comma_list(change.contributors.all()) or gettext_lazy("a command")

    @action(description=RELEASE.words["title"], permissions=["release"])
    @signed_in_recently("release_changes")
    @confirmed(form=MarkedForm, why_not_by=why_not_released, **ASKED, **RELEASE.words)
    def release_selected(
        self, request: HttpRequest, queryset: QuerySet[HeldChange], **typed: Any
    ) -> HttpResponse | None:
        return self._decide(request, queryset, RELEASE, **typed)

    @action(description=TAKE_BACK.words["title"], permissions=["take_back"])
    @confirmed(form=MarkedForm, why_not=why_not_taken_back, **ASKED, **TAKE_BACK.words)
    def take_back_selected(
        self, request: HttpRequest, queryset: QuerySet[HeldChange], **typed: Any
    ) -> HttpResponse | None:
        return self._decide(request, queryset, TAKE_BACK, **typed)

    @action(description=RELEASE_ALONE.words["title"], permissions=["release"])
    @signed_in_recently("release_changes_alone")
    @confirmed(form=MarkedReasonForm, why_not=why_not_alone, **ASKED, **RELEASE_ALONE.words)
    def release_alone_selected(
        self, request: HttpRequest, queryset: QuerySet[HeldChange], **typed: Any
    ) -> HttpResponse | None:
        return self._decide(request, queryset, RELEASE_ALONE, **typed)

    def _decide(
        self,
        request: HttpRequest,
        queryset: Any,
        decision: Decision,
        reason: str,
        marks: dict[int, str],
    ) -> HttpResponse | None:
        """Decide what the page showed; show once more what was changed again since then."""
        done = act_on_each(
            request,
            queryset.undecided().filter(pk__in=marks),
            lambda one: self.verb_of(decision, one)(one, user_of(request), marks[one.pk], reason),
        )
        report_done(request, decision.done, done)
        anew = [one.pk for one in queryset.undecided() if one.mark != marks.get(one.pk)]
        if not anew:
            return None
        rows = queryset.undecided().filter(pk__in=anew)
        return confirmation_page(
            self,
            request,
            rows,
            decision.form(initial=row_marks(rows)),
            action=decision.action,
            describe=format_change,
            **decision.words,
        )
