import re
from gettext import translation

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from invitations.data import letter_templates
from invitations.text.typography import (
    format_courtesies,
    mended_french,
    unbroken_compounds,
    unbroken_courtesies,
)

FRENCH = [text for text in letter_templates() if text["language"] == "fr"]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Thème : l'avenir", "Thème\u00a0: l’avenir"),
        ("Le thème: l’avenir", "Le thème\u00a0: l’avenir"),
        ('dit "oui" ; puis', "dit «\u00a0oui\u00a0»\u00a0; puis"),
        ("**Qui** ?", "**Qui**\u00a0?"),
        ("«oui»!", "«\u00a0oui\u00a0»\u00a0!"),
        ("à 14:30, https://a.example.org/?b;c!", "à 14:30, https://a.example.org/?b;c!"),
        ("[ici](https://a.example.org/?x) : voilà", "[ici](https://a.example.org/?x)\u00a0: voilà"),
        ("$forum : $theme", "$forum\u00a0: $theme"),
        ("l'$organization ; ${theme} !", "l’$organization\u00a0; ${theme}\u00a0!"),
        ("www.a.example.org/?b;c&nbsp;: oui", "www.a.example.org/?b;c&nbsp;: oui"),
        ('[ici](https://a.example.org "b") ?', '[ici](https://a.example.org "b")\u00a0?'),
        ('" [ici](https://a.example.org "b")', '" [ici](https://a.example.org "b")'),
    ],
)
def test_what_is_typed_in_french_gets_its_spaces_and_quotes(typed, printed):
    assert mended_french(typed) == printed
    assert mended_french(printed) == printed


@pytest.mark.parametrize("text", FRENCH, ids=lambda text: f"{text['kind']} {text['variant']}")
def test_the_shipped_french_texts_need_no_mending(text):
    for field in ("subject", "paper", "mail"):
        assert mended_french(text[field]) == text[field]


@pytest.mark.parametrize(
    "typed", ["etc. ; puis", "etc.; puis", "50 % ; puis", "et… ; puis", "p. ex. : oui"]
)
def test_no_line_parts_before_a_sign_after_a_stop_or_per_cent(typed):
    assert re.search(r"\S\u00a0[;:] \w", mended_french(typed))


# A space that lets a line end before a sign, quotation marks of English, and the letter that
# documents of the United Nations write only where a word would be mistaken.
FOREIGN = {"fr": r"\S [:;?!»](?!\w)|« |[“”]", "es": "[“”]", "ru": "[ёЁ“”]| — "}


@pytest.mark.parametrize("language", FOREIGN)
def test_pages_are_set_as_is_the_custom_of_their_language(language):
    words = translation("django", settings.BASE_DIR / "locale", [language])._catalog.values()

    assert [one for one in words if re.search(FOREIGN[language], one)] == []


PROSE = [
    *(settings.BASE_DIR / "docs/handbook/fr").glob("*.md"),
    *(settings.BASE_DIR / "delegations/data/notices").glob("*.fr.md"),
]


@pytest.mark.parametrize("text", PROSE, ids=lambda one: one.stem)
def test_french_chapters_and_notices_are_set_as_is_the_custom(text):
    assert re.findall(FOREIGN["fr"], text.read_text()) == []


KEPT = [
    "$theme",
    "${theme}",
    "[[",
    "]]",
    "https://a.example.org/?x=1;y!z",
    "www.a.example.org/?x",
    "a@example.org",
    "&nbsp;",
    '[ici](https://a.example.org "b")',
]
SIGNS = list(" \u00a0\u202f\n\"'«»;?!:*()aé1.,|")


@given(st.lists(st.sampled_from(KEPT + SIGNS), max_size=9).map("".join))
def test_a_second_mending_changes_nothing_and_no_placeholder_link_or_mark_is_touched(typed):
    printed = mended_french(typed)

    assert mended_french(printed) == printed
    assert [printed.count(kept) for kept in KEPT] == [typed.count(kept) for kept in KEPT]


@pytest.mark.parametrize("courtesy", ["г-н", "г-жа", "Г-жа", "г-ну", "г-же", "г-ном", "г-да"])
def test_no_line_parts_within_a_russian_courtesy(courtesy):
    printed = courtesy.replace("-", "\u2011")

    assert unbroken_courtesies(f"Вручить {courtesy} Эльфберг") == f"Вручить {printed} Эльфберг"
    assert unbroken_courtesies(printed) == printed


@pytest.mark.parametrize("word", ["Петербург-на-Неве", "г-образный", "какого-нибудь", "юг-нам"])
def test_other_words_keep_their_hyphen(word):
    assert unbroken_courtesies(word) == word


@pytest.mark.parametrize(
    "name", ["High-Level Track", "le Saint-Siège", "Vice-Ministre", "co-organized"]
)
def test_no_line_parts_within_a_name_of_two_words(name):
    printed = name.replace("-", "\u2011")

    assert unbroken_compounds(f"**{name}**, man-made") == f"**{printed}**, man-made"
    assert unbroken_compounds(printed) == printed


@pytest.mark.parametrize(
    "address",
    [
        "https://forum.example.org/Saint-Siege/High-Level",
        "[www.a-B.example.org](https://www.a-B.example.org)",
        "High-Level@example.org",
        "CL-19/58",
    ],
)
def test_addresses_and_references_keep_their_hyphen(address):
    assert unbroken_compounds(f"voir {address}.") == f"voir {address}."


def test_a_russian_courtesy_begins_a_line_with_a_capital():
    typed = "Контакт: г-жа Мобан\n\nг-жа Мобан\nг-ну Штрельзау\nгод"  # noqa: RUF001 -- in Russian

    lines = format_courtesies(typed).replace("\u2011", "-").splitlines()

    assert [line.split()[0] for line in lines if line] == ["Контакт:", "Г-жа", "Г-ну", "год"]
    assert "г-жа Мобан" in lines[0]
    assert format_courtesies("\n".join(lines)) == format_courtesies(typed)
