"""The placeholders of letter templates: their meaning, their use, and checks of both."""

import re
from difflib import get_close_matches
from string import Template
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from invitations.text.optional_parts import identifiers, mark_faults, without_marks


class Placeholder(NamedTuple):
    """What a placeholder stands for, and the record and field that its words come from.

    The record is one of the letter's: its edition, its circular, its minister. The field is empty
    where the words come from more than one.
    """

    meaning: Any
    model: str
    field: str = ""


# In the order in which a letter uses them.
PLACEHOLDERS_OF_LETTERS = {
    "salutation": Placeholder(
        _("the opening, from the form of address"), "minister", "salutation_as_printed"
    ),
    "closing": Placeholder(
        _("the closing, from the form of address"), "minister", "closing_as_printed"
    ),
    "minister": Placeholder(_("courtesy and name of the addressee"), "minister", "family_name"),
    "portfolio": Placeholder(_("the addressee’s function"), "minister", "portfolio"),
    "member_state": Placeholder(
        _("the State’s name, as it stands alone on a line"), "memberstate", "short_name"
    ),
    "styled": Placeholder(
        _("of whom the text speaks in the third person: Your Majesty"), "formofaddress", "styled"
    ),
    "government": Placeholder(
        _("that person’s Government: Your Majesty’s Government"), "formofaddress", "government"
    ),
    "forum": Placeholder(_("name of the edition"), "forumedition", "name"),
    "forum_in_full": Placeholder(
        _("name of the edition, without short forms"), "forumedition", "name_in_full"
    ),
    "forum_dates": Placeholder(_("first and last day of the forum"), "forumedition", "opens_on"),
    "on_forum_dates": Placeholder(
        _("the same within a sentence: on 6–9 April"), "forumedition", "opens_on"
    ),
    "place": Placeholder(_("where the forum is held"), "forumedition", "place"),
    "city": Placeholder(_("city and country where the forum is held"), "forumedition", "city"),
    "theme": Placeholder(_("theme of the edition"), "forumedition", "theme"),
    "background": Placeholder(
        _("background of the edition, whole sentences"), "forumedition", "background"
    ),
    "organization": Placeholder(_("the inviting organization"), "forumedition", "organization"),
    "secretariat": Placeholder(
        _("the secretariat of the organization, as it opens a sentence"),
        "forumedition",
        "secretariat",
    ),
    "organizers": Placeholder(_("who organizes the forum together"), "forumedition", "organizers"),
    "track_dates": Placeholder(_("days of the High-Level Track"), "forumedition", "track_opens_on"),
    "segments": Placeholder(
        _("parts of the High-Level Track, as a list"), "forumedition", "segments_offered"
    ),
    "reply_before": Placeholder(
        _("the date before which to reply"), "forumedition", "reply_before"
    ),
    "last_day": Placeholder(
        _("the last day to reply, its last minute and the time zone"),
        "forumedition",
        "time_zone_name",
    ),
    "asked_by": Placeholder(
        _("the last day for what is asked after a yes, its last minute and the time zone"),
        "forumedition",
        "track_opens_on",
    ),
    "reply_link": Placeholder(_("the office’s own link"), "invitation"),
    "reply_code": Placeholder(_("the office’s own code"), "invitation"),
    "code_page": Placeholder(_("the page that takes the code"), ""),
    "partnership_link": Placeholder(
        _("page on partnership packages"), "forumedition", "partnership_link"
    ),
    "consultation_link": Placeholder(
        _("page of the open consultation"), "forumedition", "consultation_link"
    ),
    "registration_link": Placeholder(
        _("page on which delegates register"), "forumedition", "registration_link"
    ),
    "statements_link": Placeholder(
        _("page on policy statements"), "forumedition", "statements_link"
    ),
    "website": Placeholder(_("website of the edition"), "forumedition", "website"),
    "contact_name": Placeholder(_("the contact, with honorific"), "forumedition", "contact_name"),
    "contact_phone": Placeholder(_("telephone of the contact"), "forumedition", "contact_phone"),
    "contact_fax": Placeholder(_("fax of the contact"), "forumedition", "contact_fax"),
    "contact_email": Placeholder(_("e-mail of the contact"), "forumedition", "contact_email"),
    "reference": Placeholder(_("reference of the circular"), "circular", "reference"),
    "dated_on": Placeholder(_("date printed on the letter"), "circular", "dated_on"),
    "signatory": Placeholder(_("who signs"), "circular", "signatory_name"),
    "signatory_title": Placeholder(_("title of who signs"), "circular", "signatory_title"),
    "second_signatory": Placeholder(
        _("who signs beside them"), "circular", "second_signatory_name"
    ),
    "second_signatory_title": Placeholder(
        _("title of who signs beside them"), "circular", "second_signatory_title"
    ),
    "signatory_called": Placeholder(
        _("who signs, with honorific, in running text"), "circular", "signatory_name"
    ),
    "enclosed": Placeholder(
        _("file name of the letter that a reminder encloses; empty where it encloses none"),
        "letter",
    ),
    "replaced_reference": Placeholder(_("reference of the letter it refers to"), "letter"),
    "replaced_on": Placeholder(_("date of the letter it refers to"), "letter"),
    "changes": Placeholder(
        _("what changes, whole sentences of the circular"), "circular", "changes"
    ),
    "to_mission": Placeholder(
        _("to the mission or post, with State and seat: to the Permanent Mission of …"),
        "mission",
        "greeted_as",
    ),
    "to_mission_short": Placeholder(
        _("to the mission or post, once more: to the Permanent Mission"), "mission", "kind"
    ),
    "covered": Placeholder(
        _("the addressees of the letters it covers, a paragraph to each"), "letter"
    ),
    "addressees": Placeholder(
        _("“addressee of the letter”, or “addressees” where it covers several"), "letter"
    ),
    "recorded": Placeholder(_("the recorded reply, a line to each point"), "reply"),
    "answer": Placeholder(_("the answer given, in the words of the record"), "reply", "answer"),
    "received_at": Placeholder(
        _("when the reply was received, or what an office filed"), "reply", "received_at"
    ),
    "filed": Placeholder(
        _("the statement or the delegation on file, a line to each point"), "letter"
    ),
    "speaker": Placeholder(
        _("who delivered the policy statement, with the function; empty where the addressee did"),
        "circular",
        "speakers",
    ),
    "sessions": Placeholder(_("what is new in the calendar, a line to each session"), "letter"),
}
PLACEHOLDER_MEANINGS = {name: one.meaning for name, one in PLACEHOLDERS_OF_LETTERS.items()}
PLACEHOLDERS = set(PLACEHOLDER_MEANINGS)
# The placeholders of a form of address.
COURTESY_PLACEHOLDERS = {"title", "name", "family_name"}
# The placeholders of the terms that have any; the other terms are printed as they are.
TERM_PLACEHOLDERS = {
    "page": {"page", "pages"},
    "check_at": {"page"},
    "check_at_note": {"page"},
}

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
    # There is no date before which to reply.
    "notice-postponed": {
        "paper": {"salutation", "closing", "changes"},
        "mail": {"reply_link", "reply_code", "changes"},
    },
    "corrigendum": {"paper": ON_PAPER | {"changes"}, "mail": ANSWERABLE | {"changes"}},
    "note": {"paper": {"to_mission", "covered"}, "mail": {"to_mission", "covered"}},
    # It lies above signed originals, and never goes by mail.
    "note-original": {"paper": {"to_mission", "covered"}},
    # Nothing is asked for.
    "thanks": {"paper": {"salutation", "closing"}, "mail": {"salutation", "closing"}},
    "reminder": {"mail": {"reply_before", "last_day", "reply_link"}},
    "reminder-speaker": {"mail": {"asked_by", "reply_link"}},
    "reminder-head": {"mail": {"asked_by", "reply_link"}},
    "reminder-text": {"mail": {"asked_by", "reply_link"}},
    "acknowledgement": {"mail": {"recorded"}},
    "calendar": {"mail": {"sessions"}},
    "receipt": {"mail": {"filed"}},
}
# The texts for what is asked once an office has said yes.
ASKED_AFTER_A_YES = {"reminder-speaker", "reminder-head", "reminder-text"}
# The reminders that never enclose the letter.
ENCLOSE_NOTHING = ASKED_AFTER_A_YES | {"reminder-moved", "reminder-reconfirm", "reminder-anew"}
REFERRING = {"notice", "corrigendum", "replacement"}
# Placeholders that only letters of these kinds can fill.
ONLY_IN: dict[str, set[str]] = {
    "styled": {"invitation", "thanks", *REFERRING},
    "government": {"invitation", "thanks", *REFERRING},
    "replaced_on": REFERRING,
    "replaced_reference": REFERRING,
    "changes": REFERRING,
    "enclosed": {"reminder"},
    "to_mission": {"note"},
    "to_mission_short": {"note"},
    "covered": {"note"},
    "addressees": {"note"},
    "recorded": {"acknowledgement"},
    "answer": {"acknowledgement"},
    "received_at": {"acknowledgement", "receipt"},
    "filed": {"receipt"},
    "sessions": {"calendar"},
    "speaker": {"thanks"},
}
# A note verbale goes to a mission, and a copy to an address that nobody has checked: neither
# receiver may answer. Who is thanked is asked nothing.
KEY_PLACEHOLDERS = {"reply_link", "reply_code"}
# Never in a part that may fall away: the box of the reply has the last day only if no text has it.
HAVE_TO_STAY = ANSWERABLE | {"salutation", "closing"}
# But after a move online, which may leave the last day to a later move.
MAY_FALL_AWAY = {"notice-online": {"reply_before", "last_day"}}
# A note verbale is written in the third person, and has its own formulas of courtesy.
COURTESIES = {"salutation", "closing"}
# The subject is one line, and everybody who handles the mail can read it.
NOT_IN_SUBJECT = {
    "background",
    "changes",
    "covered",
    "recorded",
    "sessions",
    "filed",
} | KEY_PLACEHOLDERS


def usable_placeholders(kind: str, variant: str = "") -> set[str]:
    """Return the placeholders that a letter of that kind can fill."""
    refused = {name for name, kinds in ONLY_IN.items() if kind not in kinds}
    refused |= COURTESIES if kind == "note" else set()
    refused |= set() if f"{kind}-{variant}" in ASKED_AFTER_A_YES else {"asked_by"}
    refused |= {"enclosed"} if f"{kind}-{variant}" in ENCLOSE_NOTHING else set()
    return PLACEHOLDERS - refused - (KEY_PLACEHOLDERS if is_keyless(kind, variant) else set())


def required_placeholders(kind: str, variant: str = "") -> dict[str, set[str]]:
    """Return the placeholders that each text of a letter of that kind must have, by field."""
    wanted = REQUIRED.get(f"{kind}-{variant}") or REQUIRED.get(kind, {})
    return {field: names & usable_placeholders(kind, variant) for field, names in wanted.items()}


def is_keyless(kind: str, variant: str) -> bool:
    """Whether such a letter carries no link and no code: a note, a letter of thanks, and a copy."""
    return kind in ("note", "thanks") or variant == "copy"


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
    """Refuse placeholders that such a letter cannot fill, or must have and lacks; and odd marks."""
    wanted, refused = (
        required_placeholders(kind, variant),
        PLACEHOLDERS - usable_placeholders(kind, variant),
    )
    falls_away = MAY_FALL_AWAY.get(f"{kind}-{variant}", set())
    faults = {
        field: [
            *unfilled(text, refused),
            *(unfit(text, refused) if field == "subject" else []),
            *(too_long(text) if field == "mail" else []),
            *missing_placeholders(text, wanted.get(field, set())),
            *mark_faults(text, (wanted.get(field, set()) | HAVE_TO_STAY) - falls_away),
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


# In two languages, with what stands around the words, such a mail is under 60 kB, all of which mail
# programs show.
MAIL_LIMIT = 20_000


def too_long(mail: str) -> list[ValidationError]:
    size = len(mail.encode())
    if size <= MAIL_LIMIT:
        return []
    said = _(
        "This is too long for a mail: it has %(size)d kB, and %(limit)d kB is the most. Mail "
        "programs cut off what is longer."
    )
    rounded_up = -(-size // 1000)
    return [ValidationError(said, params={"size": rounded_up, "limit": MAIL_LIMIT // 1000})]


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


# A line that holds only placeholders.
OPEN_LINE = re.compile(r"\s*(\$(\w+|\{\w+\})\s*)+")
# On lines of their own in an address block: who is unnamed or has no function lacks the line.
MAY_BE_EMPTY = {"minister", "portfolio"}


def needed_words(text: str) -> set[str]:
    """Return the placeholders of a text that may not be empty: a sentence would have a hole."""
    needed = set()
    for line in without_marks(text).split("\n"):
        needed |= identifiers(line) - (MAY_BE_EMPTY if OPEN_LINE.fullmatch(line) else set())
    return needed
