"""The text of a letter in its languages: a template with its placeholders filled."""

import re
from string import Template
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _
from modeltranslation.translator import translator

from invitations.letters.context import LetterKeys, addressee_of, placeholder_words
from invitations.models import Circular, Language, Letter, LetterTemplate
from invitations.text.dates import comma_list


class LetterText(NamedTuple):
    """A letter's filled text in one language."""

    language: str
    template: LetterTemplate
    subject: str
    paper: str
    mail: str
    addressee: list[str]


# A line that holds only placeholders.
OPEN_LINE = re.compile(r"\s*(\$(\w+|\{\w+\})\s*)+")


def fill_placeholders(text: str, words: dict[str, str]) -> str:
    """Return the filled text; a line of placeholders that are all empty is left out."""
    try:
        filled = [(line, Template(line).substitute(words)) for line in text.split("\n")]
        return "\n".join(
            printed for line, printed in filled if printed.strip() or not OPEN_LINE.fullmatch(line)
        )
    except KeyError as missing:
        raise ValidationError(
            _("The placeholder $%(name)s has no words for this letter.") % {"name": missing.args[0]}
        ) from None


def escape_markdown(words: dict[str, str]) -> dict[str, str]:
    """Return the words with Markdown's signs escaped, to print a name or theme as it is written."""
    return {name: re.sub(r"([\\`*_\[\]<>#~&])", r"\\\1", word) for name, word in words.items()}


def refuse_missing_texts(letter: Letter, language: str) -> None:
    """Refuse a language that lacks a text of the edition or circular that another language has."""
    missing = [
        str(getattr(row._meta.get_field(field), "verbose_name", field))
        for row in (letter.invitation.edition, letter.circular)
        for field in lacking_in(row, language)
    ]
    if letter.kind in Circular.REFERRING and not letter.circular.says("changes"):
        missing.append(_("what changes"))
    if missing:
        raise ValidationError(
            _("Missing in %(language)s: %(texts)s.")
            % {"language": Language(language).label, "texts": comma_list(missing)}
        )


# A name in Latin letters will do where a language has none.
ENGLISH_WILL_DO = {"contact_name"}


def lacking_in(row: Model, language: str) -> list[str]:
    options = translator.get_options_for_model(type(row))
    return [
        field
        for field, columns in sorted(options.all_fields.items())
        if field not in ENGLISH_WILL_DO
        and any(getattr(row, column.name) for column in columns)
        and not getattr(row, f"{field}_{language.replace('-', '_')}")
    ]


# No-break spaces stay, since French needs them.
BLANKS = re.compile(r"[ \t\r\n]+")


def letter_texts(
    letter: Letter, keys: LetterKeys, template: LetterTemplate | None = None
) -> list[LetterText]:
    """Return the letter's text in its language, and in its second language if it has one.

    ``template`` replaces the newest usable template of the first language.
    """
    languages = [letter.language, letter.second_language]
    return [
        text_in(letter, language, keys, template if number == 0 else None)
        for number, language in enumerate(filter(None, languages))
    ]


def text_in(
    letter: Letter, language: str, keys: LetterKeys, template: LetterTemplate | None = None
) -> LetterText:
    template = template or template_for_letter(letter, language)
    refuse_missing_texts(letter, language)
    addressee = addressee_of(letter, language)
    words = placeholder_words(letter, language, keys, addressee)
    return LetterText(
        language=language,
        template=template,
        subject=BLANKS.sub(" ", fill_placeholders(template.subject, words)).strip(),
        paper=fill_placeholders(template.paper, escape_markdown(words)),
        mail=fill_placeholders(template.mail, words),
        addressee=addressee.lines,
    )


BETWEEN_LANGUAGES = "\n\n* * *\n\n"


def join_languages(field: str, texts: list[LetterText]) -> str:
    return BETWEEN_LANGUAGES.join(filter(None, (getattr(text, field) for text in texts)))


def by_language(letter: Letter, words: str) -> list[tuple[str, str, str]]:
    """Return (language, direction, words) of each language of the letter.

    Words that hold the line between two languages themselves cannot be told apart: they stay whole.
    """
    languages = [letter.language, *filter(None, [letter.second_language])]
    parts = words.split(BETWEEN_LANGUAGES) if len(languages) > 1 else [words]
    if not words:
        return []
    if len(parts) != len(languages):
        return [("", "auto", words)]
    return [(code, direction(code), part) for code, part in zip(languages, parts, strict=True)]


def direction(language: str) -> str:
    return "rtl" if get_language_info(language)["bidi"] else "ltr"


def template_for_letter(letter: Letter, language: str) -> LetterTemplate:
    usable = LetterTemplate.objects.for_letter(letter.kind, letter.variant)
    template = usable.filter(language=language).first()
    if template is None:
        raise ValidationError(
            _("No approved text: %(kind)s %(variant)s, %(language)s.")
            % {
                "kind": letter.get_kind_display(),
                "variant": letter.variant,
                "language": Language(language).label,
            }
        )
    return template
