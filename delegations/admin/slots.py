"""The list of speakers: the place of each State in its session."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from delegations.admin.base import StandingFilter, StandingMixin
from delegations.admin.programme import warn_of_what_does_not_fit
from delegations.admin.turns import neighbours_told
from delegations.models import Delegation, HighLevelSession, SpeakingSlot
from delegations.programme.inscribing import HAS_A_PLACE
from delegations.programme.speakers import APART, next_place, place_speaker
from invitations.admin.base import Menu
from invitations.admin.taking_out import TakenOutMixin
from invitations.forms.model_forms import WholeRowForm
from invitations.forms.seen import lock_rows
from invitations.text.dates import comma_list


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
        if self.moves and not (
            "moved_because" in self.changed_data and cleaned.get("moved_because")
        ):
            self.add_error("moved_because", _("Say why the speaker is moved."))
        if session and self.instance.pk is None:
            self.fill_in(session, cleaned)
        return cleaned

    def refuse_misplaced(self, session: HighLevelSession, delegation: Delegation) -> None:
        """Refuse a session of another edition, and a second place of one State."""
        if session.edition_id != delegation.edition_id:
            self.add_error("delegation", OF_ANOTHER_EDITION)
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


OF_ANOTHER_EDITION = gettext_lazy("This delegation is of another edition than the session.")
LEFT_EMPTY = {
    "position": gettext_lazy("Left empty: after the last speaker of the session."),
    "minutes": gettext_lazy("Left empty: as many as the edition gives a statement."),
}


@admin.register(SpeakingSlot)
class SpeakingSlotAdmin(TakenOutMixin, StandingMixin):
    form = SpeakingSlotForm
    menu = (Menu.FORUM, 6, "format_list_numbered")
    when_empty = gettext_lazy("The list of speakers is empty: add a slot for each statement.")
    list_display = [
        "number",
        "delegation",
        "speaker",
        "session",
        "position",
        "minutes",
        "moved_because",
        "stands",
    ]
    list_display_links = ["number", "delegation"]
    list_filter = ["session__edition", "session", StandingFilter]
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
    fields = ["delegation", "session", ("position", "minutes"), "moved_because"]
    readonly_fields = ["neighbours"]
    autocomplete_fields = ["session", "delegation"]

    def get_fields(self, request: HttpRequest, obj: SpeakingSlot | None = None) -> Any:
        """Show the neighbours of a place that is there."""
        fields = super().get_fields(request, obj)
        return [*fields, "neighbours"] if obj else fields

    @display(description=gettext_lazy("who speaks before and after"))
    def neighbours(self, slot: SpeakingSlot) -> str:
        return neighbours_told(slot)

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
        statement = getattr(slot.delegation, "statement", None)
        return comma_list([statement.speaker_name, statement.speaker_function]) if statement else ""

    def save_model(
        self, request: HttpRequest, obj: SpeakingSlot, form: forms.ModelForm, change: bool
    ) -> None:
        place_speaker(obj)
        warn_of_what_does_not_fit(request, obj.session)
