"""A note above signed originals says nothing of their number; mails say first whose they are."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):
    dependencies = [("invitations", "0028_digest_choices")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
