"""The part ``exports``: whole lists taken out as a member of staff does, among many editions."""

from functools import partial
from typing import Any

from django.apps import apps
from django.test import Client
from django.urls import reverse

from scripts.peers.signing_in import signed_in

from . import tables
from .desk import member_of_staff
from .growing import STORED
from .measuring import Costs, measure

GROWTH = 100  # megabytes, from the least to the largest


def take_out(name: str, kind: str) -> None:
    """Measure one file, from the request to the last byte that is handed over."""
    browser = signed_in(member_of_staff())
    called = apps.get_model("invitations", name)._meta.verbose_name_plural
    address = reverse(f"admin:invitations_{name}_take_out")
    measure(lambda: handed_over(browser, address, kind), f"{called}, {kind}")


def handed_over(browser: Client, address: str, kind: str) -> int:
    """Return how many bytes the file has; an answer without one fails."""
    answer: Any = browser.post(address, {"kind": kind})
    return sum(map(len, answer.streaming_content))


JOBS = [
    partial(take_out, name, kind)
    for name in ("invitation", "reply", "delivery")
    for kind in ("xlsx", "csv")
]


def show(found: list[Costs]) -> None:
    """Print a row for each file: seconds at each size, and the peak memory."""
    sizes = [f"{stored:,}" for stored in STORED]
    tables.heading("Exports: a file made, s, and peak MB", *sizes, "CPU s", *sizes, "", "growth")
    for name, largest in found[-1].items():
        seconds = [f"{costs[name].seconds:.2f}" for costs in found]
        megabytes = [f"{costs[name].megabytes:.0f}" for costs in found]
        grown = tables.below(largest.megabytes - found[0][name].megabytes, GROWTH)
        tables.row(name, *seconds, f"{largest.of_processor:.2f}", *megabytes, "", *grown)
