"""The secretariat's groups, each with the least it needs. Migrations make them."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.management import create_permissions
from django.db.migrations.state import StateApps

APPS = ["invitations", "delegations"]
READ = [
    "forumedition", "quietperiod", "circular", "reminderstep", "memberstate", "mission", "rank",
    "formofaddress", "minister", "lettertemplate", "term", "invitation", "letter", "delivery",
    "letterevent", "calllistentry", "correspondence", "reply", "setback", "delegation",
    "highlevelsession", "policystatement", "statementtext", "speakingslot",
]  # fmt: skip
WRITE = {
    "Drafters": [
        "forumedition", "quietperiod", "circular", "reminderstep", "memberstate", "mission",
        "rank", "formofaddress", "minister", "lettertemplate", "invitation",
    ],
    "Approvers": [],
    "Registrars": ["correspondence", "calllistentry", "reply"],
    "Speakers' desk": [
        "delegation", "delegate", "highlevelsession", "policystatement", "speakingslot",
    ],
    "Readers": [],
}  # fmt: skip
MORE = {
    "Drafters": ["change_letter", "change_delivery", "add_term", "change_term", "delete_setback"],
    "Approvers": ["approve_letter", "change_lettertemplate", "change_reminderstep"],
    "Speakers' desk": ["view_delegate", "view_delegationchange"],
}


def grant(apps: StateApps, new_models: Iterable[str] = ()) -> None:
    """Make the groups that are missing, each with all that it may.

    A group on file is given only what concerns the new models: staff may have edited the rest.
    """
    make_permissions(apps)
    group: Any = apps.get_model("auth", "Group")
    permission: Any = apps.get_model("auth", "Permission")
    for name in WRITE:
        one, is_new = group.objects.get_or_create(name=name)
        may = permission.objects.filter(
            content_type__app_label__in=APPS, codename__in=permissions_of(name)
        )
        if not is_new:
            may = may.filter(content_type__model__in=new_models)
        one.permissions.add(*may)


def permissions_of(name: str) -> list[str]:
    codes = [f"view_{model}" for model in READ] + MORE.get(name, [])
    return codes + [
        f"{act}_{model}" for model in WRITE[name] for act in ("add", "change", "delete")
    ]


def make_permissions(apps: StateApps) -> None:
    """Make them now: Django would, but only after the last migration."""
    for label in APPS:
        config = apps.get_app_config(label)
        config.models_module = True  # type: ignore[assignment] # only where there are models
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
