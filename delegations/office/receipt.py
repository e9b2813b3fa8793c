"""The acknowledgement of a reply, as a PDF for its office to keep; it opens nothing."""

from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from invitations.letters.context import LetterKeys, code_page, printed_terms_in, recorded_words
from invitations.letters.pdf import emblem, letterhead_contacts
from invitations.letters.planning import ACKNOWLEDGED_AS, standing_letter
from invitations.letters.released import use_released_values
from invitations.letters.typesetting import typeset_pdf
from invitations.letters.words import letter_texts
from invitations.models import Letter, Reply
from invitations.text.dates import keep_own_order, labelled, printed_hour

PAGES = 4  # at most; remarks may be long


def record_pdf(reply: Reply, language: str) -> bytes:
    """Return the words of the acknowledgement by mail as a PDF, without link and code.

    In place of the link it names the page on which the code in the letter is entered.
    """
    edition = reply.invitation.edition
    subject, words = acknowledgement_words(reply, language)
    with translation.override(language):
        shown = {
            "lang": language,
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
            "emblem": mark_safe(emblem()),  # noqa: S308 -- a file of ours
            "organization": edition.organization,
            "postal_address": edition.postal_address,
            "contacts": letterhead_contacts(edition, printed_terms_in(language)),
            "subject": subject,
            "paragraphs": words.split("\n\n"),
        }
    return typeset_pdf(render_to_string("office/record.html", shown), PAGES)


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
            (text,) = letter_texts(mail, LetterKeys(f"\u2066{code_page()}\u2069", "", ""))
        except ValidationError:
            return plain_record_words(reply, language)
        return text.subject, text.mail
    return plain_record_words(reply, language)


def plain_record_words(reply: Reply, language: str) -> tuple[str, str]:
    invitation = reply.invitation
    edition = invitation.edition
    with translation.override(language):
        state = invitation.member_state.name_on_paper(language)
        received = printed_hour(
            reply.received_at.astimezone(edition.zone), edition.time_zone_name, language
        )
        paragraphs = [
            keep_own_order(f"{edition.name}\n{invitation.minister}\n{state}"),
            labelled(_("Received"), received) + f"\n{recorded_words(reply, language)}",
        ]
        return _("Your reply has been recorded"), "\n\n".join(paragraphs)
