"""What a letter lacks: fields that are empty and whose words its text needs."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from invitations.models import (
    KINDS,
    Language,
    Letter,
    LetterTemplate,
    Minister,
)
from invitations.text.dates import comma_list, running_text
from invitations.text.lines import is_blank
from invitations.text.optional_parts import identifiers_in_marks
from invitations.text.placeholders import PLACEHOLDERS_OF_LETTERS, needed_words

# Each edition has a date before which to reply, but it may not hold yet.
LAST_DAY = ("forumedition", "reply_before")
# Printed around the words of each letter on paper.
LETTERHEAD = {"organization", "signatory", "signatory_title"}


class Lack(NamedTuple):
    """A field that is empty for a letter in a language, by model and column.

    The column is that of the language where the field has six, and empty where no one field has
    the words.
    """

    language: str
    model: str
    column: str

    @property
    def title(self) -> str:
        if (self.model, self.column) == LAST_DAY:
            return _("last day to reply, which is still to be set")
        model = apps.get_model("invitations", self.model)
        if not self.column:
            return str(model._meta.verbose_name)
        field = model._meta.get_field(self.column)
        return str(getattr(field, "translated_field", field).verbose_name)


class Lacking(ValidationError):
    """The refusal of a letter that would have holes; it names the empty fields and has them."""

    def __init__(self, lacks: list[Lack]) -> None:
        self.lacks = lacks
        super().__init__(lazy(describe_missing_words, str)(lacks))


def describe_missing_words(lacks: Iterable[Lack]) -> str:
    return running_text(lacking_sentences(lacks))


def lacking_sentences(lacks: Iterable[Lack]) -> list[str]:
    """Return a sentence for each language: Missing in French: organizers, fax."""
    titles: dict[str, dict[str, None]] = {}
    for lack in lacks:
        titles.setdefault(lack.language, {})[lack.title] = None
    return [
        _("Missing in %(language)s: %(texts)s.")
        % {"language": Language(language).label, "texts": comma_list(named)}
        for language, named in titles.items()
    ]


def refuse_lacks(lacks: Iterable[Lack]) -> None:
    if found := list(dict.fromkeys(lacks)):
        raise Lacking(found)


def lacking_texts(letter: Letter, language: str) -> list[Lack]:
    """Return the texts of edition and circular that another language has and this one lacks."""
    edition, circular = letter.invitation.edition, letter.circular
    lacks = [
        Lack(language, str(row._meta.model_name), build_localized_fieldname(field, language))
        for row in (edition, circular)
        for field in lacking_in(row, language)
    ]
    if letter.traits.refers and not circular.says("changes"):
        lacks.append(lack_of("changes", language))
    return lacks


# A name in Latin letters will do where a language has none.
ENGLISH_WILL_DO = {"contact_name"}


def lacking_in(row: Model, language: str) -> list[str]:
    options = translator.get_options_for_model(type(row))
    return [
        field
        for field, columns in sorted(options.all_fields.items())
        if field not in ENGLISH_WILL_DO
        and any(getattr(row, column.name) for column in columns)
        and is_missing(getattr(row, build_localized_fieldname(field, language)))
    ]


def lacking_words(
    kind: str, language: str, template: LetterTemplate, words: Mapping[str, str]
) -> list[Lack]:
    """Return what the text needs and finds empty among these words."""
    lacks = [lack_of(name, language) for name in empty_words(kind, template, words)]
    # Without a last day its time zone has no word either, and is no field to be filled.
    unset = any((lack.model, lack.column) == LAST_DAY for lack in lacks)
    return [lack for lack in lacks if not (unset and lack == lack_of("last_day", language))]


def empty_words(kind: str, template: LetterTemplate, words: Mapping[str, str]) -> list[str]:
    """Return the placeholders, in order, that may not be empty in this text and are."""
    needed = LETTERHEAD if KINDS[kind].printed else set()
    for text in (template.subject, template.paper, template.mail):
        needed = needed | needed_words(text)
    return [name for name in in_template_order(needed & set(words)) if is_missing(words[name])]


def lacking_function(minister: Minister, language: str) -> list[Lack]:
    """Return the minister's function, where a text in their second language would lack it."""
    if minister.lacks_portfolio_in(language):
        return [Lack(language, "minister", "portfolio_in_second_language")]
    return []


def left_out_words(template: LetterTemplate, words: Mapping[str, str]) -> list[str]:
    """Return the placeholders, in order, that are empty and let a part of this text fall away."""
    texts = (template.subject, template.paper, template.mail)
    marked = {name for text in texts for name in identifiers_in_marks(text)}
    return [name for name in in_template_order(marked & set(words)) if is_missing(words[name])]


def in_template_order(names: set[str]) -> list[str]:
    return [name for name in PLACEHOLDERS_OF_LETTERS if name in names]


def is_missing(word: str | None) -> bool:
    return is_blank(word or "")


def lack_of(name: str, language: str) -> Lack:
    """Return the field from which the placeholder would have its words in the language."""
    _meaning, model, field = PLACEHOLDERS_OF_LETTERS[name]
    if field in translated_fields(model):
        field = build_localized_fieldname(field, language)
    return Lack(language, model, field)


def translated_fields(model: str) -> set[str]:
    options = {
        str(one._meta.model_name): translator.get_options_for_model(one)
        for one in translator.get_registered_models(abstract=False)
    }
    return set(options[model].all_fields) if model in options else set()
