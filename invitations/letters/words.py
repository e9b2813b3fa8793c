"""The text of a letter in its languages: a template with its placeholders filled."""

import re
from string import Template
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.letters.addressing import is_styled
from invitations.letters.checks.missing_words import (
    Lack,
    empty_words,
    lack_of,
    lacking_function,
    lacking_texts,
    lacking_words,
    refuse_lacks,
)
from invitations.letters.context import (
    LetterKeys,
    addressee_of,
    placeholder_words,
)
from invitations.models import (
    ACKNOWLEDGING,
    ANSWER,
    CROWN,
    IN_PERSON,
    SPOKE,
    THANKING,
    Language,
    Letter,
    LetterTemplate,
)
from invitations.models.held.composed_with import languages_of
from invitations.models.templates import text_called
from invitations.text.lines import is_blank, without_unstorable
from invitations.text.markdown import without_stray_asterisks
from invitations.text.optional_parts import fill_marked, identifiers
from invitations.text.placeholders import OPEN_LINE
from invitations.text.scripts import direction_of_language
from invitations.text.typography import format_typography


class LetterText(NamedTuple):
    """A letter's filled text in one language."""

    language: str
    template: LetterTemplate
    subject: str
    paper: str
    mail: str
    addressee: list[str]


class OpenText(NamedTuple):
    """A text in one language, with the words for its placeholders."""

    language: str
    template: LetterTemplate
    addressee: list[str]
    words: dict[str, str]


def fill_placeholders(text: str, words: dict[str, str]) -> str:
    """Return the filled text, without the marked parts that have an empty placeholder.

    A line of placeholders that are all empty is left out.
    """
    try:
        filled = fill_marked(text, words, lambda line: filled_line(line, words))
    except KeyError as missing:
        raise ValidationError(
            gettext_lazy("The placeholder $%(name)s has no words for this letter."),
            params={"name": missing.args[0]},
        ) from None
    return without_unstorable(filled)


# A placeholder before a full stop, perhaps with the asterisks of Markdown between them.
STOPPED = re.compile(r"(?<!\$)(\$(?:(\w+)|\{(\w+)\})\**)[.。](?!\.)")
FULL_STOPS = (".", "。")


def without_double_stops(line: str, words: dict[str, str]) -> str:
    """Return the line without each full stop that follows words which end with one: г., p.m."""

    def stopped(found: re.Match[str]) -> str:
        word = words.get(found[2] or found[3], "")
        return found[1] if word.rstrip().endswith(FULL_STOPS) else found[0]

    return STOPPED.sub(stopped, line)


def filled_line(line: str, words: dict[str, str]) -> str | None:
    printed = Template(without_double_stops(line, words)).substitute(words)
    return None if is_blank(printed) and OPEN_LINE.fullmatch(line) else printed


def escape_markdown(words: dict[str, str]) -> dict[str, str]:
    """Return the words with Markdown's signs escaped, to print a name or theme as it is written."""
    return {name: re.sub(r"([\\`*_\[\]<>#~&])", r"\\\1", word) for name, word in words.items()}


# No-break spaces stay, since French needs them.
BLANKS = re.compile(r"[ \t\r\n]+")


def letter_texts(
    letter: Letter,
    keys: LetterKeys,
    template: LetterTemplate | None = None,
    *,
    specimen: bool = False,
) -> list[LetterText]:
    """Return the letter's text in its language, and in its second language if it has one.

    ``template`` replaces the newest usable template of the first language. Refuse a letter with a
    hole; in a specimen a mark stands in its place.
    """
    languages = languages_of(letter)
    variant = text_variant(letter)
    opened = [
        open_text(letter, language, keys, variant, template if number == 0 else None)
        for number, language in enumerate(languages)
    ]
    if specimen:
        opened = [with_holes_named(letter, text) for text in opened]
    else:
        refuse_lacks(
            lack
            for text in opened
            for lack in (*lacks_of_letter(letter, text), *lacking_in_second(letter, text))
        )
    return [filled_text(text) for text in opened]


def open_text(
    letter: Letter, language: str, keys: LetterKeys, variant: str, template: LetterTemplate | None
) -> OpenText:
    template = template or template_for_letter(letter, language, variant)
    addressee = addressee_of(letter, language)
    words = placeholder_words(letter, language, keys, addressee)
    return OpenText(language, template, addressee.lines, words)


def lacks_of_letter(letter: Letter, text: OpenText) -> list[Lack]:
    return [
        *lacking_texts(letter, text.language),
        *lacking_words(letter.kind, text.language, text.template, text.words),
    ]


def lacking_in_second(letter: Letter, text: OpenText) -> list[Lack]:
    """Return the minister's function, if the text prints it and is the letter's second one."""
    template = text.template
    is_printed = letter.traits.printed and not letter.addressed_alike
    named = identifiers(f"{template.subject}\n{template.paper}\n{template.mail}")
    if text.language != letter.second_language or not (is_printed or "portfolio" in named):
        return []
    return lacking_function(letter.invitation.minister, text.language)


def with_holes_named(letter: Letter, text: OpenText) -> OpenText:
    """Return the text with a mark, and the field's name, wherever it would have a hole."""
    marks = {
        name: hole_named(lack_of(name, text.language))
        for name in empty_words(letter.kind, text.template, text.words)
    }
    function, block = letter.invitation.minister.portfolio_in(text.language), text.addressee
    for lack in lacking_in_second(letter, text):
        marks["portfolio"] = hole_named(lack)
        block = [marks["portfolio"] if line == function else line for line in block]
    return text._replace(words=text.words | marks, addressee=block)


def hole_named(lack: Lack) -> str:
    return _("[missing: %(field)s]") % {"field": lack.title}


def filled_text(text: OpenText) -> LetterText:
    template, words = text.template, text.words
    subject, mail = (part.replace("**", "") for part in (template.subject, template.mail))
    subject = BLANKS.sub(" ", fill_placeholders(subject, words)).strip()
    paper = without_stray_asterisks(fill_placeholders(template.paper, escape_markdown(words)))
    mail = after_inside_address(text, fill_placeholders(mail, words))
    return LetterText(
        language=text.language,
        template=template,
        subject=format_typography(text.language, subject),
        paper=format_typography(text.language, paper),
        mail=format_typography(text.language, mail),
        addressee=[format_typography(text.language, line) for line in text.addressee],
    )


def after_inside_address(text: OpenText, mail: str) -> str:
    """Return the mail of a circular's letter after the lines of its addressee, as on paper.

    An office may answer for several ministers. A text that names the addressee itself stays alone.
    """
    names_it = "minister" in identifiers(text.template.mail)
    if not mail or names_it or not text.template.traits.circular:
        return mail
    return "\n".join(text.addressee) + f"\n\n{mail}"


BETWEEN_LANGUAGES = "\n\n* * *\n\n"


def join_languages(field: str, texts: list[LetterText]) -> str:
    return BETWEEN_LANGUAGES.join(filter(None, (getattr(text, field) for text in texts)))


def words_in_languages(letter: Letter, words: str) -> list[tuple[str, str, str]]:
    """Return (language, direction, words) of each language of the letter.

    Words that hold the line between two languages themselves cannot be told apart: they stay whole.
    """
    languages = languages_of(letter)
    parts = words.split(BETWEEN_LANGUAGES) if len(languages) > 1 else [words]
    if not words:
        return []
    if len(parts) != len(languages):
        return [("", "auto", words)]
    return [
        (code, direction_of_language(code), part)
        for code, part in zip(languages, parts, strict=True)
    ]


def text_variant(letter: Letter) -> str:
    """Return the variant of the letter’s text; the usual one says “you”, and to no crown.

    Letters of thanks say “you” too, and have a text for whoever delivered the statement in person.
    """
    if letter.kind == Letter.Kind.ACKNOWLEDGEMENT and letter.variant == ANSWER:
        return acknowledged_as(letter)
    is_usual = not letter.variant or letter.variant in THANKING
    speaks_to_addressee = letter.traits.circular and is_usual
    if not speaks_to_addressee or letter.addressed_alike:
        return letter.variant
    minister = letter.invitation.minister
    is_crowned = any(is_styled(minister, said, letter.forms) for said in languages_of(letter))
    if is_crowned:
        return CROWN
    in_person = letter.variant == SPOKE and letter.speaker == []
    return IN_PERSON if in_person else letter.variant


def acknowledged_as(letter: Letter) -> str:
    """Return the variant that acknowledges the answer as what it is: a regret, or an acceptance.

    The usual one serves every answer, and serves this one as long as two people have not approved
    the other in each language of the letter.
    """
    variant = ACKNOWLEDGING.get(letter.reply.answer if letter.reply else "", letter.variant)
    usable = LetterTemplate.objects.for_letter(letter.kind, variant).order_by()
    approved = set(usable.values_list("language", flat=True))
    return variant if approved.issuperset(languages_of(letter)) else letter.variant


def template_for_letter(letter: Letter, language: str, variant: str) -> LetterTemplate:
    usable = LetterTemplate.objects.for_letter(letter.kind, variant)
    template = usable.filter(language=language).first()
    if template is None:
        raise ValidationError(
            gettext_lazy("No approved text: %(text)s, %(language)s."),
            params={
                "text": lazy(text_called, str)(letter.kind, variant),
                "language": Language(language).label,
            },
        )
    return template
