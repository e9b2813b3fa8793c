"""Letters on their way, to be waited for and accounted for."""

import datetime as dt
import time

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from invitations.letters.planning import enqueue_letter
from invitations.models import (
    Delivery,
    Invitation,
)
from scripts.peers.accounts import Account, account_for, states_by_receipt
from scripts.peers.mail_server import MailServer
from scripts.peers.programs import wait_until
from scripts.soak import rows

WAITING = ["queued", "claimed", "sending", "deferred"]


class Letters:
    """Letters of one edition, made in one transaction."""

    invitations: list[Invitation]
    pks: list[int]
    began: float

    @property
    def age(self) -> float:
        """Return the seconds since workers could see the letters."""
        return time.monotonic() - self.began

    @property
    def deliveries(self) -> "QuerySet[Delivery]":
        return Delivery.objects.filter(letter__in=self.pks)

    def fall_due_within(self, seconds: float) -> None:
        """Let the letters fall due one after another."""
        now, later = timezone.now(), dt.timedelta(seconds=seconds / len(self.pks))
        for place, pk in enumerate(self.pks):
            self.deliveries.filter(letter=pk).update(not_before=now + place * later)

    def settle(self, seconds: float = 400) -> None:
        """Wait until no delivery waits; cut short a pause that the mail server asked for."""
        try:
            wait_until(self.nothing_waits, "nothing waits", seconds)
        except TimeoutError as late:
            print(late)

    def nothing_waits(self) -> bool:
        time.sleep(0.5)
        soon = timezone.now()
        self.deliveries.filter(state="deferred", not_before__gt=soon).update(not_before=soon)
        return not self.deliveries.filter(state__in=WAITING).exists()

    def account(self, mail: MailServer) -> Account:
        states = states_by_receipt(self.deliveries.select_related("letter"))
        ours = {receipt.address for receipt in states}
        return account_for(states, [r for r in mail.received() if r.address in ours])


class Invited(Letters):
    """Invitations issued to ministers of one State, each to an office of its own."""

    def __init__(self, number: int, seconds: float) -> None:
        with transaction.atomic():
            self.invitations = rows.drafts(number)
            self.pks = [rows.issued(invitation).pk for invitation in self.invitations]
            self.fall_due_within(seconds)
        self.began = time.monotonic()


class Reminders(Letters):
    """Reminders to ministers of as many States, whose invitations arrived a while ago."""

    def __init__(self, number: int, seconds: float) -> None:
        with transaction.atomic():
            self.invitations = rows.drafts(number, principal=True)
            step = rows.step(self.invitations[0].edition)
            self.pks = []
            for invitation in self.invitations:
                rows.arrived(invitation)
                letter = rows.reminder(invitation, step)
                enqueue_letter(letter)
                self.pks.append(letter.pk)
            self.fall_due_within(seconds)
        self.began = time.monotonic()
