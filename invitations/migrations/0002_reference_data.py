"""Ranks and forms of address: where the secretariat starts; the tables are edited in the admin."""

import csv
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data"


def rows(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load(apps, schema_editor):
    rank = apps.get_model("invitations", "Rank")
    form = apps.get_model("invitations", "FormOfAddress")
    rank.objects.bulk_create(
        rank(
            code=row["code"],
            weight=row["weight"],
            form=row["form"],
            name=row["name_en"],
            **{name: row[name] for name in row if name.startswith("name_")},
        )
        for row in rows("ranks.csv")
    )
    form.objects.bulk_create(form(**row) for row in rows("forms_of_address.csv"))


class Migration(migrations.Migration):
    dependencies = [("invitations", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
