"""Texts from bytes of an encoding that nobody names: known by their marks, or guessed by letters.

Guessing libraries want more text than a list of ten names has: they take Spanish for Polish.
"""

import codecs
import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from ftfy import badness

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
TYPOGRAPHIC = "\xa0«»‘’‚“”„–—…•·°ºª№§€‹›¡¿"  # noqa: RUF001


class DecodedText(NamedTuple):
    words: str
    encoding: str
    is_guessed: bool


def decoded_text(content: bytes) -> DecodedText | None:
    """Return the text and what it is encoded in; None for what is no text that can be told."""
    return marked_text(content) or guessed_text(content)


def marked_text(content: bytes) -> DecodedText | None:
    """Return the text of Unicode, which proves itself."""
    for mark, codec, named in MARKS:
        if content.startswith(mark):
            return decode_if_sound(content, codec, named)
    if content[1::2].count(0) > len(content) // 4:
        return decode_if_sound(content, "utf-16-le", "UTF-16")
    if content[::2].count(0) > len(content) // 4:
        return decode_if_sound(content, "utf-16-be", "UTF-16")
    return decode_if_sound(content, "utf-8", "UTF-8")


def guessed_text(content: bytes) -> DecodedText | None:
    """Return the text in the first encoding in which its letters make words of one script."""
    for codec, named, is_likely in GUESSES:
        found = decode_if_sound(content, codec, named)
        if found and not CONTROL.search(found.words) and is_likely(found.words):
            return found._replace(is_guessed=True)
    return None


def decode_if_sound(content: bytes, codec: str, named: str) -> DecodedText | None:
    try:
        return DecodedText(content.decode(codec), named, is_guessed=False)
    except UnicodeDecodeError:
        return None


def marked_letters(words: str) -> str:
    """Return the signs beyond ASCII, without punctuation that every encoding has."""
    return "".join(sign for sign in words if not sign.isascii() and sign not in TYPOGRAPHIC)


def rises_within(words: str) -> bool:
    """Whether a capital letter follows a small one, and one of the two is beyond ASCII."""
    return any(
        first.islower() and second.isupper() and not (first.isascii() and second.isascii())
        for first, second in pairwise(words)
    )


def is_western(words: str) -> bool:
    letters = marked_letters(words)
    # Turkish has other letters in the place of the Icelandic ones.
    return (
        bool(re.fullmatch("[À-ÖØ-öø-ÿŒœŠšŽžŸ]*", letters))
        and not re.search("[ÐÞÝðþý]", letters)
        and not re.search("[À-ÖØ-öø-ÿŒœŠšŽžŸ]{3}", words)
        and not rises_within(words)
        and not badness.is_bad(words)
    )


def is_cyrillic(words: str) -> bool:
    return (
        bool(re.fullmatch("[Ѐ-ӿ]+", marked_letters(words)))
        and not re.search("[A-Za-z][Ѐ-ӿ]|[Ѐ-ӿ][A-Za-z]", words)
        and not rises_within(words)
    )


def reads_as_arabic(words: str) -> bool:
    letters = re.sub("[\u200c\u200d\u200e\u200f]", "", marked_letters(words))
    return bool(re.fullmatch("[\u0600-\u06ff]+", letters)) and not re.search(
        "[A-Za-z][\u0600-\u06ff]|[\u0600-\u06ff][A-Za-z]", words
    )


def is_chinese(words: str) -> bool:
    """Whether most characters are among the some 7,000 usual ones."""
    letters = marked_letters(words)
    usual = letters.encode("gb2312", "ignore").decode("gb2312")
    return bool(re.search("[一-鿿]", letters)) and len(usual) > len(letters) * 0.9


GUESSES: tuple[tuple[str, str, Callable[[str], bool]], ...] = (
    ("cp1252", "Windows-1252", is_western),
    ("mac_roman", "Mac Roman", is_western),
    ("cp1251", "Windows-1251", is_cyrillic),
    ("koi8_r", "KOI8-R", is_cyrillic),
    ("cp1256", "Windows-1256", reads_as_arabic),
    ("gbk", "GBK", is_chinese),
)
