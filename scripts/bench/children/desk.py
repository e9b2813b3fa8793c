"""Children that open the pages of the desk among many editions, and explain what they ask."""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.db import connection
from django.db.models import F
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from invitations.models import Delivery, Invitation, Reply
from invitations.models.insert_select import insert_select
from scripts.bench.measuring import measure_often
from scripts.bench.planning import STRIDE

ANSWERED_AT = dt.datetime(2020, 1, 7, 12, tzinfo=dt.UTC)
PAGES = {
    "first page": "admin:index",
    "board": "desk:board",
    "silent": "desk:silent",
    "invitations": "admin:invitations_invitation_changelist",
    "letters": "admin:invitations_letter_changelist",
    "replies": "admin:invitations_reply_changelist",
}
OURS = ("first page", "board", "silent")
# What grows with the editions.
LARGE = ("invitation", "letter", "delivery", "reply", "calllistentry", "correspondence")


def answer() -> None:
    """Let every second office of 2020 have answered; ten mails of it need a person."""
    own = Invitation.objects.filter(pk__lt=STRIDE)
    said: dict[str, Any] = {"answer": "in_person", "status": "standing"}
    answered = own.annotate(half=F("pk") % 2).filter(half=0)
    insert_select(answered, Reply, invitation=F("pk"), received_at=ANSWERED_AT, **said)
    bounced = Delivery.objects.filter(pk__lt=STRIDE).order_by("pk").values("pk")[:10]
    Delivery.objects.filter(pk__in=bounced).update(state=Delivery.State.BOUNCED)


def show() -> None:
    """Measure each page as a member of staff with all rights opens it."""
    browser = signed_in()
    for name, page in PAGES.items():
        address = reverse(page)
        opened(browser, address)
        measure_often(lambda address=address: opened(browser, address), name)  # type: ignore[misc]


def explain() -> None:
    """Write down how PostgreSQL finds what the new pages ask of the large tables."""
    browser, plans = signed_in(), []
    for name in OURS:
        with asked() as statements:
            opened(browser, reverse(PAGES[name]))
        plans.append(f"-- {name}: {len(statements)} queries, of these on large tables:")
        plans += [f"-- {name}\n{plan_of(*one)}" for one in statements if is_large(one[0])]
    (settings.VAR_DIR / "desk-plans.txt").write_text("\n\n".join(plans))


def signed_in() -> Client:
    """Return a browser in which somebody has signed in by password and second factor."""
    user, _is_new = User.objects.get_or_create(
        username="bench", defaults={"is_staff": True, "is_superuser": True}
    )
    user_logged_in.connect(give_second_factor)
    browser = Client(headers={"host": "localhost"})
    browser.force_login(user)
    return browser


def give_second_factor(sender: object, request: HttpRequest, user: User, **named: Any) -> None:
    now = time.time()
    records = [{"method": method, "at": now} for method in ("password", "mfa")]
    request.session["account_authentication_methods"] = records
    request.session["account_authentication_methods_user"] = str(user.pk)
    request.session["seen_at"] = now


def opened(browser: Client, address: str) -> int:
    answer = browser.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")
    return 1


@contextmanager
def asked() -> Iterator[list[tuple[str, Any]]]:
    statements: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield statements


def is_large(sql: str) -> bool:
    return sql.lstrip("(").startswith("SELECT") and any(
        f'FROM "invitations_{one}"' in sql for one in LARGE
    )


def plan_of(sql: str, params: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())
