"""Circulars to all close as letters to ministers do; a Russian one lost a full stop too many."""

from django.db import migrations

from invitations.data import correct_shipped, load_shipped


def load(apps, schema_editor):
    load_shipped(apps)
    correct_shipped(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("invitations", "0065_mails_hold_for_a_while"),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
