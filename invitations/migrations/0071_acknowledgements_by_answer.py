"""A regret is acknowledged as one, and an acceptance too; no text quotes the label of an answer."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ("invitations", "0070_thanks_to_the_addressee"),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
