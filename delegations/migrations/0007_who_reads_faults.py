"""Faults of the clock's jobs are read by every group, and dealt with by the drafters."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

GROUPS = ["Drafters", "Approvers", "Registrars", "Speakers' desk", "Readers"]


def permit(apps, schema_editor):
    config = apps.get_app_config("invitations")
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = None
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    for one in group.objects.filter(name__in=GROUPS):
        one.permissions.add(permission.objects.get(codename="view_setback"))
    for one in group.objects.filter(name="Drafters"):
        one.permissions.add(permission.objects.get(codename="delete_setback"))


class Migration(migrations.Migration):
    dependencies = [
        ("delegations", "0006_labels"),
        ("invitations", "0015_whose_mail_it_says_it_is"),
    ]

    operations = [migrations.RunPython(permit, migrations.RunPython.noop)]
