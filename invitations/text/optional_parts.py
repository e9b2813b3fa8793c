"""Marks: ``[[… $contact_fax …]]``, which fall away as a whole if a placeholder in them is empty."""

import re
from collections.abc import Callable, Iterable, Mapping
from string import Template
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from invitations.text.lines import is_blank

# Of three brackets in a row the outer two are the mark's: [[[$website]($website)]].
SIGN = re.compile(r"\[\[|\]\](?!\])")
MARK = re.compile(r"\[\[(.*?)\]\](?!\])", re.DOTALL)
# Stands where a mark fell away, until its line is put right; no text that was typed holds it.
FALLEN = "\0"
# Signs of a quotation, of a list or of stress, which are nothing without their words.
BARE = re.compile(r"[\s>*+-]*")

NESTED = _("Line %(line)s: [[ opens again before ]]. One mark cannot stand in another.")
NOT_OPENED = _("Line %(line)s: ]] closes what no [[ has opened.")
NOT_CLOSED = _("Line %(line)s: [[ is never closed. Write ]] where the part ends.")
NOTHING_IN_IT = _(
    "Line %(line)s: there is no placeholder between [[ and ]], so nothing decides whether the part"
    " stays."
)
LONE_BRACKET = _(
    "Line %(line)s: a bracket between [[ and ]] has no counterpart, and would be printed."
)
HAS_TO_STAY = _(
    "Line %(line)s: $%(name)s has to stand in each letter, so it cannot stand between [[ and ]]."
)


def mark_faults(text: str, wanted: set[str]) -> list[ValidationError]:
    """Return the faults of a text's marks, in order; what is ``wanted`` may not fall away."""
    faults: list[ValidationError] = []
    opened = None
    for sign in SIGN.finditer(text):
        if sign.group() == "[[":
            faults += [fault_at(NESTED, text, sign.start())] if opened else []
            opened = sign
        elif opened is None:
            faults.append(fault_at(NOT_OPENED, text, sign.start()))
        else:
            faults += faults_inside(text, opened.end(), sign.start(), wanted)
            opened = None
    return [*faults, *([fault_at(NOT_CLOSED, text, opened.start())] if opened else [])]


def faults_inside(text: str, start: int, end: int, wanted: set[str]) -> list[ValidationError]:
    inside = text[start:end]
    names = identifiers(inside)
    if not names:
        return [fault_at(NOTHING_IN_IT, text, start)]
    if inside.count("[") != inside.count("]"):
        return [fault_at(LONE_BRACKET, text, start)]
    return [
        fault_at(HAS_TO_STAY, text, found.start(), name=name)
        for name in sorted(names & wanted)
        for found in [re.compile(rf"\$\{{?{name}\b").search(text, start)]
        if found
    ]


def fault_at(said: Any, text: str, at: int, **params: str) -> ValidationError:
    line = len(text[: at + 1].splitlines())
    return ValidationError(said, params={"line": line, **params})


def identifiers(text: str) -> set[str]:
    """Return the placeholders in the valid lines of a text; invalid lines are refused elsewhere."""
    lines = [Template(line) for line in text.splitlines()]
    return {name for line in lines if line.is_valid() for name in line.get_identifiers()}


def identifiers_in_marks(text: str) -> set[str]:
    return {name for mark in MARK.finditer(text) for name in identifiers(mark[1])}


def without_marks(text: str) -> str:
    """Return what of the text stands in each letter, with a sign where a part may fall away."""
    return MARK.sub(FALLEN, text)


def fill_marked(text: str, words: Mapping[str, str], fill: Callable[[str], str | None]) -> str:
    """Return the text filled line by line, without marks that have an empty placeholder.

    A line goes with its line break if nothing is left of it, or if ``fill`` returns None.
    """
    kept = MARK.sub(
        lambda mark: FALLEN if any(is_blank(words[n]) for n in identifiers(mark[1])) else mark[1],
        text,
    )
    lines = (mended(line) for line in kept.split("\n"))
    return "\n".join(closed_up(None if line is None else fill(line) for line in lines))


def mended(line: str) -> str | None:
    """Return the line without the gaps of what fell away; None if nothing else was in it."""
    if FALLEN not in line:
        return line
    if BARE.fullmatch(line.replace(FALLEN, "")):
        return None
    line = re.sub(rf"^(?:{FALLEN} *)+", "", line)
    return re.sub(rf" ?{FALLEN}(?=[ .,،]|$)", "", line).replace(FALLEN, "")


def closed_up(lines: Iterable[str | None]) -> list[str]:
    """Return the lines that stay; two empty lines, or a line break at an end, become one end."""
    kept: list[str] = []
    gap = False
    for line in [*lines, ""]:
        if line is None:
            gap = True
            continue
        if gap and not line.strip():
            if not kept or not kept[-1].strip():
                continue
            kept[-1] = kept[-1].removesuffix("\\")
        gap = False
        kept.append(line)
    return kept[:-1] if not gap else kept
