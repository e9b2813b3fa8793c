"""Drafters and approvers may take ministers out as a file; until now each reader might."""

from django.db import migrations

from delegations.groups import grant_group_permissions


def grant(apps, schema_editor):
    grant_group_permissions(apps, new_permissions=["export_minister"])


class Migration(migrations.Migration):
    dependencies = [
        ("delegations", "0003_who_writes_state_aliases"),
        ("invitations", "0006_who_exports"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
