"""The part ``desk``: the first page, the board and the lists among many editions."""

import sys
from functools import partial
from typing import Any

from django.contrib.auth.models import User
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
from scripts.peers.signing_in import signed_in

from .growing import print_growth
from .measuring import Costs, measure_often

WITHIN = {"first page": 300, "board": 300}  # milliseconds, of the largest
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


def measure_pages() -> None:
    """Measure each page as a member of staff with all rights opens it."""
    browser = signed_in(member_of_staff())
    for model in LISTS.values():
        refuse_part_of(model, browser)
    answered = Invitation.objects.filter(replies__status="standing").latest("edition__opens_on")
    pages = {
        "first page": reverse("admin:index"),
        "board": reverse("desk:board"),
        "silent": reverse("desk:silent"),
        "a State": state_url(answered.edition, answered.member_state),
        **{name: list_url(model) for name, model in LISTS.items()},
    }
    for name, address in pages.items():
        opened(browser, address)
        measure_often(partial(opened, browser, address), name)


def refuse_part_of(model: type[Model], browser: Client) -> None:
    """Exit unless the list holds all rows, as many as its figures are said to be of."""
    listed: Any = browser.get(list_url(model))
    stored, found = model._default_manager.count(), listed.context_data["cl"].result_count
    if found != stored:
        sys.exit(f"{list_url(model)} lists {found} of {stored}.")


def member_of_staff() -> User:
    rights = {"is_staff": True, "is_superuser": True}
    return User.objects.get_or_create(username="bench", defaults=rights)[0]


def opened(browser: Client, address: str) -> int:
    answer = browser.get(address)
    if answer.status_code != 200:
        sys.exit(f"{address} answered {answer.status_code}.")
    return 1


JOBS = [measure_pages]


def show(found: list[Costs]) -> None:
    print_growth("Desk: a page opened", found, WITHIN)
