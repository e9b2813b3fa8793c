"""The handbook names pages and buttons by the words on the screen, in each of its languages."""

import re

import pytest
from django.contrib import admin
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext

from delegations.desk.handbook import LANGUAGES

IN_MENU = re.compile(r"\*(\w+)\* → \*\*([^*]+)\*\*")
BOLD = re.compile(r"\*\*([^*]+)\*\*")


@pytest.fixture(scope="module")
def written(request):
    """The words of each chapter, by language and name; lines are broken wherever they are full."""
    folder = request.config.rootpath / "docs/handbook"
    return {
        (language, path.stem): " ".join(path.read_text().split())
        for language in LANGUAGES
        for path in (folder / language).glob("*.md")
    }


def in_the_menu():
    """Each list of the desk under its group, as the menu names both."""
    pages = [
        (page.menu[0], model)
        for model, page in admin.site._registry.items()
        if getattr(page, "menu", None)
    ]
    return {(str(group), capfirst(model._meta.verbose_name_plural)) for group, model in pages}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_list_stands_in_the_menu_where_the_handbook_says(written, language):
    with translation.override(language):
        shown = in_the_menu()
        groups = {group for group, _ in shown}

        named = {
            (group, name)
            for (of, _), words in written.items()
            for group, name in IN_MENU.findall(words)
            if of == language and group in groups
        }

        assert len(named) > 5
        assert named - shown == set()


def test_what_is_bold_in_english_is_bold_in_french_as_the_desk_says_it(written):
    missing = []
    for name in sorted({name for _, name in written}):
        bold = {plain(words) for words in BOLD.findall(written["fr", name])}
        for words in BOLD.findall(written["en", name]):
            french = in_french(words)
            if french and plain(french) not in bold:
                missing.append((name, words, french))

    assert missing == []


def in_french(words):
    """What the desk says in French for these words; None where they are not the desk's."""
    # A button may go on after its words, and a list is called by its records, written small.
    forms = [words, f"{words}…", words.lower()]
    with translation.override("fr"):
        return next((said for form in forms if (said := gettext(form)) != form), None)


def plain(words):
    # Spaces that hold a line together count as any.
    return " ".join(words.split()).strip("…: ").casefold()
