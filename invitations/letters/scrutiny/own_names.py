"""Names that the shipped words of letters have and an edition of another organization has not."""

import re
from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _
from modeltranslation.translator import translator

from invitations.models import ForumEdition, Letter

OF_ANOTHER = _(
    "another organization or summit than the edition’s: look at the letter template and the "
    "segments"
)
CALLED_OTHERWISE = _("“High-Level Track”, which the edition calls otherwise")
# The organization and the summit in the shipped words, as each language calls them.
NAMED = (
    ("ITU", "UIT", "МСЭ", "国际电联", "سياسة الاتحاد"),
    ("WSIS", "SMSI", "CMSI", "ВВУИО", "信息社会世界峰会", "خطوط عمل القمة"),
)
# Whoever has one of these among its own words is meant by the others too.
ALSO_CALLED = (("Telecommunication Union",), ("World Summit on the Information Society",))
TRACK = re.compile(
    r"High-Level Track|Partie de haut niveau|Serie de sesiones de alto nivel"
    r"|Сегмент\w* высокого уровня|الجزء الرفيع المستوى|高级别会议"
)


def is_of_another(letter: Letter) -> bool:
    """Whether the letter names the organization or summit of the shipped words, and is of none."""
    own, words = own_words(letter.invitation.edition), words_of(letter)
    return any(
        names_one_of(names, words) and not names_one_of((*names, *also), own)
        for names, also in zip(NAMED, ALSO_CALLED, strict=True)
    )


def calls_the_track_otherwise(letter: Letter) -> bool:
    """Whether the letter says High-Level Track for what its edition calls by a name of its own."""
    own = letter.invitation.edition.track_name
    return bool(own) and not TRACK.search(own) and bool(TRACK.search(words_of(letter)))


def words_of(letter: Letter) -> str:
    return "\n".join([letter.subject, letter.paper, letter.mail])


def own_words(edition: ForumEdition) -> str:
    columns = translator.get_options_for_model(ForumEdition).all_fields.values()
    return "\n".join(getattr(edition, one.name) or "" for of in columns for one in of)


def names_one_of(names: Iterable[str], words: str) -> bool:
    """Whether one of the names stands in the words, and not within a longer one."""
    found = "|".join(map(re.escape, names))
    return bool(re.search(f"(?<![A-Za-z])(?:{found})(?![A-Za-z])", words))
