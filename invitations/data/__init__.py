"""The shipped data; migrations load it by their own models, never by today's."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db.migrations.state import StateApps

HERE = Path(__file__).parent
NAME = re.compile(r"(?P<kind>[a-z]+)(-(?P<variant>[a-z]+))?\.(?P<language>[a-z-]+)\.md")
WORDS = re.compile(
    r"\ASubject: (?P<subject>.+)\n--- paper\n(?P<paper>(.*\n)*?)--- mail\n(?P<mail>(.*\n)*)\Z"
)


def load_shipped(apps: StateApps) -> None:
    """Add what is missing, and leave what is on file: staff may have edited it.

    A letter template that has changed is added as a new version, unless a person wrote the newest.
    """
    model = {one.__name__: one for one in apps.get_app_config("invitations").get_models()}
    add_missing(model["Rank"], ["code"], ranks())
    add_missing(model["FormOfAddress"], ["language", "form", "gender"], table("forms_of_address"))
    add_missing(model["Term"], ["key", "language"], table("terms"))
    add_letter_templates(model["LetterTemplate"])


def add_missing(model: Any, key: list[str], rows: Iterable[dict[str, str]]) -> None:
    on_file = set(model.objects.values_list(*key))
    model.objects.bulk_create(
        model(**row) for row in rows if tuple(row[column] for column in key) not in on_file
    )


def add_letter_templates(model: Any) -> None:
    of = ("kind", "variant", "language")
    newest = {
        tuple(getattr(one, field) for field in of): one for one in model.objects.order_by("version")
    }
    for template in letter_templates():
        last = newest.get(tuple(template[field] for field in of))
        if last is None:
            model.objects.create(**template)
        elif last.written_by_id is None and any(
            getattr(last, field) != text for field, text in template.items()
        ):
            model.objects.create(**template, version=last.version + 1)


def table(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def ranks() -> list[dict[str, str]]:
    """Return the ranks, each with its English name also as the name without a language."""
    rows = table("ranks")
    return [
        {column: text for column, text in row.items() if column != "vip_category"}
        | {"name": row["name_en"]}
        for row in rows
    ]


def letter_templates() -> list[dict[str, str]]:
    return [letter_template(path) for path in sorted((HERE / "templates").glob("*.md"))]


def letter_template(path: Path) -> dict[str, str]:
    name, words = NAME.fullmatch(path.name), WORDS.match(path.read_text(encoding="utf-8"))
    if not (name and words):
        raise ValueError(f"{path} is no letter template.")
    return {
        "kind": name["kind"],
        "variant": name["variant"] or "",
        "language": name["language"],
        "subject": words["subject"],
        "paper": words["paper"].strip(),
        "mail": words["mail"].strip() + "\n",
    }
