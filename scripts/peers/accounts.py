"""Account for what arrived: deliveries beside what the mail server took."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from django.utils import timezone

from invitations.files.frozen import thaw
from invitations.mail.outgoing import with_date
from invitations.mail.transport import return_path
from invitations.models import Delivery


class Receipt(NamedTuple):
    """A message that the mail server took: address, envelope sender, hash of its bytes."""

    address: str
    sender: str
    sha256: str


class Account(NamedTuple):
    """What became of the deliveries; the last four must be nothing."""

    received: int
    handed_over: int
    uncertain: int
    twice: int
    lost: int  # handed over, and never received
    astray: int  # in any other state
    strange: int  # received, but not as it was sent

    def breaches(self, uncertain_at_most: int) -> list[str]:
        found = {
            "received twice": self.twice,
            "lost": self.lost,
            "in another state": self.astray,
            "received otherwise than sent": self.strange,
            "uncertain beyond the bound": max(0, self.uncertain - uncertain_at_most),
        }
        return [f"{number} {what}" for what, number in found.items() if number]


def states_by_receipt(deliveries: Iterable[Delivery]) -> dict[Receipt, str]:
    """Return the state of each delivery, by the receipt that it has to leave at the mail server."""
    return {
        Receipt(one.address, return_path(one.envelope or ""), sha256_of_mail(one)): one.state
        for one in deliveries
    }


def sha256_of_mail(delivery: Delivery) -> str:
    """Return the hash of the frozen message with the date at which its letter first left."""
    letter = delivery.letter
    frozen = thaw(letter.message.name, letter.message_sha256)
    return hashlib.sha256(with_date(frozen, letter.dated_at or timezone.now())).hexdigest()


def account_for(states: dict[Receipt, str], received: Iterable[Receipt]) -> Account:
    """Compare the states of deliveries, by expected receipt, with what the mail server took."""
    arrived = Counter(received)
    by_state = Counter(states.values())
    return Account(
        received=sum(arrived.values()),
        handed_over=by_state["handed_over"],
        uncertain=by_state["uncertain"],
        twice=sum(times > 1 for times in arrived.values()),
        lost=sum(
            state == "handed_over" and not arrived[receipt] for receipt, state in states.items()
        ),
        astray=len(states) - by_state["handed_over"] - by_state["uncertain"],
        strange=len(arrived.keys() - states.keys()),
    )
