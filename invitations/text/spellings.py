"""Spellings of names, as they are compared: of people, and of States."""

import re
import unicodedata
from difflib import SequenceMatcher
from functools import lru_cache

from invitations.text.lines import with_few_marks
from invitations.text.scripts import script_of

# Words that a State's name has in one list and lacks in another: articles, prepositions and “and”.
SMALL_WORDS = {
    "the", "of", "and", "la", "le", "les", "de", "du", "des", "et", "el", "los", "las", "del", "y",
    "и",
}  # fmt: skip
LONGEST_NUMBER = 4  # of M49, with one zero too many
SHORTENED = {
    "st": "saint",
    "ste": "sainte",
    "rep": "republic",
    "dem": "democratic",
    "is": "islands",
    "fed": "federated",
}
APOSTROPHES = "'’‘ʼ`´"  # noqa: RUF001
# Apostrophes, and signs that are written for them, which Unicode counts among the letters.
LETTERS_FOR_APOSTROPHES = str.maketrans(dict.fromkeys("ʼʻʽʾʿˈʹʺ", " "))
GENITIVE = re.compile(rf"[{APOSTROPHES}]s\b", re.IGNORECASE)
ELISION = re.compile(rf"\b[dl][{APOSTROPHES}]", re.IGNORECASE)
LETTERS_WITH_POINTS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
# What Arabic writes in more than one way: the last letters of a word, and a lengthened one.
ARABIC = str.maketrans({"ى": "ي", "ة": "ه", "ی": "ي", "ک": "ك", "ـ": None})  # noqa: RUF001
ARABIC_AND = re.compile(r"\bو\s+")


def normalize_name(name: str) -> str:
    """Return one key for all spellings that differ in case, accents, punctuation or spaces only."""
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", with_few_marks(name))
        if not unicodedata.combining(letter)
    )
    bare = bare.translate(LETTERS_FOR_APOSTROPHES)
    return " ".join(re.sub(r"[\W_]+", " ", bare).casefold().split())


PARTICLES = {
    "al", "el", "bin", "bint", "ben", "ibn", "abu", "ould", "ال", "بن", "بنت", "ابن", "ابو", "ولد",
    "da", "das", "de", "del", "della", "der", "di", "do", "dos", "du", "e", "i", "la", "las", "le",
    "les", "los", "san", "santa", "st", "ten", "ter", "thi", "van", "vom", "von", "y", "zu",
}  # fmt: skip
# So many people have these names that they tell nobody.
COMMONEST_NAMES = {
    "ahmad", "ahmed", "mohamad", "mohamed", "mohammad", "mohammed", "muhammad", "احمد", "محمد",
    "chen", "huang", "li", "liu", "wang", "wu", "yang", "zhang", "zhao", "zhou",
    "choi", "kim", "lee", "park", "김", "박", "이", "최",
    "khan", "nguyen", "pham", "singh", "tran",
}  # fmt: skip
ARABIC_ARTICLE = re.compile(r"^ال(?=\w{3})")
# From this part of alike letters on, two names may be one in two spellings.
ALIKE = 0.5
# Letters that Unicode does not take apart.
WHOLE_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)


def words_compared(name: str) -> list[str]:
    """Return the words by which two names are compared; Hangul has its syllables again."""
    words = unicodedata.normalize("NFC", normalize_name(name)).translate(WHOLE_LETTERS).split()
    return [ARABIC_ARTICLE.sub("", word) for word in words if word not in PARTICLES] or words


def distinctive_names(name: str) -> list[str]:
    """Return the words that tell one person from another; all, where each is in many names."""
    words = words_compared(name)
    return [word for word in words if word not in COMMONEST_NAMES] or words


def may_be_one_name(one: str, other: str) -> bool:
    """Whether two names share a telling word or half of their letters in these.

    Of two scripts nobody can tell.
    """
    if script_of(one) != script_of(other) or {*words_compared(one)} == {*words_compared(other)}:
        return True
    ours, theirs = distinctive_names(one), distinctive_names(other)
    if {*ours} & {*theirs}:
        return True
    return SequenceMatcher(None, " ".join(ours), " ".join(theirs)).ratio() >= ALIKE


@lru_cache(maxsize=20_000)
def search_words(name: str) -> str:
    """Return the words of a name as searches compare them: bare, small, Arabic in one spelling."""
    return normalize_name(name).translate(ARABIC)


def state_key(spelling: str) -> str:
    """Return one key for the spellings of a State's name, whatever their order and small words.

    ``Korea (Republic of)`` is ``Republic of Korea``; ``St. Kitts & Nevis`` is ``Saint Kitts and
    Nevis``; ``4`` and ``004`` are one number.
    """
    spelling = ELISION.sub("", GENITIVE.sub("s", spelling))
    spelling = LETTERS_WITH_POINTS.sub(lambda found: found[0].replace(".", "") + " ", spelling)
    words = search_words(spelling)
    words = ARABIC_AND.sub("و", words)
    if words.isdecimal() and len(words) <= LONGEST_NUMBER:
        return f"{int(words):03d}"
    said = words.split()
    if len(said) == 1:
        return said[0]
    long = [SHORTENED.get(word, word) for word in said]
    return " ".join(sorted(word for word in long if word not in SMALL_WORDS) or sorted(said))


INVERTED = re.compile(r"(?P<name>[^(]+?) \((?P<before>[^()]+)\)")


def running_form(name: str) -> str:
    """Return a State's name as a sentence has it, where lists put its first words in brackets.

    ``Iran (Islamic Republic of)`` is ``Islamic Republic of Iran``; a dash holds the name's place.
    """
    found = INVERTED.fullmatch(name)
    if not found:
        return name
    before = found["before"]
    if re.search(r"(^|\s)-(\s|$)", before):
        return re.sub(r"(^|\s)-(\s|$)", rf"\g<1>{found['name']}\g<2>", before)
    return before + ("" if before[-1] in APOSTROPHES else " ") + found["name"]
