"""The secretariat's groups, each with the least it needs."""

from django.db import migrations

from delegations.groups import grant_group_permissions


def make(apps, schema_editor):
    grant_group_permissions(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("delegations", "0001_initial"),
        ("invitations", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
