"""The sessions of the High-Level Track, and whether their list of speakers is public."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget

from delegations.models import HighLevelSession, PolicyStatement
from delegations.programme.sessions import (
    approve_session,
    publish_speakers,
    reason_not_to_publish,
    reason_not_to_unpublish,
    unpublish_speakers,
)
from delegations.programme.speakers import what_does_not_fit
from invitations.admin.base import Menu, language_tabs, user_of
from invitations.admin.confirming import act_on_each, confirmed, report_done
from invitations.admin.exports import TakenOutMixin
from invitations.admin.list_columns import hour_by_its_edition
from invitations.admin.mixins import ApprovedByTwoFilter, ApprovedByTwoMixin
from invitations.admin.outbox.calendars import SegmentFilter, segment_shown
from invitations.forms.action_forms import ReasonForm
from invitations.forms.fields import HourOfEditionField
from invitations.forms.model_forms import WholeRowForm
from invitations.forms.segments import segments_known
from invitations.models import ForumEdition
from invitations.text.dates import bracketed, comma_list, left_to_right

PUBLISHED = ngettext_lazy("%(count)s list is public.", "%(count)s lists are public.", "count")
UNPUBLISHED = ngettext_lazy(
    "%(count)s list is not public any more.", "%(count)s lists are not public any more.", "count"
)


class SessionField(forms.ModelChoiceField):
    """A session that takes place, told with its edition: the newest comes first."""

    def __init__(self, **named: Any) -> None:
        sessions = HighLevelSession.objects.public().select_related("edition")
        super().__init__(sessions.order_by("-edition__opens_on", "starts_at", "pk"), **named)

    def label_from_instance(self, session: Any) -> str:
        return comma_list([session, session.edition])


class SessionForm(WholeRowForm):
    """A session: of a segment of its edition, by whose clock hours are typed and shown."""

    segment = forms.ChoiceField(
        label=capfirst(gettext_lazy("segment")),
        choices=segments_known,
        widget=UnfoldAdminSelectWidget,
    )
    starts_at = HourOfEditionField(label=capfirst(gettext_lazy("starts at")))
    ends_at = HourOfEditionField(label=capfirst(gettext_lazy("ends at")))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        edition = self.edition_named()
        if edition and "segment" in self.fields:
            offer(cast("forms.ChoiceField", self.fields["segment"]), edition, self.instance)
        for name in {"starts_at", "ends_at"} & self.fields.keys():
            field = cast("HourOfEditionField", self.fields[name])
            field.by_the_clock_of(edition)

    def edition_named(self) -> ForumEdition | None:
        """Return the edition that is chosen, else that of the session."""
        chosen = str(self.data.get(self.add_prefix("edition"), self.initial.get("edition", "")))
        named = ForumEdition.objects.filter(pk=chosen) if chosen.isdecimal() else None
        return named.first() if named else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "edition" in self.changed_data and self.instance.pk and self.instance.slots.exists():
            self.add_error("edition", HAS_SPEAKERS)
        return cleaned


def offer(field: forms.ChoiceField, edition: ForumEdition, session: HighLevelSession) -> None:
    """Offer the edition's segments, beside the one that the session has."""
    named = {session.segment: session.segment_name or session.segment} if session.pk else {}
    field.choices = [(code, capfirst(name)) for code, name in (named | edition.segments).items()]


HAS_SPEAKERS = gettext_lazy(
    "The session stays in its edition: its speakers are delegations of this edition."
)


BEGINS = hour_by_its_edition("starts_at", gettext_lazy("starts at"))
ENDS = hour_by_its_edition("ends_at", gettext_lazy("ends at"))


@admin.register(HighLevelSession)
class HighLevelSessionAdmin(TakenOutMixin, ApprovedByTwoMixin):
    form = SessionForm
    menu = (Menu.FORUM, 5, "podium")
    when_empty = gettext_lazy("Add the sessions of the High-Level Track: statements are put there.")
    list_display = [
        "title",
        segment_shown,
        BEGINS,
        ENDS,
        "room",
        "seats",
        "is_called_off",
        "approved",
    ]
    actions = ["approve_selected", "publish", "unpublish"]
    list_filter = ["edition", SegmentFilter, "is_called_off", ApprovedByTwoFilter]
    list_select_related = ["edition", "first_approver", "second_approver"]
    readonly_fields = ["approved", segment_shown, BEGINS, ENDS]
    shown_to_readers = {"segment": segment_shown, "starts_at": BEGINS, "ends_at": ENDS}
    search_fields = ["title_en", "title_fr", "room", "chair"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("edition", "segment"),
                    # Each is a day and an hour: two of them are wider than the page.
                    "starts_at",
                    "ends_at",
                    ("room", "seats"),
                    "chair",
                    "is_called_off",
                    "approved",
                ],
                "description": gettext_lazy(
                    "Calendars of those who come, and the public one, have a session’s hours once "
                    "two people have approved it. A change needs their approval again; until then "
                    "calendars keep what was approved last."
                ),
            },
        ),
        *language_tabs("title"),
    ]

    def approve(self, request: HttpRequest, text: HighLevelSession, mark: str) -> None:
        approve_session(text, user_of(request), mark)

    def describe(self, text: HighLevelSession) -> str:
        """Return what calendars will say, for who approves it."""
        zone = text.edition.zone
        hours = [left_to_right(f"{at.astimezone(zone):%Y-%m-%d %H:%M}") for at in hours_of(text)]
        on_its_clock = bracketed(" – ".join(hours), text.edition.time_zone_name)
        off = _("called off") if text.is_called_off else ""
        return "\n".join(filter(None, [text.segment_name, on_its_clock, text.room, off]))

    def save_model(
        self, request: HttpRequest, obj: HighLevelSession, form: forms.ModelForm, change: bool
    ) -> None:
        """Drop both approvals if the session changes; calendars keep what was approved last."""
        if form.changed_data:
            obj.drop_approvals()
        super().save_model(request, obj, form, change)
        warn_of_what_does_not_fit(request, obj)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, ...]:
        """Keep what calendars have, or a statement prefers: a session is called off instead."""
        found, counts, lacking, protected = super().get_deleted_objects(objs, request)
        preferred = preferred_among(objs)
        told = [
            said % {"session": one}
            for one in objs
            for said, holds in ((IN_CALENDARS, one.hours_id), (PREFERRED, one.pk in preferred))
            if holds
        ]
        return found, counts, lacking, [*protected, *told]

    @action(description=gettext_lazy("Publish the list of speakers"), permissions=["change"])
    @confirmed(
        title=gettext_lazy("Publish the list of speakers"),
        explanation=gettext_lazy(
            "Everybody can read the list of these sessions’ edition on the public page from now "
            "on, and machines too. Whoever is inscribed or taken off later is shown at once."
        ),
        why_not=reason_not_to_publish,
    )
    def publish(self, request: HttpRequest, queryset: QuerySet[HighLevelSession]) -> None:
        editions = ForumEdition.objects.filter(pk__in=queryset.values("edition"))
        user = user_of(request)
        done = act_on_each(request, editions, lambda one: publish_speakers(one, user))
        report_done(request, PUBLISHED, done)

    @action(
        description=gettext_lazy("Take the list of speakers from the public page"),
        permissions=["change"],
    )
    @confirmed(
        title=gettext_lazy("Take the list of speakers from the public page"),
        explanation=gettext_lazy(
            "Nobody outside can read the list of these sessions’ edition from now on. To publish "
            "it again, choose “Publish the list of speakers” here."
        ),
        form=ReasonForm,
        why_not=reason_not_to_unpublish,
    )
    def unpublish(
        self, request: HttpRequest, queryset: QuerySet[HighLevelSession], reason: str
    ) -> None:
        editions = ForumEdition.objects.filter(pk__in=queryset.values("edition"))
        user = user_of(request)
        done = act_on_each(request, editions, lambda one: unpublish_speakers(one, user, reason))
        report_done(request, UNPUBLISHED, done)


IN_CALENDARS = gettext_lazy("%(session)s: calendars have it; call it off instead.")
PREFERRED = gettext_lazy("%(session)s: a statement prefers it; call it off instead.")


def preferred_among(sessions: Iterable[HighLevelSession]) -> set[int | None]:
    """Return the keys of those that a statement prefers, first or second."""
    keys = [one.pk for one in sessions]
    chosen = PolicyStatement.objects.filter(Q(first_choice__in=keys) | Q(second_choice__in=keys))
    return {key for pair in chosen.values_list("first_choice", "second_choice") for key in pair}


def warn_of_what_does_not_fit(request: HttpRequest, session: HighLevelSession) -> None:
    for sentence in what_does_not_fit(session):
        messages.warning(request, sentence)


def hours_of(session: HighLevelSession) -> tuple[dt.datetime, dt.datetime]:
    return session.starts_at, session.ends_at
