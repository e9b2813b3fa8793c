"""Letters in French, Spanish and Russian, as native readers have put them right."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0055_notes_to_come'),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
