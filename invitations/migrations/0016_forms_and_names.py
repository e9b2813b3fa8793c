"""Forms of address by State, and formal names of States in six languages."""

import sys

from django.db import migrations

from invitations.data import complete_forms, complete_state_names, correct_shipped, load_shipped


def load(apps, schema_editor):
    load_shipped(apps)
    complete_forms(apps)
    complete_state_names(apps)
    if left := correct_shipped(apps):
        sys.stdout.write(f" Not corrected, since staff have changed them: {', '.join(left)}.")


class Migration(migrations.Migration):
    dependencies = [("invitations", "0015_forms_by_state")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
