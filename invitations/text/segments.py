"""The parts of the High-Level Track: the usual ones, or an edition's own in their place."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class Segment(models.TextChoices):
    """The parts of the High-Level Track that are usual."""

    OPENING = "opening", _("opening segment")
    DIALOGUES = "dialogues", _("interactive policy sessions")
    ROUND_TABLE = "round_table", _("Ministerial Round Table")
    PRIZES = "prizes", _("WSIS Prizes ceremony")
    NETWORKING = "networking", _("high-level networking programme")


def all_segments() -> list[str]:
    return list(Segment.values)


def validate_segments(values: Any) -> None:
    if not isinstance(values, list) or set(values) - set(Segment.values):
        raise ValidationError(_("Choose among the segments that exist."))


def own_segments(lines: str) -> dict[str, str]:
    """Return an edition's own parts by their codes, which say on which line each stands."""
    named = filter(None, map(str.strip, lines.splitlines()))
    return {f"part_{number}": name for number, name in enumerate(named, 1)}


def segments_of(own: str, usual: Iterable[str]) -> dict[str, str]:
    """Return the parts by their codes, in the active language: its own, else the usual ones."""
    return own_segments(own) or {code: str(Segment(code).label) for code in usual}


def segment_called(code: str, own: str) -> str:
    """Return the part's name; a usual one that was chosen before keeps its own.

    Empty if the edition has no such part, or none that a second person released yet.
    """
    if code in Segment.values:
        return str(Segment(code).label)
    return own_segments(own).get(code, "")


def are_lost(column: str, on_file: str, typed: list[str], used: int) -> bool:
    """Whether one of the ``used`` lines would be gone, or stand on another line of the column.

    Answers name lines by their number: they would be another segment's.
    """
    if column == "own_segments_en" and len(typed) < used:
        return True
    named = [*own_segments(on_file).values()][:used]
    return any(name in typed and typed[at : at + 1] != [name] for at, name in enumerate(named))
