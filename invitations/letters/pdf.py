"""The printed letter, as a PDF."""

import functools
import re
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from string import Template
from typing import Any

import segno
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from PIL import Image

from invitations.letters.addressing import has_style
from invitations.letters.context import (
    LetterKeys,
    check_page,
    code_page,
    last_day_words,
    printed_terms_in,
)
from invitations.letters.typesetting import typeset_pdf
from invitations.letters.words import LetterText
from invitations.models import Circular, ForumEdition, Letter
from invitations.models.held.composed_with import languages_of
from invitations.text.dates import dates_in, format_date
from invitations.text.markdown import markdown_parser
from invitations.text.placeholders import identifiers, is_keyless
from invitations.text.typography import isolated_number, unbroken_compounds, unbroken_date


def render_pdf(
    letter: Letter, texts: list[LetterText], keys: LetterKeys, *, specimen: bool = False
) -> bytes:
    """Return the letter as a PDF/A-3a and PDF/UA-1; nothing is fetched from a network.

    A specimen has a mark across each page: it is not a letter. Raise ValidationError if the text
    of one language would need a third page.
    """
    html = render_to_string(
        "letters/letter.html", letter_context(letter, texts, keys, specimen=specimen)
    )
    return typeset_pdf(html, PAGES * len(texts))


PAGES = 2  # at most, for each language


def letter_context(
    letter: Letter, texts: list[LetterText], keys: LetterKeys, *, specimen: bool = False
) -> dict[str, Any]:
    """Return the context of the letter's template: what languages share, and a sheet for each."""
    circular = letter.circular
    is_personal = goes_to_a_person(letter)
    sheets = [letter_sheet(letter, text, is_personal=is_personal) for text in texts]
    first = sheets[0]
    return {
        "lang": first["lang"],
        "dir": first["dir"],
        "title": f"{circular.reference}, {first['subject']}",
        "author": first["organization"] or first["signatories"][0][1],
        "subject": first["subject"],
        "emblem": emblem_of(first["organization"]),
        "reference": circular.reference,
        "qr": qr(keys.reply_link),
        "reply_link": keys.reply_link,
        "reply_code": keys.reply_code,
        "code_page": code_page(),
        "check_code": keys.check_code,
        "is_note": letter.kind == Letter.Kind.NOTE,
        "is_answered": not is_keyless(letter.kind, letter.variant),
        "is_original": letter.by_original and letter.kind != Letter.Kind.NOTE,
        "specimen": specimen,
        "sheets": sheets,
    }


# The encoder would try all eight masks, which takes four fifths of its time. As the signs of a link
# are random, this one leaves patterns hardly harder to read than the best of them.
MASK = 2


def qr(link: str) -> str:
    """Return the QR code as a data URL of a PNG in greys."""
    # WeasyPrint would convert a picture of one bit to colour, anew for each letter.
    lines = segno.make(link, error="m", micro=False, mask=MASK).matrix
    dots = b"".join(bytes(0 if dark else 255 for dark in line) for line in lines)
    picture, file = Image.frombytes("L", (len(lines), len(lines)), dots), BytesIO()
    picture.resize((len(lines) * 4, len(lines) * 4), Image.Resampling.NEAREST).save(file, "PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def letter_sheet(letter: Letter, text: LetterText, *, is_personal: bool) -> dict[str, Any]:
    circular, edition = letter.circular, letter.invitation.edition
    terms = printed_terms_in(text.language, text.template.variant, letter.kind, letter.terms)
    note = letter.kind == Letter.Kind.NOTE
    is_signed = circular.is_signed and not is_personal
    with translation.override(text.language):
        return {
            "lang": text.language,
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
            "organization": edition.organization,
            "postal_address": edition.postal_address,
            "contacts": letterhead_contacts(edition, terms),
            "service": circular.service,
            "label": label_above_reference(letter, terms, is_personal=is_personal),
            "place_and_date": place_and_date(circular, text.language),
            "contact": contact_lines(edition, terms) if shows_contact(letter) else [],
            "last_day": shown_last_day(edition, text),
            "addressee": [unbroken_compounds(line) for line in text.addressee],
            "subject": unbroken_compounds(text.subject),
            "enclosures": enclosures(letter) if note else "",
            "body": body_html(text.paper, text.language),
            "original_signed": terms["original_signed"] if is_signed else "",
            "signatories": signatories(circular),
            "of_pages": page_label(terms["page"]),
            "terms": terms
            | {key: before_words(terms[key]) for key in ("ref", "subject")}
            | {"check_at": check_label(terms["check_at"])},
        }


def signatories(circular: Circular) -> list[tuple[str, str]]:
    """Return name and title of each who signs; call this with the language active."""
    both = [
        (circular.signatory_name, circular.signatory_title),
        (circular.second_signatory_name, circular.second_signatory_title),
    ]
    return [one for one in both if one[0]] or both[:1]


def enclosures(letter: Letter) -> str:
    """Return how many letters lie with a note verbale; call this with the language active."""
    number = letter.forwarded.count() if letter.pk else 1
    return ngettext("Enclosure: %(number)s letter", "Enclosures: %(number)s letters", number) % {
        "number": number
    }


def label_above_reference(letter: Letter, terms: dict[str, str], *, is_personal: bool) -> str:
    """Return what stands above the reference; what is written to one person is no circular."""
    if letter.kind == Letter.Kind.NOTE:
        return terms["note_verbale"]
    is_thanks = letter.kind == Letter.Kind.THANKS
    return "" if is_personal or is_thanks else terms["circular_letter"]


def goes_to_a_person(letter: Letter) -> bool:
    """Whether it is a signed original, or goes by name to a Majesty, in whichever words."""
    if letter.by_original or letter.kind == Letter.Kind.NOTE or letter.addressed_alike:
        return letter.by_original
    minister = letter.invitation.minister
    return any(has_style(minister, said, letter.forms) for said in languages_of(letter))


def before_words(term: str) -> str:
    """Return the term with a space after it, which a full-width colon already has in itself."""
    return term if term.endswith("：") else f"{term} "  # noqa: RUF001


def letterhead_contacts(edition: ForumEdition, terms: dict[str, str]) -> list[str]:
    """Return the telephone, fax, e-mail and website of the organization, for its letterhead."""
    numbers = {"phone": edition.organization_phone, "fax": edition.organization_fax}
    return [
        *(
            before_words(terms[key]) + isolated_number(number)
            for key, number in numbers.items()
            if number
        ),
        *filter(None, [edition.organization_email, edition.organization_website]),
    ]


def shows_contact(letter: Letter) -> bool:
    """Whether the contact stands beneath the reference; the usual text names it by itself."""
    in_usual_text = letter.by_original and letter.circular.addressed_by
    return letter.circular.shows_contact and not in_usual_text


def contact_lines(edition: ForumEdition, terms: dict[str, str]) -> list[str]:
    """Return the edition's contact as it stands beneath the reference, a line to each."""
    lines = {
        "contact": edition.contact_called,
        "phone": isolated_number(edition.contact_phone) if edition.contact_phone else "",
        "fax": isolated_number(edition.contact_fax) if edition.contact_fax else "",
        "email": f"\u2066{edition.contact_email}\u2069",
    }
    return [before_words(terms[key]) + words for key, words in lines.items() if words]


def shown_last_day(edition: ForumEdition, text: LetterText) -> str:
    """Return the last day beside the link; empty where the text names it, or there is none."""
    if not edition.has_last_day or names_last_day(text):
        return ""
    return last_day_words(edition, edition.last_day, text.language)


def names_last_day(text: LetterText) -> bool:
    return "last_day" in identifiers(text.template.paper)


def place_and_date(circular: Circular, language: str) -> str:
    return _("%(place)s, %(date)s") % {
        "place": circular.place,
        "date": format_date(circular.dated_on, language),
    }


def page_label(term: str) -> str:
    """Return “page n of m” as the style sheet has it: quoted words, and counters between them."""
    quoted = term.replace("\\", r"\\").replace('"', r"\"")
    page, pages = '" counter(page) "', '" counter(pages) "'
    return f'"{Template(quoted).safe_substitute(page=page, pages=pages)}"'


def check_label(term: str) -> str:
    return Template(term).safe_substitute(page=f"\u2066{check_page()}\u2069")


@functools.cache
def emblem() -> str:
    """Return the drawing, without what drawing programs write before it."""
    drawn = Path(str(finders.find("letters/emblem.svg"))).read_text(encoding="utf-8")
    return drawn[drawn.index("<svg") :]


# The drawing that is shipped belongs to nobody: readers are told whose letter it stands on.
OF_NOBODY = "<title>WSIS Forum</title>"


def emblem_of(organization: str) -> SafeString:
    """Return the drawing; the one that is shipped is called as the organization that writes."""
    called = format_html("<title>{}</title>", organization)
    return mark_safe(emblem().replace(OF_NOBODY, called))  # noqa: S308 -- a file of ours


# An address that fits on a line parts nowhere, not even after “https://”.
SHORT_ADDRESS = re.compile(r'<a (href="(https?://[^"]{1,60})")>\2</a>')


def body_html(paper: str, language: str) -> SafeString:
    """Return the paper as HTML whose dates, names and short addresses stay on one line."""
    date = dates_in(language)
    html = SHORT_ADDRESS.sub(r'<a class="whole" \1>\2</a>', html_of_markdown(paper))
    parts = re.split(r"(<[^>]*>)", html)
    parts[::2] = [
        date.sub(lambda found: unbroken_date(found[0]), unbroken_compounds(part))
        for part in parts[::2]
    ]
    return mark_safe("".join(parts))  # noqa: S308 -- Markdown without HTML


def html_of_markdown(text: str) -> str:
    """Return the Markdown of staff as HTML; HTML in it is shown as it was typed."""
    return markdown_parser().render(text)
