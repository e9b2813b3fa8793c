"""The mail that carries a letter."""

import datetime as dt
import hashlib
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress

from invitations.letters.context import dead_keys, printed_terms_in
from invitations.letters.words import by_language
from invitations.links import reply_url
from invitations.mail.html_part import Part, add_html, html_page
from invitations.mail.outgoing import name_languages, new_message
from invitations.models import ANSWERS_BRINGING, ForumEdition, Invitation, Letter, Reply
from invitations.text.dates import labelled
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
    mark = AUTOMATIC_MARK.get(letter.kind, "")
    message = new_message(letter.subject, addresses, automatic=mark)
    letter.message_id = str(message["Message-ID"])
    message.set_content(letter.mail, cte="quoted-printable")
    if letter.mail:
        add_html(message, html_of(letter))
    for name, pdf in attached.items():
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    if letter.reply and letter.variant == "answer":
        with translation.override(letter.language):
            if calendar := calendar_of(letter, letter.reply):
                attach_calendar(message, calendar)
    name_languages(message, letter.language, letter.second_language)
    return message


def with_unsealed(content: bytes, sizes: dict[str, int]) -> bytes:
    """Return the message with its sealed PDFs cut to what was there before the seal.

    ``sizes`` holds how much that is, by the hash of the PDF.
    """
    message = message_from_bytes(content, EmailMessage, policy=SMTP)
    for part in message.iter_attachments():
        pdf = part.get_payload(decode=True)
        if isinstance(pdf, bytes) and (size := sizes.get(hashlib.sha256(pdf).hexdigest())):
            name = part.get_filename()
            part.set_content(
                pdf[:size], "application", "pdf", disposition="attachment", filename=name
            )
    return message.as_bytes()


def html_of(letter: Letter) -> str:
    """Return the words of the mail as HTML, the button in the language that it stands in."""
    parts = [
        Part(
            language or letter.language,
            way,
            words,
            printed_terms_in(language or letter.language)["reply_online"],
            reply_links(letter),
        )
        for language, way, words in by_language(letter, letter.mail)
    ]
    with translation.override(letter.language):
        organization = letter.invitation.edition.organization
    return html_page(letter.subject, organization, parts, letter.circular.reference)


def reply_links(letter: Letter) -> list[str]:
    """Return the links that lead to the office's own page: of the letter, or of a specimen."""
    if is_keyless(letter.kind, letter.variant):
        return []
    return [dead_keys().reply_link, *map(reply_url, letter.invitation.links.current())]


AUTOMATIC_MARK: dict[str, str] = {
    Letter.Kind.REMINDER: "auto-generated",
    Letter.Kind.ACKNOWLEDGEMENT: "auto-replied",
}


def attach_calendar(message: EmailMessage, calendar: Calendar) -> None:
    message.add_attachment(
        calendar.to_ical(),
        maintype="text",
        subtype="calendar",
        filename="high-level-track.ics",
        params={"method": str(calendar["method"]), "charset": "utf-8"},
    )


def calendar_of(letter: Letter, reply: Reply) -> Calendar | None:
    """Return the days for who comes, their cancellation for who was to come, or nothing."""
    if reply.answer in ANSWERS_BRINGING:
        return track_calendar(letter.invitation, reply)
    if last_acknowledged(letter) in ANSWERS_BRINGING:
        return track_calendar(letter.invitation, reply, "CANCEL")
    return None


def last_acknowledged(letter: Letter) -> str | None:
    """Return the answer that was acknowledged to the office before this one."""
    answers = letter.invitation.letters.in_force().filter(
        kind=Letter.Kind.ACKNOWLEDGEMENT, variant="answer", composed_at__isnull=False
    )
    earlier = answers.exclude(pk=letter.pk).order_by("composed_at", "pk")
    return earlier.values_list("reply__answer", flat=True).last()


def track_calendar(invitation: Invitation, reply: Reply, method: str = "PUBLISH") -> Calendar:
    """Return the days in the active language: one event for an invitation, moved by each reply."""
    edition = invitation.edition
    calendar = Calendar()
    calendar.add("prodid", "-//WSIS Forum//High-Level Track//EN")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event = days_of_track(edition)
    host = urlsplit(settings.SITE_URL).hostname
    event.add("uid", f"{edition.symbol}-{invitation.pk}@{host}")
    event.add("sequence", earlier_replies(invitation, reply))
    event.add("last-modified", reply.recorded_at.astimezone(dt.UTC))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    calendar.add_component(event)
    return calendar


def earlier_replies(invitation: Invitation, reply: Reply) -> int:
    """Count them: it grows with each reply; that of a specimen is not saved."""
    return invitation.replies.filter(pk__lt=reply.pk).count() if reply.pk else 0


def days_of_track(edition: ForumEdition) -> Event:
    """Return the days as an event; no address in it is personal."""
    language = {"language": get_language() or "en"}
    event = Event()
    # Days, no hours: those follow the programme, and nothing is sent when that changes.
    event.add("dtstamp", timezone.now())
    event.add("dtstart", edition.track_opens_on)
    event.add("dtend", edition.track_closes_on + dt.timedelta(days=1))
    event.add("transp", "OPAQUE")
    event.add("summary", labelled(edition.name, _("High-Level Track")), parameters=language)
    event.add("location", edition.place, parameters=language)
    event.add("organizer", organizer(edition))
    public = edition.website or settings.SITE_URL
    event.add("description", labelled(_("Website"), public), parameters=language)
    event.add("url", public)
    return event


def organizer(edition: ForumEdition) -> vCalAddress:
    address = vCalAddress(f"mailto:{edition.contact_email}")
    address.params["CN"] = edition.contact_name
    return address
