"""The secretariat's groups, each with the least it needs."""

from django.contrib.auth.management import create_permissions
from django.db import migrations

READ = ["forumedition", "quietperiod", "circular", "reminderstep", "memberstate", "mission",
        "rank", "formofaddress", "minister", "lettertemplate", "invitation", "letter", "delivery",
        "letterevent", "calllistentry", "correspondence", "reply", "delegation",
        "highlevelsession", "policystatement", "speakingslot"]  # fmt: skip
WRITE = {
    "Drafters": ["forumedition", "quietperiod", "circular", "reminderstep", "memberstate",
                 "mission", "rank", "formofaddress", "minister", "lettertemplate", "invitation"],
    "Approvers": [],
    "Registrars": ["correspondence", "calllistentry", "reply"],
    "Speakers' desk": ["delegation", "delegate", "highlevelsession", "policystatement",
                       "speakingslot"],
    "Readers": [],
}  # fmt: skip
MORE = {
    "Drafters": ["change_letter", "change_delivery"],
    "Approvers": ["approve_letter", "change_lettertemplate", "change_reminderstep"],
    "Speakers' desk": ["view_delegate"],
}


def make(apps, schema_editor):
    for label in ("invitations", "delegations"):
        config = apps.get_app_config(label)
        config.models_module = True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
    group = apps.get_model("auth", "Group")
    permission = apps.get_model("auth", "Permission")
    for name, models in WRITE.items():
        codes = [f"view_{model}" for model in READ] + MORE.get(name, [])
        codes += [f"{act}_{model}" for model in models for act in ("add", "change", "delete")]
        made, _new = group.objects.get_or_create(name=name)
        made.permissions.set(permission.objects.filter(codename__in=codes))


class Migration(migrations.Migration):
    dependencies = [
        ("delegations", "0001_initial"),
        ("invitations", "0003_letter_templates"),
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
