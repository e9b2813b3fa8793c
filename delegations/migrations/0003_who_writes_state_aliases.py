"""Who may read and write the other spellings of States."""

from django.db import migrations

from delegations.groups import grant_group_permissions


def grant(apps, schema_editor):
    grant_group_permissions(apps, new_models=["statealias"])


class Migration(migrations.Migration):
    dependencies = [
        ("delegations", "0002_shipped_data"),
        ("invitations", "0003_state_aliases"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
