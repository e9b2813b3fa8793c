"""Acknowledgements that say in their first sentence which answer they acknowledge, and when it came."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):
    dependencies = [("invitations", "0021_letter_waits_with")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
