"""Refuse words in English messages and docstrings for which scripts/words.csv has better ones.

A row has a stem (a regular expression of whole words), what is written instead, and in how many
messages and docstrings the stem may still be found: those were written before the list.
"""

import ast
import csv
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale/fr/LC_MESSAGES/django.po"
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def main() -> int:
    texts = [*messages(), *docstrings()]
    refused = 0
    with (ROOT / "scripts/words.csv").open() as rows:
        for row in csv.DictReader(rows):
            stem = re.compile(rf"\b({row['stem']})\b", re.IGNORECASE)
            found = [text for text in texts if stem.search(text)]
            if len(found) > int(row["at_most"]):
                refused += 1
                print(
                    f"“{row['stem']}” is found in {len(found)} messages and docstrings, at most"
                    f" {row['at_most']} are exempt: write {row['instead']}.",
                    file=sys.stderr,
                )
    return min(refused, 1)


def messages() -> Iterator[str]:
    with CATALOGUE.open("rb") as file:
        for message in read_po(file):
            yield message.id if isinstance(message.id, str) else " ".join(message.id)


def docstrings() -> Iterator[str]:
    for app in ("invitations", "delegations", "wsis_forum"):
        for module in (ROOT / app).rglob("*.py"):
            if not {"tests", "migrations"} & {*module.parts}:
                for node in ast.walk(ast.parse(module.read_text())):
                    yield (isinstance(node, DOCUMENTED) and ast.get_docstring(node)) or ""


if __name__ == "__main__":
    raise SystemExit(main())
