"""The notices, and the secretariat's groups, each with the least it needs."""

from django.db import migrations

from delegations.groups import grant_group_permissions
from delegations.notices import load_notices


def load(apps, schema_editor):
    load_notices(apps)
    grant_group_permissions(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("delegations", "0001_initial_37bc09e0"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
