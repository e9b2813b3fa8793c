"""The language of the text in each field of the desk, which gives the field its direction."""

from typing import Any

from django import forms
from modeltranslation.fields import TranslationField

from invitations.forms.fields import LineField
from invitations.models import Language
from invitations.text.scripts import LETTERS, direction_of_language

# By model and column: the language itself, or the columns of which one names it.
IN_ITS_LANGUAGE = ("language",)
IN_A_SCRIPT = ("language", "second_language")
WRITTEN_IN: dict[str, dict[str, str | tuple[str, ...]]] = {
    "term": {"text": IN_ITS_LANGUAGE},
    "lettertemplate": dict.fromkeys(("subject", "paper", "mail"), IN_ITS_LANGUAGE),
    "mission": {"greeted_as": IN_ITS_LANGUAGE},
    "statealias": {"spelling": IN_ITS_LANGUAGE},
    "memberstate": dict.fromkeys(("list_name_fr", "sort_key_fr"), Language.FRENCH),
    "formofaddress": {
        **dict.fromkeys(
            ("courtesy", "title", "salutation", "closing", "styled", "government"), IN_ITS_LANGUAGE
        ),
        **dict.fromkeys(("courtesy_dative", "title_dative"), Language.RUSSIAN),
    },
    "minister": {
        **dict.fromkeys(
            (
                "honorific", "prenominal", "portfolio",
                "name_as_printed", "salutation_as_printed", "closing_as_printed",
            ),
            IN_ITS_LANGUAGE,
        ),
        **dict.fromkeys(("name_in_script", "family_name_in_script"), IN_A_SCRIPT),
        **dict.fromkeys(("name_in_dative", "portfolio_in_dative"), Language.RUSSIAN),
        "portfolio_in_second_language": ("second_language",),
    },
}  # fmt: skip


def give_directions(form: forms.ModelForm) -> None:
    """Let each field of words say its direction, and its language where that is known.

    Else it follows what is typed: its words stand in another language than the desk's, perhaps.
    """
    for name, field in form.fields.items():
        if isinstance(field, LineField) and not field.widget.is_hidden:
            language = language_of(form, name)
            field.widget.attrs |= (
                {"dir": direction_of_language(language), "lang": language}
                if language
                else {"dir": "auto"}
            )


def language_of(form: forms.ModelForm, name: str) -> str:
    """Return the language of the words in the field; empty where nothing says it yet."""
    columns = {column.name: column for column in form.instance._meta.concrete_fields}
    if isinstance(columns.get(name), TranslationField):
        return str(columns[name].language)
    written_in = WRITTEN_IN.get(str(form.instance._meta.model_name), {}).get(name, ())
    if isinstance(written_in, str):
        return written_in
    chosen = [language_chosen(form, column) for column in written_in]
    if written_in == IN_A_SCRIPT:
        chosen = [one for one in chosen if one in LETTERS]
    return next(filter(None, chosen), "")


def language_chosen(form: forms.ModelForm, column: str) -> str:
    """Return the language in that column: as typed, as proposed, or as it is on file."""
    typed: Any = form.data.get(form.add_prefix(column)) if form.is_bound else ""
    on_file = getattr(form.instance, column) if form.instance.pk else ""
    said = typed or form.initial.get(column) or on_file
    return said if said in Language.values else ""
