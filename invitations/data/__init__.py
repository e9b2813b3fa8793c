"""The shipped data; migrations load it by their own models, never by today's."""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.db.migrations.state import StateApps

from invitations.text.spellings import state_key

HERE = Path(__file__).parent
FORMS, STATE_FORMS = "forms_of_address", "forms_of_address_by_state"
NAME = re.compile(r"(?P<kind>[a-z]+)(-(?P<variant>[a-z]+))?\.(?P<language>[a-z-]+)\.md")
WORDS = re.compile(
    r"\ASubject: (?P<subject>.+)\n--- paper\n(?P<paper>(.*\n)*?)--- mail\n(?P<mail>(.*\n)*)\Z"
)


def load_shipped(apps: StateApps) -> None:
    """Add what is missing, and leave what is on file: staff may have edited it.

    A letter template that has changed is added as a new version, unless a person wrote the newest.
    """
    model: dict[str, Any] = {
        one.__name__: one for one in apps.get_app_config("invitations").get_models()
    }
    add_missing(model["Rank"], ["code"], ranks())
    model["FormOfAddress"].objects.bulk_create(missing_forms_of_address(model))
    add_missing(model["Term"], ["key", "language"], table("terms"))
    add_letter_templates(model["LetterTemplate"])
    add_state_aliases(model["MemberState"], model["StateAlias"])


FORM_KEY = ["language", "form", "gender"]


def missing_forms_of_address(model: Mapping[str, Any]) -> list[Any]:
    """Return the forms that are not on file: the general ones, and those of the States on file."""
    on_file = dict(model["MemberState"].objects.values_list("iso3", "pk"))
    general = [row | {"member_state_id": None} for row in table(FORMS)]
    of_states = [
        row | {"member_state_id": pk}
        for row in state_forms()
        if (pk := on_file.get(row.pop("member_state__iso3")))
    ]
    return missing(model["FormOfAddress"], [*FORM_KEY, "member_state_id"], [*general, *of_states])


def state_forms() -> list[dict[str, str]]:
    """Return a row for each State and form that is its own; one line may serve several of them."""
    return [
        {name: row[name] for name in row if name not in ("states", "forms")}
        | {"member_state__iso3": state, "form": form}
        for row in table(STATE_FORMS)
        for state in row["states"].split()
        for form in row["forms"].split()
    ]


def add_state_aliases(states: Any, aliases: Any) -> None:
    """Add the spellings that are missing of the States on file; a spelling has one State."""
    on_file = dict(states.objects.values_list("iso3", "pk"))
    known = set(aliases.objects.values_list("key", flat=True))
    keyed = {state_key(row["spelling"]): row for row in table("state_aliases")}
    aliases.objects.bulk_create(
        aliases(
            member_state_id=on_file[row["iso3"]],
            language=row["language"],
            spelling=row["spelling"],
            key=key,
        )
        for key, row in keyed.items()
        if row["iso3"] in on_file and key not in known
    )


NAMED_APART = ("several", "mixed_up", "ended", "not_listed")


class NamesApart(NamedTuple):
    """What is known of names beside those of the States on file; States are their ISO codes.

    ``several`` are names that more than one State has; ``mixed_up`` are names of one that are
    written for others, too; ``ended`` States have more than one
    successor; for ``not_listed`` names nothing near is proposed; names of States that are
    ``together`` are taken for each other.
    """

    several: dict[str, list[str]]
    ended: set[str]
    not_listed: set[str]
    together: list[list[str]]
    mixed_up: dict[str, list[str]]


@cache
def names_apart() -> NamesApart:
    of: dict[str, dict[str, list[str]]] = {kind: {} for kind in NAMED_APART}
    rows = table("state_names_apart")
    for row in rows:
        if row["spelling"]:
            of[row["kind"]][state_key(row["spelling"])] = row["states"].split()
    return NamesApart(
        of["several"],
        set(of["ended"]),
        set(of["not_listed"]),
        [row["states"].split() for row in rows if row["kind"] == "near"],
        of["mixed_up"],
    )


def add_missing(model: Any, key: list[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Add the rows whose key is not on file."""
    model.objects.bulk_create(missing(model, key, rows))


def missing(model: Any, key: list[str], rows: Iterable[Mapping[str, Any]]) -> list[Any]:
    """Return the rows whose key is not on file, without the columns that the model lacks yet."""
    on_file = set(model.objects.values_list(*key))
    known = {field.attname for field in model._meta.concrete_fields}
    return [
        model(**{column: row[column] for column in row if column in known})
        for row in rows
        if tuple(row[column] for column in key) not in on_file
    ]


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


@cache
def former_state_names() -> dict[str, list[dict[str, str]]]:
    """Return the names that States had ``until`` a day, by ISO code; the earliest first."""
    names: dict[str, list[dict[str, str]]] = {}
    for row in sorted(table("state_names_by_date"), key=lambda row: row["until"]):
        names.setdefault(row["iso3"], []).append(row)
    return names


def former_names(iso3: str, on: dt.date | None) -> dict[str, str]:
    """Return the State's names of that day by column, if they were others; else nothing."""
    rows = former_state_names().get(iso3, [])
    return next((row for row in rows if on and on.isoformat() < row["until"]), {})


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
        # A note above signed originals goes on paper alone.
        "mail": words["mail"].strip() and words["mail"].strip() + "\n",
    }
