"""Spanish letters call the office as its page does."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0054_what_was_confirmed'),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
