"""The list of speakers: the place of each State in its session."""

import functools
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from delegations.admin.base import StandingFilter, StandingMixin
from delegations.admin.programme import SessionField, warn_of_what_does_not_fit
from delegations.admin.turns import describe_neighbours
from delegations.models import Delegation, HighLevelSession, SpeakingSlot
from delegations.programme.speakers import (
    APART,
    HAS_A_PLACE,
    HEARD_ALREADY,
    OF_ANOTHER_EDITION,
    move_to_end,
    next_place,
    place_speaker,
    reason_not_to_add_speakers,
    statement_of_slot,
    swap_speakers,
)
from invitations.admin.base import Menu, ModelAdmin
from invitations.admin.confirming import act_on_each, confirmed, report_done
from invitations.admin.exports import TakenOutMixin
from invitations.forms.action_forms import ReasonForm
from invitations.forms.model_forms import WholeRowForm
from invitations.forms.stale_form import lock_rows
from invitations.text.dates import comma_list, labelled


class SpeakingSlotForm(WholeRowForm):
    """A place on the list of speakers: a taken one may be given, and a move says why."""

    # Whoever stands in the place makes room: ``place_speaker``.
    unchecked = frozenset({"position"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "position" not in self.fields:
            return
        self.fields["position"].validators.append(MaxValueValidator(APART - 1))
        if self.instance.pk is None:
            for name, told in LEFT_EMPTY.items():
                self.fields[name].required, self.fields[name].help_text = False, told
            self.initial.pop("minutes", None)

    def lock(self) -> None:
        """Lock all sessions of the edition: two people never give one State two places."""
        chosen = {self.instance.session_id, getattr(self.cleaned_data.get("session"), "pk", None)}
        editions = HighLevelSession.objects.filter(pk__in=chosen - {None}).values("edition")
        sessions = HighLevelSession.objects.filter(edition__in=editions)
        lock_rows(HighLevelSession, sessions.values_list("pk", flat=True))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        session, delegation = cleaned.get("session"), cleaned.get("delegation")
        if session and delegation:
            self.refuse_misplaced(session, delegation)
        if self.moves and self.instance.heard_at:
            self.add_error(None, HEARD_ALREADY)
        if self.moves and not ("move_reason" in self.changed_data and cleaned.get("move_reason")):
            self.add_error("move_reason", _("Say why the speaker is moved."))
        if session and self.instance.pk is None:
            self.fill_in(session, cleaned)
        return cleaned

    def refuse_misplaced(self, session: HighLevelSession, delegation: Delegation) -> None:
        """Refuse a session of another edition or called off, and a second place of one State."""
        if session.edition_id != delegation.edition_id:
            self.add_error("delegation", OF_ANOTHER_EDITION)
        if "session" in self.changed_data and (reason := reason_not_to_add_speakers(session)):
            self.add_error("session", reason)
        others = delegation.slots.in_public_sessions().exclude(pk=self.instance.pk)
        if {"session", "delegation"} & {*self.changed_data} and others.exists():
            self.add_error("delegation", HAS_A_PLACE)

    @property
    def moves(self) -> bool:
        """Whether a speaker who has a place already is to have another one."""
        return bool(self.instance.pk and {"session", "position"} & {*self.changed_data})

    def fill_in(self, session: HighLevelSession, cleaned: dict[str, Any]) -> None:
        if cleaned.get("position", "") is None:
            cleaned["position"] = next_place(session)
        if cleaned.get("minutes", "") is None:
            cleaned["minutes"] = session.edition.speaking_minutes


LEFT_EMPTY = {
    "position": gettext_lazy("Left empty: after the last speaker of the session."),
    "minutes": gettext_lazy("Left empty: as many as the edition gives a statement."),
}


class HeardFilter(admin.SimpleListFilter):
    """Whether the State has spoken, as it was noted in the room."""

    title = gettext_lazy("has spoken")
    parameter_name = "heard"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("Not yet"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        if self.value() is None:
            return None
        return queryset.filter(heard_at__isnull=self.value() == "no")


class ToTellFilter(admin.SimpleListFilter):
    """Who was moved while everybody could read the list, until somebody reaches the office."""

    title = gettext_lazy("moved, office not reached since")
    parameter_name = "to_inform"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any] | None:
        return queryset.to_inform(timezone.now()) if self.value() == "yes" else None


class MoveSpeakerForm(ReasonForm):
    session = SessionField(label=gettext_lazy("High-level session"), widget=UnfoldAdminSelectWidget)
    field_order = ["session"]


def in_their_order(slots: QuerySet[SpeakingSlot]) -> QuerySet[SpeakingSlot]:
    joined = ("session__edition", "delegation__edition", "delegation__member_state")
    return slots.select_related(*joined).order_by("session", "position")


def format_place(_page: ModelAdmin, slot: Any) -> str:
    """Say the session, and the number that readers of the list see; none of who speaks no more."""
    number = labelled(_("Number on the list"), slot.number) if slot.comes else ""
    return comma_list([slot.session, number])


def reason_not_to_move(slot: SpeakingSlot) -> str:
    return str(HEARD_ALREADY) if slot.heard_at else ""


def session_of_first(slots: QuerySet[SpeakingSlot]) -> dict[str, Any]:
    first = in_their_order(slots).first()
    return {"session": first.session_id} if first else {}


def of_two(act: Callable[..., Any]) -> Callable[..., Any]:
    """Refuse the action before it asks, unless two rows are chosen."""

    @functools.wraps(act)
    def action(page: Any, request: HttpRequest, queryset: QuerySet[SpeakingSlot]) -> Any:
        if queryset.count() == 2:
            return act(page, request, queryset)
        messages.error(request, _("Choose two speakers: each takes the other’s place."))
        return None

    return action


def report_whom_to_call(request: HttpRequest, slots: Any) -> None:
    """Say that no mail tells the offices of these moves, where they could read the list before."""
    if slots.to_inform(timezone.now()).exists():
        messages.info(request, NO_MAIL_TELLS)


NO_MAIL_TELLS = gettext_lazy(
    "The list is public, and no mail tells of the move: please telephone the office, and note the"
    " call. Until then the overview counts the speaker."
)
MOVED = ngettext_lazy("%(count)s speaker is moved.", "%(count)s speakers are moved.", "count")


@admin.register(SpeakingSlot)
class SpeakingSlotAdmin(TakenOutMixin, StandingMixin):
    form = SpeakingSlotForm
    menu = (Menu.FORUM, 6, "format_list_numbered")
    when_empty = gettext_lazy("The list of speakers is empty: add a slot for each statement.")
    list_display = [
        "number",
        "delegation",
        "speaker",
        "language",
        "session",
        "move_reason",
        "stands",
        "heard",
    ]
    actions = ["move_selected", "swap_selected"]
    list_display_links = ["number", "delegation"]
    list_filter = ["session__edition", "session", StandingFilter, HeardFilter, ToTellFilter]
    list_select_related = [
        "session",
        "delegation__edition",
        "delegation__member_state",
        "delegation__statement",
    ]
    search_fields = [
        "delegation__member_state__iso3__called",
        "session__title_en",
    ]
    fields = ["delegation", "session", ("position", "minutes"), "move_reason"]
    readonly_fields = ["number", "neighbours"]
    autocomplete_fields = ["session", "delegation"]

    def get_fields(self, request: HttpRequest, obj: SpeakingSlot | None = None) -> Any:
        """Show of a place that is there its number on the list, and its neighbours."""
        fields = super().get_fields(request, obj)
        return ["number", *fields, "neighbours"] if obj else fields

    @display(description=gettext_lazy("who speaks before and after"))
    def neighbours(self, slot: SpeakingSlot) -> str:
        return describe_neighbours(slot)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SpeakingSlot]:
        slots: Any = super().get_queryset(request)
        numbered: QuerySet[SpeakingSlot] = slots.numbered()
        return numbered

    @display(description=gettext_lazy("No."))
    def number(self, slot: Any) -> int | None:
        """Return the number that readers of the list see; none of who speaks no more."""
        return slot.number if slot.comes else None

    @display(description=gettext_lazy("speaker"))
    def speaker(self, slot: SpeakingSlot) -> str:
        """Return whom the statement names; an office may have named nobody yet."""
        statement = statement_of_slot(slot)
        return comma_list([statement.speaker_name, statement.speaker_function]) if statement else ""

    @display(description=gettext_lazy("language"))
    def language(self, slot: SpeakingSlot) -> str:
        statement = statement_of_slot(slot)
        return statement.language_in_words if statement else ""

    @display(description=gettext_lazy("has spoken"), boolean=True, ordering="heard_at")
    def heard(self, slot: SpeakingSlot) -> bool:
        return slot.heard_at is not None

    @action(description=gettext_lazy("Move to the end of a session"), permissions=["change"])
    @confirmed(
        title=gettext_lazy("Move to the end of a session"),
        explanation=gettext_lazy(
            "In this order they speak after all others of the session: of their own, if they come "
            "late, or of another one. If the list is public, it shows that at once."
        ),
        form=MoveSpeakerForm,
        initial=session_of_first,
        rows=in_their_order,
        describe=format_place,
        why_not=reason_not_to_move,
    )
    def move_selected(
        self,
        request: HttpRequest,
        queryset: QuerySet[SpeakingSlot],
        session: HighLevelSession,
        reason: str,
    ) -> None:
        slots = in_their_order(queryset)
        done = act_on_each(request, slots, lambda one: move_to_end(one, session, reason))
        report_done(request, MOVED, done)
        warn_of_what_does_not_fit(request, session)
        report_whom_to_call(request, queryset)

    @action(description=gettext_lazy("Swap two speakers"), permissions=["change"])
    @of_two
    @confirmed(
        title=gettext_lazy("Swap two speakers"),
        explanation=gettext_lazy(
            "Each takes the other’s place. If the list is public, it shows that at once."
        ),
        form=ReasonForm,
        rows=in_their_order,
        describe=format_place,
        why_not=reason_not_to_move,
    )
    def swap_selected(
        self, request: HttpRequest, queryset: QuerySet[SpeakingSlot], reason: str
    ) -> None:
        one, other = in_their_order(queryset)
        act_on_each(request, [one], lambda _one: swap_speakers(one, other, reason))
        for session in {one.session, other.session}:
            warn_of_what_does_not_fit(request, session)
        report_whom_to_call(request, queryset)

    def save_model(
        self, request: HttpRequest, obj: SpeakingSlot, form: forms.ModelForm, change: bool
    ) -> None:
        place_speaker(obj)
        warn_of_what_does_not_fit(request, obj.session)
        report_whom_to_call(request, SpeakingSlot.objects.filter(pk=obj.pk))
