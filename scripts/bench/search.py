"""The part ``search``: the palette and the lists' search among many editions."""

import sys
from functools import partial

from django.test import Client
from django.urls import reverse

from delegations.models import Delegate
from invitations.models import Correspondence, Delivery, Invitation, Letter, Minister, ReplyLink
from scripts.peers.signing_in import signed_in

from .desk import member_of_staff, opened
from .growing import print_growth
from .measuring import Costs, measure_often

NOTHING = "zzzzzz"
WITHIN = 100  # milliseconds, of the largest


def typed() -> dict[str, str]:
    """Return what is typed, by its kind; most of it stands in one row alone."""
    letters = Letter.objects.order_by("-pk")
    invitation = Invitation.objects.latest("pk")
    return {
        "State": "cote d",
        "minister": f"Anton {Minister.objects.filter(family_name='Bersonin').latest('pk').ref}",
        "name of many ministers": "bersonin",
        "reply code": ReplyLink.objects.latest("pk").code,
        "check code": letters.exclude(check_code=None)[0].check_code or "",
        "Message-ID": letters[0].message_id.strip("<>"),
        "name of a focal point": invitation.focal_point_name,
        "e-mail of a focal point": invitation.focal_point_email,
        "address that a mail went to": Delivery.objects.latest("pk").address,
        "e-mail of everybody": "@example.org",
        "fax reference": Correspondence.objects.latest("pk").reference,
        "delegate": Delegate.objects.latest("pk").name,
        "nothing": NOTHING,
    }


def find() -> None:
    """Measure each kind as a member of staff with all rights types it."""
    browser, kinds = signed_in(member_of_staff()), typed()
    for name, words in kinds.items():
        answered(browser, words)
        measure_often(partial(answered, browser, words), name)
    lists = {"list, cote": "cote", "list, an address": kinds["e-mail of a focal point"]}
    for name, words in lists.items():
        address = f"{reverse('admin:invitations_invitation_changelist')}?q={words}"
        opened(browser, address)
        measure_often(partial(opened, browser, address), name)


def answered(browser: Client, words: str) -> int:
    answer = browser.post(reverse("admin:search"), {"s": words})
    if answer.status_code != 200 or (b"<a " in answer.content) == (words == NOTHING):
        sys.exit(f"The search for {words} was answered {answer.status_code} amiss.")
    return 1


JOBS = [find]


def show(found: list[Costs]) -> None:
    within = {name: WITHIN for name in found[-1] if not name.startswith("list")}
    print_growth("Search: an answer", found, within)
