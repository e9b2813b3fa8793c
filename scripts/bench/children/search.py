"""Children that search the desk among many editions."""

from functools import partial
from typing import Any

from django.test import Client
from django.urls import reverse

from delegations.models import Delegate
from invitations.models import (
    Correspondence,
    Delivery,
    Invitation,
    Letter,
    Minister,
    Reply,
    ReplyLink,
)
from scripts.bench.children.desk import (
    measure_page,
    member_of_staff,
    opened,
)
from scripts.peers.signing_in import signed_in

NOTHING = "zzzzzz"


def typed() -> dict[str, str]:
    """Return what is typed, by its kind; most of it stands in one row alone."""
    letter, delivery = Letter.objects.latest("pk"), Delivery.objects.latest("pk")
    invitation = Invitation.objects.latest("pk")
    return {
        "State": "cote d",
        "code of a State": "KE",
        "minister": f"Anton {predecessor().ref}",
        "name of many ministers": "bersonin",
        "reference of a minister": predecessor().ref,
        "reply code": ReplyLink.objects.latest("pk").code,
        "check code": Letter.objects.exclude(check_code=None).latest("pk").check_code or "",
        "Message-ID": letter.message_id.strip("<>"),
        "e-mail of a focal point": invitation.focal_point_email,
        "e-mail of who answered": Reply.objects.latest("pk").respondent_email,
        "e-mail of a minister": predecessor().to_emails,
        "e-mail of a delegate": Delegate.objects.latest("pk").email,
        "address that a mail went to": delivery.address,
        "who sent what came in": Correspondence.objects.latest("pk").sender,
        "e-mail of everybody": "@example.org",
        "name of a focal point": invitation.focal_point_name,
        "name of who answered": Reply.objects.latest("pk").respondent_name,
        "fax reference": Correspondence.objects.latest("pk").reference,
        "reference of a circular": "DEMO",
        "delegate": Delegate.objects.latest("pk").name,
        "session": "opening",
        "nothing": NOTHING,
    }


def predecessor() -> Any:
    return Minister.objects.filter(family_name="Bersonin").latest("pk")


def find() -> None:
    """Measure each kind as a member of staff with all rights types it."""
    browser = signed_in(member_of_staff())
    for name, words in typed().items():
        found(browser, words)
        measure_page(partial(found, browser, words), name)
    lists = {"list, cote": "cote", "list, an address": typed()["e-mail of a focal point"]}
    for name, words in lists.items():
        address = f"{reverse('admin:invitations_invitation_changelist')}?q={words}"
        opened(browser, address)
        measure_page(partial(opened, browser, address), name)


def found(browser: Client, words: str) -> int:
    answer = browser.post(reverse("admin:search"), {"s": words})
    if answer.status_code != 200 or (b"<a " in answer.content) == (words == NOTHING):
        raise RuntimeError(f"The search for {words} was answered {answer.status_code} amiss.")
    return 1
