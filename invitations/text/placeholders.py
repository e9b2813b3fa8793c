"""The placeholders of letter templates: their meaning, their use, and checks of both."""

import re
from difflib import get_close_matches
from string import Template
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# What each placeholder stands for, in the order in which a letter uses them.
PLACEHOLDER_MEANINGS = {
    "salutation": _("the opening, from the form of address"),
    "closing": _("the closing, from the form of address"),
    "minister": _("courtesy and name of the addressee"),
    "portfolio": _("the addressee’s function"),
    "member_state": _("the State’s name, as it stands alone on a line"),
    "forum": _("name of the edition"),
    "forum_in_full": _("name of the edition, without short forms"),
    "forum_dates": _("first and last day of the forum"),
    "place": _("where the forum is held"),
    "city": _("city and country where the forum is held"),
    "theme": _("theme of the edition"),
    "background": _("background of the edition, whole sentences"),
    "organization": _("the inviting organization"),
    "secretariat": _("the secretariat of the organization, as it opens a sentence"),
    "organizers": _("who organizes the forum together"),
    "track_dates": _("days of the High-Level Track"),
    "segments": _("parts of the High-Level Track, as a list"),
    "reply_before": _("the date before which to reply"),
    "last_day": _("the last day to reply, its last minute and the time zone"),
    "reply_link": _("the office’s own link"),
    "reply_code": _("the office’s own code"),
    "code_page": _("the page that takes the code"),
    "partnership_link": _("page on partnership packages"),
    "consultation_link": _("page of the open consultation"),
    "registration_link": _("page on which delegates register"),
    "statements_link": _("page on policy statements"),
    "website": _("website of the edition"),
    "contact_name": _("the contact, with honorific"),
    "contact_phone": _("telephone of the contact"),
    "contact_fax": _("fax of the contact"),
    "contact_email": _("e-mail of the contact"),
    "reference": _("reference of the circular"),
    "dated_on": _("date printed on the letter"),
    "signatory": _("who signs"),
    "signatory_title": _("title of who signs"),
    "signatory_called": _("who signs, with honorific, in running text"),
    "replaced_reference": _("reference of the letter it refers to"),
    "replaced_on": _("date of the letter it refers to"),
    "changes": _("what changes, whole sentences of the circular"),
    "to_mission": _("to the mission or post, with State and seat: to the Permanent Mission of …"),
    "to_mission_short": _("to the mission or post, once more: to the Permanent Mission"),
    "covered": _("the addressees of the letters it covers, a paragraph to each"),
    "recorded": _("the recorded reply, a line to each point"),
    "received_at": _("when the reply was received"),
}
PLACEHOLDERS = set(PLACEHOLDER_MEANINGS)
# The placeholders of a form of address.
COURTESY_PLACEHOLDERS = {"title", "name", "family_name"}
# The placeholders of the terms that have any; the other terms are printed as they are.
TERM_PLACEHOLDERS = {"page": {"page", "pages"}, "check_at": {"page"}}

ANSWERABLE = {"reply_before", "last_day", "reply_link", "reply_code"}
ON_PAPER = {"salutation", "closing", "reply_before"}
# The placeholders that a text must have. On paper, link and code stand in a box of their own, and
# the last day does where the text does not name it.
REQUIRED: dict[str, dict[str, set[str]]] = {
    "invitation": {"paper": ON_PAPER, "mail": ANSWERABLE},
    "replacement": {
        "paper": ON_PAPER | {"replaced_on", "replaced_reference"},
        "mail": ANSWERABLE | {"replaced_on", "replaced_reference"},
    },
    "notice": {"paper": ON_PAPER | {"changes"}, "mail": ANSWERABLE | {"changes"}},
    "corrigendum": {"paper": ON_PAPER | {"changes"}, "mail": ANSWERABLE | {"changes"}},
    "note": {"paper": {"to_mission", "covered"}, "mail": {"to_mission", "covered"}},
    "reminder": {"mail": {"reply_before", "last_day", "reply_link"}},
    "acknowledgement": {"mail": {"recorded"}},
}
REFERRING = {"notice", "corrigendum", "replacement"}
# Placeholders that only letters of these kinds can fill.
ONLY_IN: dict[str, set[str]] = {
    "replaced_on": REFERRING,
    "replaced_reference": REFERRING,
    "changes": REFERRING,
    "to_mission": {"note"},
    "to_mission_short": {"note"},
    "covered": {"note"},
    "recorded": {"acknowledgement"},
    "received_at": {"acknowledgement"},
}
# A note verbale goes to a mission, and a copy to an address that nobody has checked: neither
# receiver may answer.
KEY_PLACEHOLDERS = {"reply_link", "reply_code"}
# A note verbale is written in the third person, and has its own formulas of courtesy.
COURTESIES = {"salutation", "closing"}
# The subject is one line, and everybody who handles the mail can read it.
NOT_IN_SUBJECT = {"background", "changes", "covered", "recorded"} | KEY_PLACEHOLDERS


def usable_placeholders(kind: str, variant: str = "") -> set[str]:
    """Return the placeholders that a letter of that kind can fill."""
    refused = {name for name, kinds in ONLY_IN.items() if kind not in kinds}
    refused |= COURTESIES if kind == "note" else set()
    return PLACEHOLDERS - refused - (KEY_PLACEHOLDERS if is_keyless(kind, variant) else set())


def required_placeholders(kind: str, variant: str = "") -> dict[str, set[str]]:
    """Return the placeholders that each text of a letter of that kind must have, by field."""
    wanted = REQUIRED.get(kind, {})
    return {field: names & usable_placeholders(kind, variant) for field, names in wanted.items()}


def is_keyless(kind: str, variant: str) -> bool:
    """Whether such a letter carries no link and no code: a note verbale, and a copy."""
    return kind == "note" or variant == "copy"


def validate_placeholders(text: str) -> None:
    """Refuse each placeholder that does not exist, and name it and its line."""
    if faults := unknown_placeholders(text, PLACEHOLDERS):
        raise ValidationError(faults)


def unknown_placeholders(text: str, known: set[str]) -> list[ValidationError]:
    """Return a fault for each line with placeholders that are not among the known ones."""
    faults = []
    for number, line in enumerate(text.splitlines(), start=1):
        template = Template(line)
        if not template.is_valid():
            faults.append(in_line(number, _("Line %(line)s: write a dollar sign as $$.")))
        elif names := sorted(set(template.get_identifiers()) - known):
            faults.append(unknown_in_line(number, names, known))
    return faults


def unknown_in_line(number: int, names: list[str], known: set[str]) -> ValidationError:
    """Return the fault that names the placeholders, and the one that was probably meant."""
    meant = get_close_matches(names[0].lower(), sorted(known), n=1) if len(names) == 1 else []
    said = _("Line %(line)s: unknown placeholder $%(name)s.")
    if meant:
        said = _("Line %(line)s: unknown placeholder $%(name)s. Is $%(meant)s meant?")
    return in_line(number, said, name=", $".join(names), meant="".join(meant))


def in_line(number: int, said: Any, **params: str) -> ValidationError:
    return ValidationError(said, params={"line": number, **params})


def validate_markdown(text: str) -> None:
    """Refuse HTML, and name each line that has it."""
    faults = [
        in_line(number, _("Line %(line)s: write Markdown; HTML is not printed."))
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(r"<[a-zA-Z/!?]", line)
    ]
    if faults:
        raise ValidationError(faults)


def validate_template_texts(kind: str, variant: str, fields: dict[str, str]) -> None:
    """Refuse placeholders that such a letter cannot fill, and texts without those it must have."""
    wanted, refused = (
        required_placeholders(kind, variant),
        PLACEHOLDERS - usable_placeholders(kind, variant),
    )
    faults = {
        field: [
            *unfilled(text, refused),
            *(unfit(text, refused) if field == "subject" else []),
            *missing_placeholders(text, wanted.get(field, set())),
        ]
        for field, text in fields.items()
    }
    if faults := {field: said for field, said in faults.items() if said}:
        raise ValidationError(faults)


def unfilled(text: str, refused: set[str]) -> list[ValidationError]:
    return [
        in_line(
            number, _("Line %(line)s: a letter of this kind has no words for $%(name)s."), name=name
        )
        for number, line in enumerate(text.splitlines(), start=1)
        for name in sorted(refused & identifiers(line))
    ]


def unfit(subject: str, refused: set[str]) -> list[ValidationError]:
    return [
        ValidationError(_("$%(name)s does not belong in a subject."), params={"name": name})
        for name in sorted((NOT_IN_SUBJECT - refused) & identifiers(subject))
    ]


def missing_placeholders(text: str, wanted: set[str]) -> list[ValidationError]:
    said = _("$%(name)s is missing: the letter cannot leave without it.")
    return [
        ValidationError(said, params={"name": name}) for name in sorted(wanted - identifiers(text))
    ]


def identifiers(text: str) -> set[str]:
    """Return the placeholders in the valid lines of a text; invalid lines are refused elsewhere."""
    lines = [Template(line) for line in text.splitlines()]
    return {name for line in lines if line.is_valid() for name in line.get_identifiers()}
