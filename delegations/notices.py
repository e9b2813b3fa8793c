"""The notices as they are shipped: on privacy and on accessibility, in six languages."""

import csv
from pathlib import Path
from string import Template

from django.db.migrations.state import StateApps

from delegations.models import Notice
from invitations.models import Language
from invitations.text.marks import MARK, fill_marked

FOLDER = Path(__file__).resolve().parent / "data" / "notices"


def load_notices(apps: StateApps) -> None:
    """Add the notices that are missing, and leave those on file: staff may have edited them."""
    notices = apps.get_model("delegations", "Notice").objects
    for kind in Notice.Kind.values:
        texts = {
            f"text_{language.replace('-', '_')}": shipped_notice(kind, language)
            for language in Language.values
        }
        notices.get_or_create(kind=kind, defaults={"text": texts["text_en"], **texts})


def say_when_erased(apps: StateApps) -> None:
    """Let notices on file say it, where the line about records stands as it was shipped."""
    for notice in apps.get_model("delegations", "Notice").objects.filter(kind="privacy"):
        for language in Language.values:
            column = f"text_{language.replace('-', '_')}"
            lines = lines_ever_shipped("privacy", language)
            shipped = {MARK.sub("", line): line for line in lines if MARK.search(line)}
            on_file = (getattr(notice, column) or "").split("\n")
            setattr(notice, column, "\n".join(shipped.get(line, line) for line in on_file))
        notice.text = notice.text_en
        notice.save()


def correct_notices(apps: StateApps) -> None:
    """Put right the lines that are still as ``shipped_before.csv`` has them; others stay.

    Each says what stands there ``now``: a line that was corrected twice takes both steps.
    """
    notices = apps.get_model("delegations", "Notice").objects
    for row in former_lines():
        column = f"text_{row['language'].replace('-', '_')}"
        for notice in notices.filter(kind=row["notice"], **{f"{column}__contains": row["was"]}):
            lines = getattr(notice, column).splitlines(keepends=True)
            found = (
                one.replace(row["was"], row["now"]) if one.strip() == row["was"] else one
                for one in lines
            )
            columns = [column, *(["text"] if row["language"] == Language.ENGLISH else [])]
            notices.filter(pk=notice.pk).update(**dict.fromkeys(columns, "".join(found)))


def lines_ever_shipped(kind: str, language: str) -> list[str]:
    former = [row for row in former_lines() if (row["notice"], row["language"]) == (kind, language)]
    return [*(row["was"] for row in former), *shipped_notice(kind, language).splitlines()]


def former_lines() -> list[dict[str, str]]:
    """Return the lines that were shipped and are not any more: notice, language, was, now."""
    with (FOLDER / "shipped_before.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def filled_notice(text: str, erased_on: str) -> str:
    """Return the text with the day of the erasure, and without what speaks of it where it has none.

    A text of an organization’s own that names no day stays as it was typed.
    """
    if "erased_on" not in text:
        return text
    words = {"erased_on": erased_on}
    return fill_marked(text, words, lambda line: Template(line).safe_substitute(words))


def shipped_notice(kind: str, language: str) -> str:
    return (FOLDER / f"{kind}.{language}.md").read_text()
