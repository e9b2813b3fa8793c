"""The mail that carries a letter."""

import hashlib
from collections.abc import Collection
from email import message_from_bytes
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP

from django.utils import translation
from django.utils.translation import pgettext
from icalendar import Calendar

from invitations.letters.addressing import VATICAN, term_in
from invitations.letters.calendar_events import calendars_to_send
from invitations.letters.context import dead_keys, printed_terms_in
from invitations.letters.words import BETWEEN_LANGUAGES, BLANKS, words_in_languages
from invitations.links import reply_url
from invitations.mail.html_part import LanguagePart, add_html, html_page
from invitations.mail.outgoing import name_languages, new_message
from invitations.models import Letter, MemberState
from invitations.text.dates import comma_list, right_to_left
from invitations.text.placeholders import is_keyless


def build_message(letter: Letter, attached: dict[str, bytes]) -> EmailMessage:
    """Return the message, as plain text and as HTML, without a date: it gets that when it leaves.

    The letter gets its Message-ID. ``attached`` holds PDFs by their file name.
    """
    edition = letter.invitation.edition
    addresses = {
        "To": [email for line, email in letter.recipients if line == "to"],
        "Cc": [email for line, email in letter.recipients if line == "cc"],
        "Reply-To": [edition.contact_email],
    }
    by_itself = "auto-replied" if letter.traits.acknowledges else "auto-generated"
    mark = by_itself if letter.traits.automatic else ""
    message = new_message(mail_subject(letter), addresses, automatic=mark)
    letter.message_id = str(message["Message-ID"])
    message.set_content(plain_of(letter), cte="quoted-printable")
    if letter.mail:
        add_html(message, html_of(letter))
    for name, pdf in attached.items():
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    if letter.calendar:
        with translation.override(letter.language):
            for name, calendar in calendars_to_send(letter.invitation, letter.calendar).items():
                attach_calendar(message, name, calendar)
    name_languages(message, letter.language, letter.second_language)
    return message


# As much as the list of a mail program shows at least, and of it what is left for the name beside
# the mark of a test.
SHOWN, NAMED = 40, 33


def mail_subject(letter: Letter) -> str:
    """Return the letter's subject after the State's short name, in the letter's language.

    An office may answer for several States. The subject of a mail names no minister: whoever
    handles the mail reads it. One that names the State early stays as it is.
    """
    with translation.override(letter.language):
        named = shortened(BLANKS.sub(" ", named_first(letter)))
        if named in letter.subject[:SHOWN]:
            return letter.subject
        words = pgettext("State and subject of a mail", "%(state)s – %(subject)s")
        return words % {"state": named, "subject": letter.subject}


def named_first(letter: Letter) -> str:
    """Return the State that the letter is for; of a note over several, these or its mission."""
    if letter.kind != Letter.Kind.NOTE or not letter.mission:
        return short_name_in_letter(letter, letter.invitation.member_state)
    states = states_covered(letter) or [letter.invitation.member_state]
    names = dict.fromkeys(short_name_in_letter(letter, one) for one in states)
    together = comma_list(names)
    return together if len(names) == 1 or len(together) <= NAMED else letter.mission.name


def states_covered(note: Letter) -> list[MemberState]:
    """Return the States of the letters that the note forwards; of a specimen, none."""
    if not note.pk:
        return []
    covered = note.forwarded.in_french_order().select_related("invitation__member_state")
    return [one.invitation.member_state for one in covered]


def short_name_in_letter(letter: Letter, state: MemberState) -> str:
    """Return the State's short name; the Holy See where the letter is addressed to that."""
    if state.iso3 == VATICAN:
        holy_see = term_in(letter.language, "holy_see")
        if holy_see in letter.addressee.splitlines():
            return holy_see
    return state.short_name_in(letter.language, letter.circular.dated_on)


def shortened(name: str) -> str:
    """Return the name, or as many of its words as are shown, and a sign that more follow."""
    if len(name) <= NAMED:
        return name
    words = name[:NAMED].rpartition(" ")[0] or name[: NAMED - 1]
    return f"{words}…"


def without_sealed(content: bytes, hashes: Collection[str]) -> bytes:
    """Return the message without the PDFs that carry a seal, which are told by their hashes."""
    message = message_from_bytes(content, EmailMessage, policy=SMTP)
    message.set_payload([part for part in message.iter_parts() if part_digest(part) not in hashes])
    return message.as_bytes()


def part_digest(part: MIMEPart) -> str:
    content = part.get_payload(decode=True)
    return hashlib.sha256(content).hexdigest() if isinstance(content, bytes) else ""


def plain_of(letter: Letter) -> str:
    """Return the words of the mail as plain text, which many a pane shows from left to right."""
    return BETWEEN_LANGUAGES.join(
        right_to_left(words) if way == "rtl" else words
        for _language, way, words in words_in_languages(letter, letter.mail)
    )


def html_of(letter: Letter) -> str:
    """Return the words of the mail as HTML, the button in the language that it stands in."""
    parts = [
        LanguagePart(
            language or letter.language,
            way,
            words,
            printed_terms_in(language or letter.language, letter.variant, on_file=letter.terms)[
                "reply_online"
            ],
            reply_links(letter),
        )
        for language, way, words in words_in_languages(letter, letter.mail)
    ]
    with translation.override(letter.language):
        organization = letter.invitation.edition.organization
    # A note verbale says little: beside so few words, filters take a picture for a hidden text.
    has_emblem = letter.kind != Letter.Kind.NOTE
    told = [letter, letter.replaces] if letter.replaces else [letter]
    references = {one.circular.reference for one in told}
    return html_page(mail_subject(letter), organization, parts, references, has_emblem=has_emblem)


def reply_links(letter: Letter) -> list[str]:
    """Return the links that lead to the office's own page: of the letter, or of a specimen."""
    if is_keyless(letter.kind, letter.variant):
        return []
    current = letter.invitation.current_link
    return [dead_keys().reply_link, *([reply_url(current)] if current else [])]


def attach_calendar(message: EmailMessage, name: str, calendar: Calendar) -> None:
    message.add_attachment(
        calendar.to_ical(),
        maintype="text",
        subtype="calendar",
        filename=name,
        params={"method": str(calendar["method"]), "charset": "utf-8"},
    )
