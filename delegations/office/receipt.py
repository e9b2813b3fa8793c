"""The acknowledgement of a reply, as a PDF for its office to keep; it opens nothing."""

import re

from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from invitations.letters.context import LetterKeys, code_page, printed_terms_in, recorded_words
from invitations.letters.pdf import emblem_of, letterhead_contacts
from invitations.letters.planning import ACKNOWLEDGED_AS, standing_letter
from invitations.letters.released import use_released_values
from invitations.letters.typesetting import typeset_pdf
from invitations.letters.words import letter_texts
from invitations.mail.html_part import ADDRESS, EMAIL
from invitations.models import Invitation, Letter, Reply
from invitations.text.dates import format_hour, keep_own_order, labelled

PAGES = 4  # at most; remarks may be long
PAGES_ON_FILE = 60  # a delegation may have hundreds of people
WHOLE = re.compile(f"{ADDRESS}|{EMAIL}")


def record_pdf(reply: Reply, language: str) -> bytes:
    """Return the words of the acknowledgement by mail as a PDF, without link and code.

    In place of the link it names the page that takes the code, and says where the code stands.
    """
    invitation = reply.invitation
    subject, words = acknowledgement_words(reply, language)
    return words_on_paper(invitation, subject, words, language, PAGES)


def words_on_paper(
    invitation: Invitation, subject: str, words: str, language: str, pages: int
) -> bytes:
    """Return subject and paragraphs under the organization's head, as a PDF."""
    edition = invitation.edition
    with translation.override(language):
        shown = {
            "lang": language,
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
            "emblem": emblem_of(edition.organization),
            "organization": edition.organization,
            "postal_address": edition.postal_address,
            "contacts": letterhead_contacts(edition, printed_terms_in(language)),
            "subject": subject,
            "paragraphs": [
                [unbroken_line(line) for line in paragraph.split("\n")]
                for paragraph in words.split("\n\n")
            ],
        }
    return typeset_pdf(render_to_string("office/record.html", shown), pages)


def on_file_pdf(
    invitation: Invitation, subject: str, points: list[list[str]], language: str
) -> bytes:
    """Return what is on file of the State now, in paragraphs of lines, as a PDF."""
    edition, state = invitation.edition, invitation.member_state.name_on_paper(language)
    now = format_hour(timezone.now().astimezone(edition.zone), edition.time_zone_name, language)
    head = [keep_own_order(f"{edition.name}\n{state}"), _("As on file on %(hour)s") % {"hour": now}]
    words = "\n\n".join(["\n".join(head), *("\n".join(lines) for lines in points)])
    return words_on_paper(invitation, subject, words, language, PAGES_ON_FILE)


def unbroken_line(line: str) -> SafeString:
    """Return the line as HTML in which no address is divided."""
    html, end = "", 0
    for found in WHOLE.finditer(line):
        html += escape(line[end : found.start()])
        html += format_html('<bdi dir="ltr" class="whole">{}</bdi>', found[0])
        end = found.end()
    return mark_safe(html + escape(line[end:]))  # noqa: S308 -- escaped part by part


def acknowledgement_words(reply: Reply, language: str) -> tuple[str, str]:
    """Return subject and words of the mail; where no text is approved, only what was recorded."""
    letter = standing_letter(reply.invitation)
    if letter is not None:
        mail = Letter(
            invitation=reply.invitation,
            circular=letter.circular,
            kind=Letter.Kind.ACKNOWLEDGEMENT,
            variant=ACKNOWLEDGED_AS.get(reply.status, "answer"),
            language=language,
            reply=reply,
            planned_at=reply.recorded_at,
        )
        try:
            use_released_values(mail)
            (text,) = letter_texts(mail, LetterKeys(where_to_enter_code(language), "", ""))
        except ValidationError:
            return plain_record_words(reply, language)
        return text.subject, text.mail
    return plain_record_words(reply, language)


def where_to_enter_code(language: str) -> str:
    """Return the page that takes the code, and where it stands: this paper itself opens nothing."""
    with translation.override(language):
        return f"{code_page()}\n{_('The code stands in the letter of invitation.')}"


def plain_record_words(reply: Reply, language: str) -> tuple[str, str]:
    invitation = reply.invitation
    edition = invitation.edition
    with translation.override(language):
        state = invitation.member_state.name_on_paper(language)
        received = format_hour(
            reply.received_at.astimezone(edition.zone), edition.time_zone_name, language
        )
        paragraphs = [
            keep_own_order(f"{edition.name}\n{invitation.minister}\n{state}"),
            labelled(_("Received"), received) + f"\n{recorded_words(reply, language)}",
        ]
        return _("Your reply has been recorded"), "\n\n".join(paragraphs)
