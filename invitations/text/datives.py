"""Proposals for Russian names and functions in the dative, which a reader of Russian confirms.

The dictionaries take some megabytes and a quarter of a second: they are loaded when somebody asks.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer
    from pytrovich.maker import PetrovichDeclinationMaker

RUSSIAN_WORDS = re.compile(r"[А-Яа-яЁё’'. -]+")  # noqa: RUF001 -- Russian letters
PATRONYMIC = re.compile(r".+(вич|ьич|вна|ична|инична)", re.IGNORECASE)
# After these another office of the same person may be named: Заместитель Председателя, Министр.
ANOTHER = re.compile(r"(,|–|—|\bи\b)")


def dative_of_name(name: str, family_name: str, gender: str) -> str:
    """Return the proposed dative of a Russian name; nothing for other letters or no gender."""
    if gender not in ("m", "f") or not RUSSIAN_WORDS.fullmatch(name):
        return ""
    return " ".join(dative_of_part(word, family_name, gender) for word in name.split())


def dative_of_part(word: str, family_name: str, gender: str) -> str:
    from pytrovich.enums import Case, Gender, NamePart  # noqa: PLC0415 -- only where it is asked for

    part = NamePart.FIRSTNAME
    if word in family_name.split():
        part = NamePart.LASTNAME
    elif PATRONYMIC.fullmatch(word):
        part = NamePart.MIDDLENAME
    genders = {"m": Gender.MALE, "f": Gender.FEMALE}
    return str(declension().make(part, genders[gender], Case.DATIVE, word))


def dative_of_function(function: str) -> str:
    """Return the proposed dative of a function: its head nouns, and the adjectives before them.

    What follows a head noun stays: Заместителю Министра связи. Nothing is proposed where no head
    noun is found.
    """
    said: list[str] = []
    pending: dict[int, str] | None = {}
    words = re.split(r"(\s+|,)", function)
    for word in words:
        said.append(word)
        if ANOTHER.fullmatch(word):
            pending = {}
        elif pending is not None and word.strip():
            kind, dative = head_word(word)
            pending[len(said) - 1] = dative
            if kind == "noun":
                said = [pending.get(place, one) for place, one in enumerate(said)]
            if kind != "adjective":
                pending = None
    return "" if said == words else "".join(said)


def head_word(word: str) -> tuple[str, str]:
    """Return whether the word may be a head noun or its adjective, and its dative."""
    for found in dictionary().parse(word):
        is_person = {"NOUN", "anim", "nomn", "sing"} in found.tag
        is_adjective = found.tag.POS in ("ADJF", "PRTF") and {"nomn", "sing"} in found.tag
        if (is_person or is_adjective) and (dative := found.inflect({"datv"})):
            return "noun" if is_person else "adjective", as_written(dative.word, word)
    return "", word


def as_written(word: str, model: str) -> str:
    return word.capitalize() if model[:1].isupper() else word


@cache
def declension() -> "PetrovichDeclinationMaker":
    from pytrovich.maker import PetrovichDeclinationMaker  # noqa: PLC0415 -- see above

    return PetrovichDeclinationMaker()


@cache
def dictionary() -> "MorphAnalyzer":
    import pymorphy3  # noqa: PLC0415 -- see above

    return pymorphy3.MorphAnalyzer()
