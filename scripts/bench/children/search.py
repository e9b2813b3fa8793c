"""Children that search the desk among many editions, and explain what the search asks."""

from django.conf import settings
from django.db import connection
from django.db.models import F, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat
from django.test import Client
from django.urls import reverse

from delegations.models import Delegate, Delegation
from invitations.models import Correspondence, Delivery, Invitation, Letter, Reply, ReplyLink
from invitations.models.insert_select import insert_select
from scripts.bench.children.desk import asked, is_large, opened, plan_of, signed_in
from scripts.bench.measuring import measure_often

RARE = "4711"


def numbered(before: str, after: str = "") -> Concat:
    return Concat(Value(before), Cast("pk", CharField()), Value(after))


def write() -> None:
    """Give each office words of its own: a focal point, a respondent, a fax, a delegate."""
    Invitation.objects.filter(focal_point_name="").update(
        focal_point_name=numbered("Anton Bersonin "),
        focal_point_email=numbered("focal", "@example.org"),
    )
    Reply.objects.filter(respondent_name="").update(
        respondent_name=numbered("Detchard "), respondent_email=numbered("office", "@example.org")
    )
    # Copies have the identifiers of the first edition: each gets its own.
    Letter.objects.update(message_id=numbered("<l", "@forum.example.org>"))
    Delivery.objects.update(address=numbered("minister", "@example.org"))
    without = Invitation.objects.filter(correspondence=None)
    insert_select(
        without, Correspondence, invitation=F("pk"), channel="fax", reference=numbered("MFA/")
    )
    fresh = Invitation.objects.principal().filter(edition__delegations=None)
    insert_select(fresh, Delegation, edition=F("edition"), member_state=F("member_state"))
    unnamed = Delegation.objects.filter(delegates=None)
    insert_select(unnamed, Delegate, delegation=F("pk"), name=numbered("Rupert Hentzau "))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def typed() -> dict[str, str]:
    """Return what is typed, by its kind; most of it stands in one row alone."""
    return {
        "State": "cote d",
        "minister": "demo",
        "reply code": ReplyLink.objects.latest("pk").code,
        "check code": Letter.objects.exclude(check_code=None).latest("pk").check_code or "",
        "Message-ID": Letter.objects.latest("pk").message_id.strip("<>"),
        "e-mail": f"focal{RARE}@example.org",
        "e-mail of everybody": "@example.org",
        "name": f"Detchard {RARE}",
        "fax reference": f"MFA/{RARE}",
        "delegate": f"Rupert Hentzau {RARE}",
        "session": "opening",
        "nothing": "zzzzzz",
    }


def find() -> None:
    """Measure each kind as a member of staff with all rights types it."""
    browser = signed_in()
    for name, words in typed().items():
        found(browser, words)
        measure_often(lambda words=words: found(browser, words), name)  # type: ignore[misc]
    for words in ("cote", f"focal{RARE}@example.org"):
        address = f"{reverse('admin:invitations_invitation_changelist')}?q={words}"
        opened(browser, address)
        measure_often(lambda address=address: opened(browser, address), f"list, {words[:20]}")  # type: ignore[misc]


def found(browser: Client, words: str) -> int:
    answer = browser.post(reverse("admin:search"), {"s": words})
    if answer.status_code != 200:
        raise RuntimeError(f"The search answered {answer.status_code}.")
    return 1


def explain() -> None:
    """Write down how PostgreSQL finds what the search asks of the large tables."""
    browser, plans = signed_in(), []
    for name, words in typed().items():
        with asked() as statements:
            found(browser, words)
        plans += [f"-- {name}\n{plan_of(*one)}" for one in statements if is_large(one[0])]
    (settings.VAR_DIR / "search-plans.txt").write_text("\n\n".join(plans))
