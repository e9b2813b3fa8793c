"""Children that open the pages of the desk among many editions, and explain what they ask."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse

from delegations.models import Delegate, Delegation
from invitations.admin.columns import list_url, state_url
from invitations.models import (
    CallListEntry,
    Correspondence,
    Delivery,
    Invitation,
    Letter,
    Minister,
    Reply,
    TelephoneCall,
)
from scripts.bench.measuring import measure_often

LISTS = {
    "invitations": Invitation,
    "letters": Letter,
    "deliveries": Delivery,
    "replies": Reply,
    "correspondence": Correspondence,
    "telephone calls": TelephoneCall,
    "ministers": Minister,
    "delegates": Delegate,
}
# What grows with the editions.
LARGE = {model._meta.db_table for model in (*LISTS.values(), CallListEntry, Delegation)}


def show() -> None:
    """Measure each page as a member of staff with all rights opens it."""
    browser = signed_in()
    for model in LISTS.values():
        refuse_part_of(model, browser)
    for name, address in pages().items():
        opened(browser, address)
        measure_page(partial(opened, browser, address), name)


def refuse_part_of(model: type[Model], browser: Client) -> None:
    """Exit unless the list holds all rows, as many as its figures are said to be of."""
    listed: Any = browser.get(list_url(model))
    stored, found = model._default_manager.count(), listed.context_data["cl"].result_count
    if found != stored:
        sys.exit(f"{list_url(model)} lists {found} of {stored}.")


def measure_page(act: Callable[[], int], name: str) -> None:
    measure_often(act, name, others=worked_by_database)


def worked_by_database() -> float:
    """Return how long the process that serves this connection has worked; 0 on another host."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        told = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return int(told.read_text().split()[0]) / 1e9 if told.exists() else 0.0


def pages() -> dict[str, str]:
    """Return the pages by name: those of the desk's own, then the lists."""
    answered = Invitation.objects.filter(replies__status="standing").latest("edition__opens_on")
    return {
        "first page": reverse("admin:index"),
        "board": reverse("desk:board"),
        "silent": reverse("desk:silent"),
        "a State": state_url(answered.edition, answered.member_state),
        **{name: list_url(model) for name, model in LISTS.items()},
    }


def explain() -> None:
    """Write down how PostgreSQL finds what the pages ask of the large tables."""
    browser, plans = signed_in(), []
    for name, address in pages().items():
        with asked() as statements:
            opened(browser, address)
        plans.append(f"-- {name}: {len(statements)} queries, of these on large tables:")
        plans += [f"-- {name}\n{plan_of(*one)}" for one in statements if is_large(one[0])]
    (settings.VAR_DIR / "desk-plans.txt").write_text("\n\n".join(plans))


def signed_in() -> Client:
    """Return a browser in which somebody has signed in by password and second factor."""
    user_logged_in.connect(give_second_factor)
    browser = Client(headers={"host": "localhost"})
    browser.force_login(member_of_staff())
    return browser


def member_of_staff() -> User:
    rights = {"is_staff": True, "is_superuser": True}
    return User.objects.get_or_create(username="bench", defaults=rights)[0]


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
    return sql.lstrip("(").startswith("SELECT") and any(f'FROM "{one}"' in sql for one in LARGE)


def plan_of(sql: str, params: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())
