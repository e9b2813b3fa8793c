"""Ranks, forms of address, words of letters and terms, with which the secretariat starts."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):
    dependencies = [("invitations", "0001_initial_49817d39")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
