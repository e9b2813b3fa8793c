"""The words that a head of protocol corrected; what staff have changed stays, and is named."""

import sys

from django.db import migrations

from invitations.data import correct_shipped, load_shipped


def load(apps, schema_editor):
    load_shipped(apps)
    if left := correct_shipped(apps):
        sys.stdout.write(f" Not corrected, since staff have changed them: {', '.join(left)}.")


class Migration(migrations.Migration):
    dependencies = [("invitations", "0008_letter_composed_with")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
