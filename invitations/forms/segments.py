"""The parts of the High-Level Track on the pages of the desk."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from modeltranslation.utils import build_localized_fieldname

from invitations.models import ForumEdition, Language
from invitations.models.reply import SEGMENTS_IN_USE, last_segment_in_use
from invitations.text.dates import comma_list
from invitations.text.segments import are_lost, own_segments

MOST, LONGEST = 12, 100
TOO_MANY = _("At most %(most)d segments, each of at most %(longest)d signs.")
TWICE = _("A segment stands here twice.")
AS_MANY = _("As many lines as in English: %(number)d.")
OF_ANOTHER = _("The edition of this invitation has these segments: %(segments)s.")


def segments_known() -> list[tuple[str, str]]:
    """Return the segments that some edition offers: another organization has others."""
    called: dict[str, dict[str, None]] = {}
    for edition in ForumEdition.objects.order_by("-opens_on", "-pk"):
        for code, name in edition.segments.items():
            called.setdefault(code, {})[name] = None
    return [(code, " / ".join(names)) for code, names in called.items()]


def refuse_segments_of_another(edition: ForumEdition, chosen: list[str]) -> None:
    """Refuse what another edition offers and this one does not."""
    own = edition.segments
    if not {*chosen} <= own.keys():
        raise ValidationError(OF_ANOTHER, params={"segments": comma_list(own.values()) or "–"})


COLUMNS = [build_localized_fieldname("own_segments", code) for code in Language.values]


def without_new_nothing(edition: ForumEdition, cleaned: dict[str, Any]) -> dict[str, Any]:
    """Return what is on file where nothing stands and nothing was typed: it is no change."""
    empty = [name for name in COLUMNS if name in cleaned and not cleaned[name]]
    return {name: on_file for name in empty if not (on_file := getattr(edition, name))}


def faults_of_own_segments(
    edition: ForumEdition, cleaned: dict[str, Any]
) -> dict[str, ValidationError]:
    """Return what is wrong with the lines of each language, by column."""
    said = {name: [*own_segments(cleaned[name]).values()] for name in COLUMNS if cleaned.get(name)}
    english = said.get("own_segments_en", [])
    faults = {}
    for name, lines in said.items():
        if len(lines) > MOST or max(map(len, lines), default=0) > LONGEST:
            faults[name] = ValidationError(TOO_MANY, params={"most": MOST, "longest": LONGEST})
        elif len(set(lines)) < len(lines):
            faults[name] = ValidationError(TWICE)
        elif len(lines) != len(english):
            faults[name] = ValidationError(AS_MANY, params={"number": len(english)})
    typed = {name: said.get(name, []) for name in COLUMNS if name in cleaned}
    return faults | (faults_of_lines_in_use(edition, typed) if edition.pk else {})


def faults_of_lines_in_use(
    edition: ForumEdition, typed: dict[str, list[str]]
) -> dict[str, ValidationError]:
    """Return a fault for each column in which lines that are named are gone, or moved."""
    used = last_segment_in_use(edition)
    return {
        name: ValidationError(SEGMENTS_IN_USE)
        for name, lines in typed.items()
        if are_lost(name, getattr(edition, name) or "", lines, used)
    }
