"""Words as people type and copy them: what is tidied, and what is refused and how."""

import time
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from invitations.text.lines import (
    MOST_MARKS,
    narrow_signs,
    quoted,
    refuse_spoilt,
    refuse_spoilt_line,
    tidy_line,
    tidy_text,
    without_unstorable,
)
from invitations.text.spellings import search_words

BREAKS = ["\r", "\n", "\r\n", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"]


@pytest.mark.parametrize("sign", BREAKS)
def test_a_line_stays_one_line(sign):
    assert tidy_line(f"Forum{sign}of Zenda{sign}") == "Forum of Zenda"


@pytest.mark.parametrize("sign", BREAKS)
def test_lines_end_in_one_way(sign):
    assert tidy_text(f"Forum{sign}of Zenda") == "Forum\nof Zenda"


def test_markdown_keeps_its_spaces_and_blank_lines():
    assert tidy_text("One  \r\ntwo\r\n\r\n    code\r\n") == "One  \ntwo\n\n    code"


def test_letters_are_composed():
    assert tidy_line("E\u0301lyse\u0301e") == "\u00c9lys\u00e9e"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Fla\u200bvia", "Flavia"),
        ("\ufeffFlavia\u00ad\u2060", "Flavia"),
        ("\u202aFlavia\u202c", "Flavia"),
        ("\u2066Flavia\u2069 \u200e(Ms.)", "Flavia (Ms.)"),
        ("a\u200db", "ab"),
        ("Flavia \u00a0 Elphberg", "Flavia Elphberg"),
        ("\u200fשלם\u200f", "שלם"),
    ],
)
def test_what_nobody_sees_goes(typed, kept):
    assert tidy_line(typed) == kept


@pytest.mark.parametrize(
    "words",
    [
        "می\u200cرسم",  # Persian: not joined
        "क\u094d\u200dष",  # Hindi: half a letter
        "സാജന\u0d4d\u200d",  # Malayalam: a letter without its vowel, at the end
        "۱۴۰۵ ه\u200d.ش.",  # noqa: RUF001 -- Persian: of the calendar of the Hijra
        "مرحبا (WSIS)\u200e.",
        "\u0600\u0661\u0662",  # a visible sign before a number, of the same category
        "Forum\u00a0: l’avenir",
        "信息社会世界峰会（论坛）：主题，议程",  # noqa: RUF001 -- the punctuation of Chinese
        "張\u3000三",
    ],
)
def test_what_a_script_needs_stays(words):
    assert tidy_line(words) == words
    refuse_spoilt(words)


@given(st.text())
def test_tidy_words_are_tidy_and_hold_nothing_that_is_unseen(typed):
    for tidied in (tidy_line(typed), tidy_text(typed)):
        assert unicodedata.is_normalized("NFC", tidied)
        assert not set(tidied) & set("\r\v\f\x85\u2028\u2029\u200b\u2066\u2069")
    assert len(tidy_line(typed).splitlines()) <= 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("Ru\0dolf", "This holds signs that are no writing. Please type it anew."),
        ("Rudolf\x1b[31m", "This holds signs that are no writing. Please type it anew."),
        ("Rudolf\ud800", "This holds signs that are no writing. Please type it anew."),
        (
            "Minister \u202elevart fo",
            "“Minister levart fo” holds an invisible sign that turns writing round (U+202E):"
            " please type it anew.",
        ),
        (
            "Andr\ufffd Sapt",
            "“Andr\ufffd Sapt” holds the sign \ufffd, which stands for a letter that was lost"
            " on the way: please type it anew.",
        ),
        (
            "Ren\u00c3\u00a9 Dupont",
            "“Ren\u00c3\u00a9” was garbled on the way; it may have been “René”."
            " Please type it anew.",
        ),
        (
            "Ministre de l\u00e2\u20ac\u2122intérieur",
            "“l\u00e2\u20ac\u2122intérieur” was garbled on the way; it may have been"
            " “l’intérieur”. Please type it anew.",
        ),
    ],
)
def test_what_was_spoilt_is_refused_by_name(words, sentence):
    with pytest.raises(ValidationError) as refusal:
        refuse_spoilt(tidy_line(words))

    assert refusal.value.messages == [sentence]


@pytest.mark.parametrize(
    "words",
    ["São Tomé", "LIBERTÉ\u00a0: oui", "AMANHÃ…", "“MAÇÔ",
     "«MANHû", "A «XÃ», Việt Nam", "„Ã“", "(“Ã”)",
     "« À » Genève", "ESPAÑA…", "Ñandú",
     "Łódź", "1° de mayo", "Đặng", "Ångström’s", "Сергей Ёлкин", "El Niño™", "50 £ – 60 €"],
)  # fmt: skip
def test_rare_letters_are_not_taken_for_garbled_ones(words):
    refuse_spoilt(words)


@pytest.mark.parametrize(
    "words", ["No\u00c3\u00abl et s\u00c3\u00bbr", "“Jos\u00c3\u00a9”", "“C\u00c3\u201dTE”"]
)
def test_quotations_hide_no_garbled_letters(words):
    with pytest.raises(ValidationError, match="garbled"):
        refuse_spoilt(words)


def test_spoilt_words_keep_their_order_in_an_arabic_sentence():
    with translation.override("ar"), pytest.raises(ValidationError) as refusal:
        refuse_spoilt("DuprÃ©")

    assert "\u2068DuprÃ©\u2069" in refusal.value.messages[0]


def test_quoted_words_keep_their_order_in_an_arabic_sentence():
    assert quoted("Remarks") == "“Remarks”"
    with translation.override("ar"):
        assert quoted("Remarks")[1:-1] == "\u2068Remarks\u2069"


def test_full_width_letters_are_narrowed_but_not_among_chinese():
    assert narrow_signs("\uff26\uff4c\uff41\uff56\uff49\uff41\u3000\uff11") == "Flavia 1"
    assert narrow_signs("張（三）") == "張（三）"


@pytest.mark.parametrize("plane", range(17))
def test_what_unicode_keeps_from_being_a_character_is_refused(plane):
    last_two = [chr(0x10000 * plane + 0xFFFE), chr(0x10000 * plane + 0xFFFF)]

    for sign in (*last_two, *map(chr, range(0xFDD0, 0xFDF0))):
        with pytest.raises(ValidationError, match="no writing"):
            refuse_spoilt_line(tidy_line(f"Flavia{sign} Elphberg"))
    refuse_spoilt_line(f"{chr(0x10000 * plane + 0xFFFD) * bool(plane)} \ufdcf \ufdf0")


@pytest.mark.parametrize(
    "sign", ["\0", "\x1b", "\x7f", "\x85", "\ud800", "\ufdd0", "\uffff", "\U0010fffe"]
)
def test_what_is_no_writing_is_dropped_or_marked(sign):
    words = f"Ruritania{sign}\n\tStrelsau"

    assert without_unstorable(words) == "Ruritania\n\tStrelsau"
    assert without_unstorable(words, "\ufffd") == "Ruritania\ufffd\n\tStrelsau"


def test_marks_without_end_on_one_letter_stop_nobody():
    piled = "e" + "\u0301\u0323" * 100_000
    began = time.process_time()

    tidied = [tidy_line(piled), tidy_text(piled), search_words(piled)]

    assert time.process_time() - began < 5
    assert max(map(len, tidied)) <= 1 + MOST_MARKS


def test_as_many_marks_as_scripts_have_stay():
    many = "z" + "\u0327\u030c" * (MOST_MARKS // 2)

    assert tidy_line("ở ể") == "ở ể"
    assert tidy_line(many) == unicodedata.normalize("NFC", many)
