"""The values of a held change in words: column by column, before and afterwards."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import DateField, Model
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from invitations.admin.list_columns import at_hour
from invitations.models import Answer, HeldChange, Invitation, MemberState, Minister, Rank, Reply
from invitations.outbox.corrections.succession import DelegationChoice, LetterChoice, ReplyChoice
from invitations.text.dates import bracketed, comma_list, format_day, keep_own_order, labelled

OF_SUCCESSION = (
    gettext_lazy("Minister"),
    gettext_lazy("Letter"),
    gettext_lazy("Answer on file"),
    gettext_lazy("Delegation"),
    gettext_lazy("Principal invitation"),
)


# A yes or no that says more under another name.
NAMES_OF_FLAGS = {
    "is_online": gettext_lazy("Manner"),
    "awaits_last_day": gettext_lazy("Last day to reply"),
}


class ChangedValue(NamedTuple):
    name: str
    before: str
    after: str


def changed_names(change: HeldChange) -> list[str]:
    """Return the names alone of what differs, which takes no query."""
    if change.kind == HeldChange.Kind.SUCCESSION:
        return [str(name) for name in OF_SUCCESSION]
    model: Any = change.content_type.model_class()
    return [str(NAMES_OF_FLAGS.get(name) or name_of_column(model, name)) for name in change.changed]


def changed_values(change: HeldChange) -> list[ChangedValue]:
    """Return what differs, under the names that the record's page has."""
    if change.kind == HeldChange.Kind.SUCCESSION:
        return succession_values(change)
    model: Any = change.content_type.model_class()
    said = [change.before or {}, change.after or {}]
    return [
        ChangedValue(called, *(format_value(model, name, values) for values in said))
        for called, name in zip(changed_names(change), change.changed, strict=True)
    ]


def format_value(model: type[Model], name: str, values: Mapping[str, Any]) -> str:
    """Return one of the values as people read it; of a move, its manner and its last day."""
    if name == "is_online" and name in values:
        in_person = pgettext("manner of the Forum", "in person")
        return pgettext("manner of the Forum", "online") if values[name] else in_person
    if name == "awaits_last_day" and name in values:
        if values[name]:
            return pgettext("a last day", "to be announced")
        return format_day(dt.date.fromisoformat(values["reply_before"]) - dt.timedelta(days=1))
    return format_held_value(model, name, values.get(name), values.get("time_zone", ""))


def succession_values(change: HeldChange) -> list[ChangedValue]:
    """Return who leaves and who comes, and what becomes of what is on file."""
    before, said = change.before or {}, change.after or {}
    people = Minister.objects.in_bulk([before["minister"], said["minister"]])
    reply = Reply.objects.filter(pk=said["stands"]).first() if said["stands"] else None
    chosen = said["principal"]
    principal = Invitation.objects.filter(pk=chosen).first() if chosen else None
    old, new = (people.get(values["minister"]) for values in (before, said))
    carried = str(ReplyChoice(said["reply"]).label) if reply else ""
    answer = reply.get_answer_display() if reply else ""
    values = [
        (str(old or ""), str(new or "")),
        ("", str(LetterChoice(said["letter"]).label)),
        (answer, carried or _("there is none")),
        ("", str(DelegationChoice(said["delegation"]).label)),
        (str(old or ""), str(principal or new or "")),
    ]
    return [
        ChangedValue(name, *both) for name, both in zip(changed_names(change), values, strict=True)
    ]


def format_change(change: HeldChange) -> str:
    """Return one line for each value: its name, what it was, and what it is."""
    arrow = pgettext("from before to afterwards", "→")
    lines = [
        labelled(one.name, f" {arrow} ".join(keep_own_order(said or "–") for said in one[1:]))
        for one in changed_values(change)
    ]
    if change.before is None:
        lines.insert(0, _("New: it was never released."))
    return "\n".join(lines)


def name_of_column(model: type[Model], name: str) -> str:
    column: Any = model._meta.get_field(name)
    return capfirst(str(column.verbose_name))


def format_held_value(model: type[Model], name: str, value: Any, zone: str = "") -> str:
    """Return the value as people read it: a choice by its label, a row by its name.

    An hour of an edition is told by its clock, with the name of its zone.
    """
    if value in ("", None, []):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    rows = {"states": MemberState, "original_ranks": Rank}.get(name)
    if rows:
        return comma_list(rows._default_manager.filter(pk__in=value))
    column: Any = model._meta.get_field(name)
    if column.is_relation:
        return str(column.related_model._default_manager.filter(pk=value).first() or value)
    if name == "answers_offered":
        return comma_list(Answer(one).label for one in value)
    if isinstance(value, list):
        return comma_list(value)
    if isinstance(column, DateField):
        return format_day_or_hour(column.to_python(value), zone)
    return str(dict(column.flatchoices).get(value, value))


def format_day_or_hour(at: dt.date, zone: str) -> str:
    if not isinstance(at, dt.datetime):
        return format_day(at)
    return bracketed(at_hour(at, ZoneInfo(zone)), zone) if zone else at_hour(at)
