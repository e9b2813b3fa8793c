"""Terms are read by every group, and edited by the drafters."""

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
    view = permission.objects.get(codename="view_term")
    for one in group.objects.filter(name__in=GROUPS):
        one.permissions.add(view)
    edit = permission.objects.filter(codename__in=["add_term", "change_term"])
    for one in group.objects.filter(name__in=["Drafters"]):
        one.permissions.add(*edit)


class Migration(migrations.Migration):
    dependencies = [
        ("delegations", "0002_groups_of_staff"),
        ("invitations", "0004_letters_in_six_languages"),
    ]

    operations = [migrations.RunPython(permit, migrations.RunPython.noop)]
