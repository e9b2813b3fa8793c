"""The spaces, quotes and apostrophes of a text as a language prints them."""

import re
from collections.abc import Iterable
from functools import partial

NO_BREAK = "\u00a0"
# The signs within an address, a link of Markdown or the code of a sign are not those of a sentence.
ADDRESS = r'\]\([^)\n]*\)|\bwww\.\S*|[^\s(]*(?://|@)\S*|&#?\w+;|""'
FRENCH = {
    r"(?<=\w)'(?=[\w$])": "’",
    r'"(?P<quoted>[^"\n]+)"': f"«{NO_BREAK}\\g<quoted>{NO_BREAK}»",
    r"«[ \u00a0\u202f]*": f"«{NO_BREAK}",
    r"[ \u00a0\u202f]*»": f"{NO_BREAK}»",
    r"(?<=[\w)}»*’])[ \u00a0\u202f]*(?P<sign>[;?!])": f"{NO_BREAK}\\g<sign>",
    # A colon within an hour stays as it is.
    r"(?<=[\w)}»*’])[ \u00a0]*:(?=[\s*]|\Z)": f"{NO_BREAK}:",
}


def mended_french(text: str) -> str:
    """Return the French text with its no-break spaces, guillemets and apostrophes.

    Addresses stay as they are, and so does a text that is right already.
    """
    for typed, printed in FRENCH.items():
        text = re.sub(f"(?P<address>{ADDRESS})|{typed}", partial(mended, printed), text)
    return text


def mended(printed: str, found: re.Match[str]) -> str:
    return found["address"] or found.expand(printed)


def joined_in_chinese(parts: Iterable[str]) -> str:
    """Return the parts without spaces between them, but for one between two Latin words."""
    latin = r"[A-Za-zÀ-ɏ.)]"
    return re.sub(rf"(?<={latin})\n(?={latin})", " ", "\n".join(parts)).replace("\n", "")
