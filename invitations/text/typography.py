"""The spaces, quotes and apostrophes of a text as a language prints them."""

import re
from collections.abc import Iterable

NO_BREAK = "\u00a0"
# The signs within an address, a link of Markdown or the code of a sign are not those of a sentence.
ADDRESS = r'\]\([^)\n]*\)|\bwww\.[^\s\[\]]*|[^\s(\[\]]*(?://|@)[^\s\[\]]*|&#?\w+;|""'
# Stands for one of these while the rest is mended.
KEPT = "\ue000"
FRENCH = {
    r"(?<=\w)'(?=[\w$])": "’",
    r'"([^"\n]+)"': f"«{NO_BREAK}\\1{NO_BREAK}»",
    r"«[ \u00a0\u202f]*": f"«{NO_BREAK}",
    r"[ \u00a0\u202f]*»": f"{NO_BREAK}»",
    rf"(?<=[\w)}}»*’.…%{KEPT}])[ \u00a0\u202f]*([;?!])": f"{NO_BREAK}\\1",
    # A colon within an hour stays as it is.
    rf"(?<=[\w)}}»*’.…%{KEPT}])[ \u00a0]*:(?=[\s*]|\Z)": f"{NO_BREAK}:",
}


def mended_french(text: str) -> str:
    """Return the French text with its no-break spaces, guillemets and apostrophes.

    Addresses stay as they are, and so does a text that is right already.
    """
    if KEPT in text:
        return text
    kept = iter(re.findall(ADDRESS, text))
    text = re.sub(ADDRESS, KEPT, text)
    for typed, printed in FRENCH.items():
        text = re.sub(typed, printed, text)
    return re.sub(KEPT, lambda _found: next(kept), text)


# The Russian courtesies, in each case: г-н, г-жа, г-да.
COURTESIES = re.compile(r"\b([гГ])-(?=[нжд][\u0430-\u044f]{0,3}\b)")


def unbroken_courtesies(text: str) -> str:
    """Return the text whose Russian courtesies have a hyphen at which no line parts."""
    return COURTESIES.sub("\\1\u2011", text)


AT_THE_START = re.compile("^г(?=\u2011[нжд])", re.MULTILINE)


def format_courtesies(text: str) -> str:
    """Return the text with unbroken Russian courtesies, which begin a line with a capital."""
    return AT_THE_START.sub("Г", unbroken_courtesies(text))


def format_typography(language: str, text: str) -> str:
    """Return the text with the spaces, quotes, apostrophes and courtesies of its language."""
    printed = format_courtesies(text)
    return mended_french(printed) if language == "fr" else printed


# Parts of a name that a hyphen joins, and short prefixes: High-Level, Saint-Siège, co-organized.
COMPOUNDS = re.compile(
    r"(?<=[a-zß-ÿа-яё])-(?=[A-ZÀ-ÞА-ЯЁ])|(?:(?<=\b[a-z])|(?<=\b[a-z]{2}))-(?=[a-zß-ÿ])"
)


def unbroken_compounds(text: str) -> str:
    """Return the text whose names and prefixes no line parts at their hyphen; addresses stay."""
    parts = re.split(f"({ADDRESS})", text)
    parts[::2] = [COMPOUNDS.sub("\u2011", part) for part in parts[::2]]
    return "".join(parts)


WORD_JOINER = "\u2060"
# Where a line could part within a date: after a space or a dash, and on both sides of a sign.
PARTS_OF_DATES = re.compile("(?<=[ –年月日至])|(?=[年月日至])")


def unbroken_date(date: str) -> str:
    """Return the date with unseen signs by which it stays on one line, and its own spaces."""
    return WORD_JOINER.join(filter(None, PARTS_OF_DATES.split(date)))


def joined_in_chinese(parts: Iterable[str]) -> str:
    """Return the parts without spaces between them, but for one between two Latin words."""
    latin = r"[A-Za-zÀ-ɏ.)]"
    return re.sub(rf"(?<={latin})\n(?={latin})", " ", "\n".join(parts)).replace("\n", "")


# A telephone number within a sentence, as it is typed: +41 22 555 01 00, or 0100 555 010.
TELEPHONE = re.compile(r"(?:\+|\b0)\d[\d \u00a0-]*\d")


def unbroken_number(number: str) -> str:
    """Return the telephone number with no-break spaces, which keep its order in Arabic too."""
    return number.replace(" ", NO_BREAK)


def isolated_number(number: str) -> str:
    """Return the telephone number so that it stays on one line, and in its order in Arabic."""
    return f"\u2066{unbroken_number(number)}\u2069"


def with_isolated_numbers(words: str) -> str:
    """Return the Arabic words with each telephone number in its order."""
    return TELEPHONE.sub(lambda found: isolated_number(found[0]), words)
