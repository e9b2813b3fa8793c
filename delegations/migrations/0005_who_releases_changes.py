"""Who may release held changes, take them back, name alternates, and stop all sending."""

from django.db import migrations

from delegations.groups import grant_group_permissions


def grant(apps, schema_editor):
    grant_group_permissions(apps, new_models=["heldchange", "alternate", "arming"])


class Migration(migrations.Migration):
    dependencies = [
        ("delegations", "0004_who_exports"),
        ("invitations", "0007_held_change"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
