"""Letters of thanks speak to the addressee, and name the speaker; crowns have their own text."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):

    dependencies = [
        ("invitations", "0069_speakers_of_thanks"),
    ]

    operations = [
        migrations.RunPython(load, migrations.RunPython.noop),
    ]
