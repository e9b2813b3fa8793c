"""Words that take the place of others, throughout a text."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from invitations.text.lines import tidy_line

ARROWS = re.compile(r"\s*(?:→|=>|\t)\s*")
UNREADABLE = _("Line %(line)s: write what stands there, an arrow (→ or =>), and what is to stand.")
TWICE = _("Line %(line)s: these words stand in an earlier line.")


class Pair(NamedTuple):
    """What stands in a text, and what is to stand in its place."""

    before: str
    after: str


def pairs_in(lines: str) -> list[Pair]:
    """Return a pair for each line; raise ValidationError for one that is none."""
    pairs: dict[str, Pair] = {}
    for number, line in enumerate(lines.splitlines(), 1):
        if not line.strip():
            continue
        before, *after = map(tidy_line, ARROWS.split(line.strip("\r\n ")))
        if not before or len(after) != 1:
            raise ValidationError(UNREADABLE, params={"line": number})
        if before in pairs:
            raise ValidationError(TWICE, params={"line": number})
        pairs[before] = Pair(before, after[0])
    return [*pairs.values()]


def reworded(text: str, pairs: Iterable[Pair]) -> str:
    """Return the text with the words of each pair replaced, the longest first, and each once.

    Only whole words are meant; in Chinese no space parts them. Words that begin with a small
    letter are meant at the beginning of a sentence, too.
    """
    for_words = {one.before: one.after for one in pairs}
    for_words |= {
        capital(before): capital(after)
        for before, after in for_words.items()
        if capital(before) not in for_words
    }
    longest_first = sorted(for_words, key=len, reverse=True)
    any_of_them = "|".join(map(whole_words, longest_first))
    return re.sub(any_of_them, lambda found: for_words[found[0]], text) if for_words else text


CHINESE = r"\u3400-\u9fff"
WITHIN_A_WORD = re.compile(rf"[^\W_{CHINESE}]")


def whole_words(words: str) -> str:
    # The name of a placeholder is none of the words of a text: only "$forum" means "$forum".
    before = rf"(?<![^\W{CHINESE}])(?<!\$)(?<!\$\{{)" if WITHIN_A_WORD.match(words[0]) else ""
    after = rf"(?![^\W{CHINESE}])" if WITHIN_A_WORD.match(words[-1]) else ""
    return f"{before}{re.escape(words)}{after}"


def capital(words: str) -> str:
    return words[:1].upper() + words[1:]
