"""Children that give a deployment's processes work before their memory is looked at."""

import time

from django.urls import reverse

from invitations.admin.list_columns import list_url
from invitations.models import Letter
from scripts.bench.calling import everybody, get_call
from scripts.bench.children.desk import LISTS, member_of_staff
from scripts.bench.pages import browsers
from scripts.bench.rounds import of_size
from scripts.peers.signing_in import signed_in

PAGES_OF_OFFICES = of_size(300, 20)
ROUNDS_OF_THE_DESK = of_size(10, 1)


def look(*server: str) -> None:
    """Open links and pages of offices, until there were as many pages."""
    offices = browsers(server)
    calls = [browser.looks() for browser in offices] * 2
    everybody(int(server[0]), calls[: PAGES_OF_OFFICES - len(offices)])


def look_at_the_desk(*server: str) -> None:
    """Open the pages of the desk as a member of staff with all rights."""
    user = member_of_staff()
    browser = signed_in(user)
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
    addresses = [reverse(page) for page in ("admin:index", "desk:board", "desk:silent")]
    addresses += [list_url(model) for model in LISTS.values()]
    calls = [get_call(address, user.username, cookies=cookies) for address in addresses]
    everybody(int(server[0]), calls * ROUNDS_OF_THE_DESK)


def await_composed() -> None:
    while Letter.objects.planned().exists():
        time.sleep(1)
