"""The lines of a record's history page: acts, with person and reason, and changed fields."""

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.db.models import Model
from django.utils.translation import gettext as _

from invitations.audit import Act
from invitations.models import Delivery, Letter, LetterEvent
from invitations.text.dates import comma_list, keep_own_order, labelled, running_text


class HistoryLine(NamedTuple):
    """One line of the history; ``fields`` are (name, before, afterwards)."""

    at: dt.datetime
    who: str
    what: str
    fields: list[tuple[str, str, str]]


def history_lines(row: Model, may_read: Callable[[type[Model]], bool]) -> list[HistoryLine]:
    """Return what happened to the record, the newest first.

    Events and addresses are told, as on the record's page, to those who may read their own lists.
    """
    entries = LogEntry.objects.get_for_object(row).select_related("actor")
    lines = [line_of_entry(entry) for entry in entries]
    if isinstance(row, Letter | Delivery) and may_read(LetterEvent):
        events = row.events.select_related("actor", "delivery").order_by("-at", "-pk")
        names_delivery = isinstance(row, Letter) and may_read(Delivery)
        lines += [line_of_event(event, names_delivery=names_delivery) for event in events]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def line_of_entry(entry: Any) -> HistoryLine:
    said = entry.additional_data or {}
    who = str(entry.actor or said.get("named") or entry.actor_email or _("the machine"))
    is_new = entry.action == LogEntry.Action.CREATE
    # A new row shows its fields by itself.
    fields = [] if is_new else changed_fields(entry)
    return HistoryLine(
        entry.timestamp, who, format_act(entry) or (_("made") if is_new else ""), fields
    )


def changed_fields(entry: Any) -> list[tuple[str, str, str]]:
    """Return (name, before, afterwards) of each field that changed."""
    sets = {name: said for name, said in entry.changes_dict.items() if isinstance(said, dict)}
    if not sets:
        return [changed_field(*change) for change in entry.changes_display_dict.items()]
    model = entry.content_type.model_class()
    return [
        members_changed(model._meta.get_field(name).verbose_name, said)
        for name, said in sets.items()
    ]


def members_changed(name: object, said: dict[str, Any]) -> tuple[str, str, str]:
    """Return what was taken from a set of rows, as before, or was given to it, as afterwards."""
    members = comma_list(said["objects"])
    return (str(name), "", members) if said["operation"] == "add" else (str(name), members, "")


def format_act(entry: Any) -> str:
    """Say what was done, and why; empty for a change of fields alone."""
    said = entry.additional_data or {}
    act = said.get("act", "")
    return with_reason(str(dict(Act.choices).get(act, act)), said.get("reason", ""))


def changed_field(name: object, values: list[str]) -> tuple[str, str, str]:
    before, after = ("" if value == "None" else value for value in values)
    return str(name), before, after


def line_of_event(event: LetterEvent, *, names_delivery: bool) -> HistoryLine:
    """Return the line of an event; in a letter's history it names the delivery."""
    delivery = event.delivery if names_delivery else None
    to = (delivery.address or delivery.get_channel_display()) if delivery else ""
    state = comma_list([event.get_state_display(), to])
    words = running_text([event.why, event.server_words])
    return HistoryLine(
        event.at, str(event.actor or _("the machine")), with_reason(state, words), []
    )


def with_reason(what: str, reason: str) -> str:
    return labelled(what, keep_own_order(reason)) if reason else what
