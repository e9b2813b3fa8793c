"""Formal addresses: courtesy, name and State, as on the envelope and in the salutation."""

from string import Template
from typing import NamedTuple

from django.utils import translation

from invitations.letters.released import Held, form_on_file
from invitations.models import Circular, Language, Minister


class FormalAddress(NamedTuple):
    """The forms by which a letter in one language addresses one person."""

    name: str
    lines: list[str]
    salutation: str
    closing: str


def formal_address(minister: Minister, language: str, held: Held = ()) -> FormalAddress:
    """Return the addressee's block, the salutation and the closing, by the forms of address.

    The State's name stands alone on the last line. A pre-nominal replaces the title; in Chinese,
    title and courtesy follow the name, and State and function stand before it. The minister's
    fields "as printed" win over the table, whose ``held`` changes are left out.
    """
    form = form_on_file(language, **minister.addressed_by, held=held)
    courtesy = minister.honorific or form.courtesy
    title = titled(form.title, minister.prenominal)
    name = minister.name_in(language)
    styled = minister.name_as_printed or styled_name(language, courtesy, title, name)
    state = minister.member_state.name_on_paper(language)
    family_name = minister.family_name_in(language) or name
    lines = [line for line in (styled, minister.portfolio, state) if line]
    words = {"title": title, "name": name, "family_name": family_name}
    return FormalAddress(
        name=styled,
        lines=lines[::-1] if language == Language.CHINESE else lines,
        salutation=minister.salutation_as_printed or Template(form.salutation).substitute(words),
        closing=minister.closing_as_printed or Template(form.closing).substitute(words),
    )


def collective_address(circular: Circular, language: str) -> FormalAddress:
    """Return the address of all ministers alike, with the forms for a person without a name."""
    form = form_on_file(language, held=(), **circular.addressed_by)
    with translation.override(language):
        line = circular.addressed_to
    return FormalAddress(line, [line], form.salutation, form.closing)


def titled(title: str, prenominal: str) -> str:
    """Return the title, or the pre-nominal in its place after the same article: el Sr., el Dr."""
    article, _space, _noun = title.rpartition(" ")
    return f"{article} {prenominal}".strip() if prenominal else title


def styled_name(language: str, courtesy: str, title: str, name: str) -> str:
    if not name:
        return ""
    if language == Language.CHINESE:
        return f"{name}{title}{courtesy}"
    return " ".join(part for part in (courtesy, title, name) if part)
