"""Letters, ranks and a State's name, worded anew in five languages."""

from django.db import migrations

from invitations.data import correct_shipped, load_shipped


def load(apps, schema_editor):
    load_shipped(apps)
    correct_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0055_notes_to_come'),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
