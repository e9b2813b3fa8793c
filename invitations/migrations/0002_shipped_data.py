"""Ranks, forms of address, words of letters and terms, with which the secretariat starts."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):
    replaces = [
        ("invitations", "0002_reference_data"),
        ("invitations", "0003_letter_templates"),
        ("invitations", "0005_words_in_six_languages"),
    ]

    dependencies = [("invitations", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
