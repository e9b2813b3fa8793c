"""The words of letters of thanks."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0058_second_signatory'),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
