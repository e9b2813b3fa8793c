"""Children that open the pages of the desk among many editions."""

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from delegations.models import Delegate
from invitations.admin.list_columns import list_url, state_url
from invitations.models import (
    Correspondence,
    Delivery,
    Invitation,
    Letter,
    Minister,
    Reply,
    TelephoneCall,
)
from scripts.bench.measuring import measure_often
from scripts.peers.signing_in import signed_in

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


def show() -> None:
    """Measure each page as a member of staff with all rights opens it."""
    browser = signed_in(member_of_staff())
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


def member_of_staff() -> User:
    rights = {"is_staff": True, "is_superuser": True}
    return User.objects.get_or_create(username="bench", defaults=rights)[0]


def opened(browser: Client, address: str) -> int:
    answer = browser.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}.")
    return 1
