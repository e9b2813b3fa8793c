"""The groups of staff, each with the least permissions it needs; migrations make them."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.db.migrations.state import StateApps
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

APPS = ["invitations", "delegations"]
READ_BY_ALL = [
    "forumedition", "quietperiod", "circular", "reminderstep", "memberstate", "statealias",
    "mission", "rank", "formofaddress", "minister", "lettertemplate", "term", "invitation",
    "letter", "delivery", "letterevent", "calllistentry", "correspondence", "reply", "joberror",
    "telephonecall",
    "delegation", "highlevelsession", "policystatement", "statementtext", "speakingslot",
    "heldchange", "sessionhours", "calendarentry", "notice",
]  # fmt: skip
WRITTEN_BY_GROUP = {
    "Drafters": [
        "forumedition", "quietperiod", "circular", "reminderstep", "memberstate", "statealias",
        "mission", "rank", "formofaddress", "minister", "lettertemplate", "invitation",
    ],
    "Approvers": [],
    "Registrars": ["correspondence", "reply"],
    "Speakers' desk": [
        "delegation", "delegate", "highlevelsession", "policystatement", "speakingslot",
    ],
    "Readers": [],
    "Partnership team": [],
}  # fmt: skip
# They see their own list, and nothing else.
READING_THEIR_LIST = {"Partnership team"}
MORE_PERMISSIONS = {
    "Drafters": [
        "change_letter", "change_delivery", "add_term", "change_term", "delete_joberror",
        "export_minister", "change_heldchange", "view_arming", "stop_arming", "change_notice",
        "take_out_lists", "add_apitoken", "change_apitoken", "view_apitoken", "view_apicall",
        "add_webhookaddress", "change_webhookaddress", "view_webhookaddress",
        "view_webhookmessage", "view_erasure",
    ],
    "Approvers": [
        "approve_letter", "change_lettertemplate", "change_reminderstep", "export_minister",
        "release_heldchange", "add_alternate", "change_alternate", "delete_alternate",
        "view_alternate", "view_arming", "stop_arming", "take_out_lists", "change_apitoken",
        "view_apitoken", "view_apicall", "change_webhookaddress", "view_webhookaddress",
        "view_webhookmessage", "view_erasure", "erase_personal_data",
    ],
    "Registrars": ["add_telephonecall", "change_telephonecall", "take_out_lists"],
    "Speakers' desk": [
        "view_delegate", "view_delegationchange", "take_out_lists", "add_apitoken",
        "change_apitoken", "view_apitoken", "view_apicall", "view_erasure",
    ],
    "Partnership team": ["view_partnershipinterest", "take_out_lists"],
}  # fmt: skip
# Read in the language of the page; on file they stand as they are here.
NAMES = [
    gettext_noop("Drafters"),
    gettext_noop("Approvers"),
    gettext_noop("Registrars"),
    gettext_noop("Speakers' desk"),
    gettext_noop("Readers"),
    gettext_noop("Partnership team"),
]
IN_WORDS = {
    "Drafters": _(
        "They prepare an edition: its dates and texts, its States, missions and ministers, its "
        "circulars and reminder steps. They have letters composed and say what becomes of a mail "
        "that did not arrive. What they write leaves only after somebody else has approved it. "
        "Each of them alone may stop all sending. They record what is done with signed originals."
    ),
    "Approvers": _(
        "They read what was composed and approve it: letters, texts that the system sends by "
        "itself, and reminder steps. They have an outdated letter composed anew; another person "
        "then approves it. They release held changes, and name alternates for days of absence. "
        "Nobody approves what is their own. Each of them alone may stop all sending."
    ),
    "Registrars": _(
        "They put on file what comes by post, fax, mail and telephone, record the replies in it "
        "for the offices, and call those that are silent. They record what is done with signed "
        "originals, and keep the receipts."
    ),
    "Speakers' desk": _(
        "They keep delegations and their delegates, policy statements, sessions and the list of "
        "speakers. They alone see the needs of delegates."
    ),
    "Readers": _(
        "They read all lists and records but those of delegates, and change nothing. They take "
        "nobody’s address out of the system."
    ),
    "Partnership team": _(
        "They see which offices are interested in partnership packages and whom to write to, take "
        "this list out, and see nothing else."
    ),
}


def grant_group_permissions(apps: StateApps) -> None:
    """Make the groups that are missing, each with all its permissions; others stay as they are."""
    make_permissions(apps)
    group: Any = apps.get_model("auth", "Group")
    permission: Any = apps.get_model("auth", "Permission")
    for name in WRITTEN_BY_GROUP:
        one, is_new = group.objects.get_or_create(name=name)
        if is_new:
            may = {"content_type__app_label__in": APPS, "codename__in": permissions_of(name)}
            one.permissions.add(*permission.objects.filter(**may))


def permissions_of(name: str) -> list[str]:
    read = [] if name in READING_THEIR_LIST else READ_BY_ALL
    codes = [f"view_{model}" for model in read] + MORE_PERMISSIONS.get(name, [])
    return codes + [
        f"{act}_{model}" for model in WRITTEN_BY_GROUP[name] for act in ("add", "change", "delete")
    ]


def make_permissions(apps: StateApps) -> None:
    """Make the permissions now: Django makes them only after the last migration."""
    for label in APPS:
        config = apps.get_app_config(label)
        config.models_module = True  # type: ignore[assignment] # Django makes none without it.
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = None
