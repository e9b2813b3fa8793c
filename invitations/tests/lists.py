"""What tests of imported lists have in common: two ministers, and the files that name them.

A file of tests takes over by name the fixtures that it needs, with those that they need.
"""

import csv
import io

import openpyxl
import pytest
from django.core.management import call_command
from django.db import transaction

from invitations.minister_import.importing import import_entries
from invitations.minister_import.rules import check_rows
from invitations.minister_import.table import read_table
from invitations.models import Invitation
from invitations.tests.factories import EditionFactory, MemberStateFactory

FLAVIA = {
    "state": "XR",
    "given_name": "Flavia",
    "family_name": "Elphberg",
    "portfolio": "Ministre des communications",
}
RUPERT = FLAVIA | {"given_name": "Rupert", "family_name": "Hentzau", "portfolio": "Ministre d’État"}


@pytest.fixture
def ruritania(db):
    return MemberStateFactory(
        iso2="XR",
        iso3="XRU",
        short_name="Ruritania",
        short_name_fr="Ruritanie",
        short_name_ru="Руритания",
        formal_name_en="Kingdom of Ruritania",
        list_name_fr="Ruritanie (Royaume de)",
        language="fr",
    )


@pytest.fixture
def edition(ruritania):
    return EditionFactory(symbol="wsis-2027")


def columns_of(rows):
    return list(dict.fromkeys(column for row in rows for column in row))


def as_csv(*rows, delimiter=",", encoding="utf-8"):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns_of(rows), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(*rows):
    workbook = openpyxl.Workbook()
    workbook.active.append(columns_of(rows))
    for row in rows:
        workbook.active.append([row.get(column) for column in columns_of(rows)])
    return saved(workbook)


def saved(workbook):
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def read(content):
    return read_table(io.BytesIO(content), "ministers.csv").rows


def told(content):
    return read_table(io.BytesIO(content), "ministers.csv").told


@transaction.atomic
def bring_in(edition, *rows):
    entries, faults = check_rows(read(as_csv(*rows)), edition)
    assert faults == []
    import_entries(entries, edition)
    return entries


@transaction.atomic
def faults_of(edition, *rows):
    _entries, faults = check_rows(read(as_csv(*rows)), edition)
    return [(fault.line, fault.column, fault.reason) for fault in faults]


def reason(edition, *rows):
    [(_line, _column, reason)] = faults_of(edition, *rows)
    return reason


@pytest.fixture
def run(tmp_path, edition, capsys):
    """Import a file by the command, and return what it prints."""

    def command(content, *options):
        path = tmp_path / "ministers.list"
        path.write_bytes(content)
        call_command("import_ministers", path, "--edition", edition.symbol, *options)
        return capsys.readouterr().out

    return command


def holding(row, **cells):
    """A newcomer to the portfolio of that row."""
    return RUPERT | {"portfolio": row["portfolio"]} | cells


def principals():
    found = Invitation.objects.principal().order_by("pk")
    return [invitation.minister.given_name for invitation in found]


def people(count):
    return [
        FLAVIA | {"family_name": f"Elphberg {n}", "portfolio": f"Portefeuille {n}"}
        for n in range(count)
    ]
