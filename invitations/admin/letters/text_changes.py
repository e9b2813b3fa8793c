"""What differs between the texts of these letters and those of earlier circulars."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple, cast

from django.db.models import Field

from invitations.models import Circular, Letter, LetterTemplate


class Compared(NamedTuple):
    """A text in use, the letter that last used such a text before, and what differs."""

    text: LetterTemplate
    earlier: Letter | None
    parts: list[tuple[Any, list[list[tuple[str, str]]]]]


def texts_compared(letters: list[Letter]) -> list[Compared]:
    """Each text of these letters against the one an earlier circular had in its place."""
    used = {letter.template: letter.circular for letter in letters if letter.template}
    compared = []
    for text, circular in used.items():
        earlier = used_before(text, circular)
        before = earlier.template if earlier else None
        parts = differences_of(before, text) if before and before != text else []
        compared.append(Compared(text, earlier, parts))
    return sorted(compared, key=lambda one: (one.text.kind, one.text.get_language_display()))


def used_before(text: LetterTemplate, circular: Circular) -> Letter | None:
    return (
        Letter.objects.filter(
            kind=text.kind,
            language=text.language,
            state=Letter.State.APPROVED,
            template__variant=text.variant,
            circular__dated_on__lte=circular.dated_on,
        )
        .exclude(circular=circular)
        .select_related("template", "circular")
        .order_by("-circular__dated_on", "-pk")
        .first()
    )


def differences_of(
    before: LetterTemplate, after: LetterTemplate
) -> list[tuple[Any, list[list[tuple[str, str]]]]]:
    parts = [
        (
            cast("Field", LetterTemplate._meta.get_field(name)).verbose_name,
            list(differences(getattr(before, name), getattr(after, name))),
        )
        for name in ("subject", "paper", "mail")
    ]
    return [(name, lines) for name, lines in parts if lines]


def differences(before: str, after: str) -> Iterator[list[tuple[str, str]]]:
    """Yield each line that differs as (mark, words): ``del``, ``ins``, or none where both agree."""
    old, new = before.splitlines(), after.splitlines()
    for mark, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if mark != "equal":
            yield words_marked("\n".join(old[i1:i2]), "\n".join(new[j1:j2]))


def words_marked(before: str, after: str) -> list[tuple[str, str]]:
    # A Chinese character is a word of its own.
    old, new = (
        re.findall(r"[\u3000-\u9fff]|\s+|[^\s\u3000-\u9fff]+", one) for one in (before, after)
    )
    marked = []
    for mark, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if mark == "equal":
            marked.append(("", "".join(old[i1:i2])))
            continue
        marked += [("del", "".join(old[i1:i2])), ("ins", "".join(new[j1:j2]))]
    return [(mark, words) for mark, words in marked if words]
