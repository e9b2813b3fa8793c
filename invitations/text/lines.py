"""Typed text: invisible signs are dropped, and text that was damaged on the way is refused."""

import re
import sys
import unicodedata
from functools import cache

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from ftfy import badness, fix_encoding

NO_LETTERS = _("This holds signs that are no writing. Please type it anew.")
LOST = _(
    "“%(near)s” holds the sign �, which stands for a letter that was lost on the way:"
    " please type it anew."
)
TURNED = _(
    "“%(near)s” holds an invisible sign that turns writing round (%(sign)s): please type it anew."
)
GARBLED = _("“%(near)s” was garbled on the way; it may have been “%(meant)s”. Please type it anew.")

CODED = _(
    "“%(near)s” holds “=?”, by which mail programs mark a code: please write it in another way."
)

# The signs that end a line, in one program or another.
BREAKS = "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"
ON_ONE_LINE = str.maketrans(dict.fromkeys(BREAKS + "\t", " "))
LINE_ENDS = str.maketrans(dict.fromkeys(BREAKS, "\n"))
BLANKS = BREAKS + " \t\x1f\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
FULL_WIDTH = str.maketrans({wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x3000: " "})
CHINESE_OR_NEAR = re.compile(r"[\u2e80-\u2fff\u3005-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]")

OVERRIDES = "\u202d\u202e"
# Format signs that are visible: before a number, or in the Quran.
SEEN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
# Letters and signs of Hangul and Braille that print as a blank.
FILLERS = "\u115f\u1160\u2800\u3164\uffa0"
# Signs that only change or join the letter before them: alone, nothing of them is seen.
FILLERS += "\u034f\u180b\u180c\u180d" + "".join(map(chr, range(0xFE00, 0xFE10)))
MARKS = "\u200e\u200f\u061c"
JOINERS = "\u200c\u200d"
RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
# A joiner belongs to the spelling between letters of these scripts, and at the end of a word after
# the sign that removes a vowel, or in the Persian abbreviation of a calendar's name. Elsewhere it
# is invisible.
VOWEL_KILLERS = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
NEEDLESS_JOINER = re.compile(
    f"[{JOINERS}](?:(?<![\u0590-\u1fff][{JOINERS}])"
    f"|(?![\u0590-\u1fff])(?<![{VOWEL_KILLERS}][{JOINERS}])(?<!\u0647\u200d))"
)
# A capital with an accent before a closing quotation mark looks like a garbled letter.
QUOTATION = re.compile(r"(?<![^\s([’'])(?:“[^“”]*”|„[^„“”]*[“”]|«[^«»]*»|‘[^‘’]*’)(?!\w)")
MARK_IN_A_WORD = re.compile(rf"[{MARKS}](?<=[^\W\d_][{MARKS}])(?=[^\W\d_])")


# Surrogates, controls but the newline and the tab, and what Unicode keeps from being a character.
LAST_OF_PLANES = "".join(f"{chr(end - 1)}{chr(end)}" for end in range(0xFFFF, 0x110000, 0x10000))
UNSTORABLE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{LAST_OF_PLANES}]")

# No script puts more on one letter, and no text that may be exchanged has more (Unicode, UAX 15).
MOST_MARKS = 30


def tidy_line(typed: str) -> str:
    """Return the text on one line, without invisible signs; a single no-break space stays."""
    return re.sub("[ \xa0]{2,}", " ", without_invisible(typed.translate(ON_ONE_LINE)))


def tidy_text(typed: str) -> str:
    """Return the text with its lines, each ended by a newline, and without invisible signs."""
    return without_invisible(typed.replace("\r\n", "\n").translate(LINE_ENDS))


def without_invisible(typed: str) -> str:
    """Return the text in composed letters, without invisible signs that its script does not need.

    Such signs reverse a name, or make two names of one. A joiner between letters of Persian or
    Hindi and a direction mark beside Arabic or Hebrew stay. Direction overrides stay to be refused.
    """
    if not typed.isascii():
        kept = OVERRIDES + SEEN + JOINERS + (MARKS if RIGHT_TO_LEFT.search(typed) else "")
        unseen = {sign for sign in set(typed) if unicodedata.category(sign) == "Cf"} - set(kept)
        typed = typed.translate({ord(sign): None for sign in unseen})
        typed = MARK_IN_A_WORD.sub("", NEEDLESS_JOINER.sub("", typed))
        typed = unicodedata.normalize("NFC", with_few_marks(typed))
    return typed.strip(BLANKS + MARKS)


def with_few_marks(words: str) -> str:
    """Return the text without the marks on a letter that are past any script's number.

    They are put in order when letters are composed or taken apart, which takes the square of their
    number: a megabyte of them would stop the site for an hour.
    """
    return words if words.isascii() else too_many_marks().sub(r"\1", words)


@cache
def too_many_marks() -> re.Pattern[str]:
    marks = "".join(filter(unicodedata.combining, map(chr, range(sys.maxunicode + 1))))
    return re.compile(f"([{marks}]{{{MOST_MARKS}}})[{marks}]+")


def is_blank(words: str) -> bool:
    """Whether nothing of the words is seen: they hold blanks, direction marks or joiners alone."""
    return all(
        sign.isspace()
        or sign in FILLERS
        or (unicodedata.category(sign) in ("Cc", "Cf") and sign not in SEEN)
        for sign in words
    )


def narrow_signs(words: str) -> str:
    """Return full-width Latin letters, digits and signs in their usual width.

    Among Chinese characters they are that language's own punctuation, and stay.
    """
    return words if CHINESE_OR_NEAR.search(words) else words.translate(FULL_WIDTH)


def is_unstorable(sign: str) -> bool:
    """Whether no table, no page or no file of XML can hold the sign."""
    return bool(UNSTORABLE.match(sign))


def without_unstorable(words: str, instead: str = "") -> str:
    """Return the text with ``instead``, or nothing, in place of each sign that cannot be stored."""
    return UNSTORABLE.sub(instead, words)


def is_bad(words: str) -> bool:
    """Whether letters were garbled by a wrong decoding; complete quotations do not count."""
    return bool(badness.is_bad(QUOTATION.sub(lambda found: f'"{found[0][1:-1]}"', words)))


def refuse_spoilt(words: str) -> None:
    """Refuse text with control signs, direction overrides, or letters lost or garbled."""
    if UNSTORABLE.search(words):
        raise ValidationError(NO_LETTERS, code="no_writing")
    if turned := re.search(f"[{OVERRIDES}]", words):
        named = {"near": around(words, turned.start()), "sign": f"U+{ord(turned[0]):04X}"}
        raise ValidationError(TURNED, code="turned", params=named)
    if "\ufffd" in words:
        named = {"near": around(words, words.index("\ufffd"))}
        raise ValidationError(LOST, code="lost", params=named)
    if not words.isascii() and is_bad(words) and (meant := fix_encoding(words)) != words:
        near = next((word for word in words.split() if fix_encoding(word) != word), "")
        named = {
            "near": isolated(near or words[:40]),
            "meant": isolated(fix_encoding(near) or meant[:40]),
        }
        raise ValidationError(GARBLED, code="garbled", params=named)


def refuse_spoilt_line(words: str) -> None:
    """Refuse damaged text, and “=?”, which the header of a mail would not keep as it is."""
    if "=?" in words:
        named = {"near": around(words, words.index("=?"))}
        raise ValidationError(CODED, code="coded", params=named)
    refuse_spoilt(words)


def around(words: str, place: int) -> str:
    """Return the text around that place, without direction overrides."""
    return isolated(without_overrides(words[max(place - 20, 0) : place + 20]))


def isolated(words: str) -> str:
    """Return the text marked so that an Arabic sentence around it keeps its order."""
    return f"\u2068{words}\u2069" if translation.get_language_bidi() else words


def quoted(words: str) -> str:
    """Return somebody else's words in the quotation marks of the language."""
    return str(_("“%s”")) % isolated(words)


def without_overrides(words: str) -> str:
    return re.sub(f"[{OVERRIDES}]", "", words)


def validate_phone(number: str) -> None:
    """Refuse a text that is not an international telephone number."""
    if not re.fullmatch(r"\+[0-9][0-9 ().-]{5,}[0-9]", number):
        raise ValidationError(
            _("%(number)s is not a telephone number: write it as +41 22 555 01 00."),
            params={"number": number},
        )
