"""The circular to all ministers asks for the reply in French as it does in the other languages."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):
    dependencies = [("invitations", "0026_what_screens_say")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
