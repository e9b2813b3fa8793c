"""Texts of statements are read by every group; who changed a delegation, by the speakers' desk."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = ["Drafters", "Approvers", "Registrars", "Speakers' desk", "Readers"]


def permit(apps, schema_editor):
    config = apps.get_app_config("delegations")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    for one in group.objects.filter(name__in=GROUPS):
        one.permissions.add(permission.objects.get(codename="view_statementtext"))
    for one in group.objects.filter(name="Speakers' desk"):
        one.permissions.add(permission.objects.get(codename="view_delegationchange"))


class Migration(migrations.Migration):
    dependencies = [("delegations", "0004_statements_and_changes")]

    operations = [migrations.RunPython(permit, migrations.RunPython.noop)]
