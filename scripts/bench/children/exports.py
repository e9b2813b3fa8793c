"""A child that takes a list out as a member of staff does, the whole of it."""

from typing import Any

from django.apps import apps
from django.test import Client
from django.urls import reverse

from scripts.bench.children.desk import member_of_staff
from scripts.bench.measuring import measure
from scripts.peers.signing_in import signed_in


def take_out(name: str, kind: str) -> None:
    """Measure one file, from the request to the last byte that is handed over."""
    model = apps.get_model("invitations", name)
    browser = signed_in(member_of_staff())
    address = reverse(f"admin:invitations_{name}_take_out")
    measure(
        lambda: handed_over(browser, address, kind), f"{model._meta.verbose_name_plural}, {kind}"
    )


def handed_over(browser: Client, address: str, kind: str) -> int:
    """Return how many bytes the file has; an answer without one fails."""
    answer: Any = browser.post(address, {"kind": kind})
    return sum(map(len, answer.streaming_content))
