"""The differences between the texts of letters and those of earlier circulars."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple, cast

from django.db.models import Field

from invitations.models import Circular, Letter, LetterTemplate


class ComparedText(NamedTuple):
    """A text in use, the letter that used such a text last, and the differences."""

    text: LetterTemplate
    earlier: Letter | None
    parts: list[tuple[Any, list[list[tuple[str, str]]]]]


def compare_texts(letters: list[Letter]) -> list[ComparedText]:
    """Compare each text of these letters with the one that an earlier circular used."""
    used = {letter.template: letter.circular for letter in letters if letter.template}
    compared = []
    for text, circular in used.items():
        earlier = earlier_letter(text, circular)
        before = earlier.template if earlier else None
        parts = template_differences(before, text) if before and before != text else []
        compared.append(ComparedText(text, earlier, parts))
    return sorted(compared, key=lambda one: (one.text.kind, one.text.get_language_display()))


def earlier_letter(text: LetterTemplate, circular: Circular) -> Letter | None:
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


def template_differences(
    before: LetterTemplate, after: LetterTemplate
) -> list[tuple[Any, list[list[tuple[str, str]]]]]:
    parts = [
        (
            cast("Field", LetterTemplate._meta.get_field(name)).verbose_name,
            list(line_differences(getattr(before, name), getattr(after, name))),
        )
        for name in ("subject", "paper", "mail")
    ]
    return [(name, lines) for name, lines in parts if lines]


def line_differences(before: str, after: str) -> Iterator[list[tuple[str, str]]]:
    """Yield each line that differs as (mark, words): ``del``, ``ins``, or none where both agree."""
    old, new = before.splitlines(), after.splitlines()
    for mark, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if mark != "equal":
            yield marked_words("\n".join(old[i1:i2]), "\n".join(new[j1:j2]))


def marked_words(before: str, after: str) -> list[tuple[str, str]]:
    # Each Chinese character counts as a word.
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
