"""A text of the notice that tells of another last day to reply, and of nothing else."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ('invitations', '0045_without_a_last_day'),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
