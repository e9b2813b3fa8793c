"""The other spellings of the States on file; those of others come with ``load_member_states``."""

from django.db import migrations

from invitations.data import load_shipped


def load(apps, schema_editor):
    load_shipped(apps)


class Migration(migrations.Migration):
    dependencies = [("invitations", "0003_state_aliases")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
