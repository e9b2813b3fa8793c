"""The text of the circular to all agrees with no gender, of who signs it and of who is invited."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0046_last_day_alone'),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
