"""The shipped words in all six languages, and the terms printed around them.

A text that was shipped before and has changed since is added as a new version.
"""

import csv
import importlib

from django.db import migrations

earlier = importlib.import_module("invitations.migrations.0003_letter_templates")


def load(apps, schema_editor):
    template = apps.get_model("invitations", "LetterTemplate")
    for path in sorted(earlier.DATA.glob("*.md")):
        name = earlier.NAME.fullmatch(path.name)
        parts = earlier.PARTS.match(path.read_text(encoding="utf-8"))
        of = {
            "kind": name["kind"],
            "variant": name["variant"] or "",
            "language": name["language"],
        }
        words = {
            "subject": parts["subject"],
            "paper": parts["paper"].strip(),
            "mail": parts["mail"].strip() + "\n",
        }
        newest = template.objects.filter(**of).order_by("-version").first()
        if newest is None:
            template.objects.create(**of, **words)
        elif newest.written_by_id is None and any(
            getattr(newest, field) != text for field, text in words.items()
        ):
            template.objects.create(**of, **words, version=newest.version + 1)

    term = apps.get_model("invitations", "Term")
    with (earlier.DATA.parent / "terms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            term.objects.get_or_create(
                key=row["key"],
                language=row["language"],
                defaults={"text": row["text"], "source": row["source"]},
            )


class Migration(migrations.Migration):
    dependencies = [("invitations", "0004_letters_in_six_languages")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
