"""The languages that words tell by their script."""

import re
import unicodedata

from django.utils.translation import get_language_info

# Of the six, each of these alone is written in the script; Latin letters leave it open.
BY_SCRIPT = {"ARABIC": "ar", "CJK": "zh-hans", "CYRILLIC": "ru"}
# The letters of each, for a pattern.
LETTERS = {"ar": "\u0600-\u06ff", "ru": "\u0400-\u04ff", "zh-hans": "\u3400-\u9fff"}


def script_of(words: str) -> str:
    """Return the script of the first letter, as Unicode names it; empty without letters."""
    letter = next(filter(str.isalpha, words), "")
    return re.split("[ -]", unicodedata.name(letter, ""))[0] if letter else ""


def language_by_script(words: str) -> str:
    """Return the language; empty if the script leaves it open."""
    return BY_SCRIPT.get(script_of(words), "")


def direction_of_language(language: str) -> str:
    """Return the value of ``dir`` for words in that language: ``ltr`` or ``rtl``."""
    return "rtl" if get_language_info(language)["bidi"] else "ltr"
