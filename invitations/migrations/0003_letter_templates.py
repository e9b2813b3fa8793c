"""The shipped words of letters and mails, each as version 1, approved by nobody yet."""

import re
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "templates"
NAME = re.compile(r"(?P<kind>[a-z]+)(-(?P<variant>[a-z]+))?\.(?P<language>[a-z-]+)\.md")
PARTS = re.compile(r"\ASubject: (?P<subject>.+)\n--- paper\n(?P<paper>(.*\n)*?)--- mail\n(?P<mail>(.*\n)*)\Z")


def load(apps, schema_editor):
    template = apps.get_model("invitations", "LetterTemplate")
    for path in sorted(DATA.glob("*.md")):
        name = NAME.fullmatch(path.name)
        parts = PARTS.match(path.read_text(encoding="utf-8"))
        template.objects.create(
            kind=name["kind"],
            variant=name["variant"] or "",
            language=name["language"],
            subject=parts["subject"],
            paper=parts["paper"].strip(),
            mail=parts["mail"].strip() + "\n",
        )


class Migration(migrations.Migration):
    dependencies = [("invitations", "0002_reference_data")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
