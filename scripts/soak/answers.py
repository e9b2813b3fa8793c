"""Offices answer at about the moment when their reminder is due."""

import time
from collections import Counter

from django.db import transaction
from django.utils import timezone

from invitations.models import Delivery, Invitation
from invitations.replies import record_reply
from invitations.times.calendars import is_weekend
from scripts.soak.letters import Reminders
from scripts.soak.stage import Stage

REMINDERS = 400
SECONDS = 60


def play(stage: Stage) -> None:
    if is_weekend(timezone.localdate()):
        print("No reminder leaves at a weekend: this part is left out.")
        return
    stage.host("zenda")
    stage.mail.behaves(seconds=0.5)
    reminders = Reminders(REMINDERS, seconds=SECONDS)
    due = {place: place * SECONDS / REMINDERS for place in range(REMINDERS)}
    moments = sorted((due[place] + stage.random.uniform(-5, 15), place) for place in due)
    found = {}
    for moment, place in moments:
        time.sleep(max(0, moment - reminders.age))
        pk = reminders.pks[place]
        found[pk] = answer(reminders.invitations[place], pk)
    reminders.settle()
    judge(stage, reminders, found)


def answer(invitation: Invitation, letter: int) -> str:
    """Record a reply; return the state of the reminder's delivery under the same lock."""
    with transaction.atomic():
        record_reply(invitation, {"answer": "regrets"})
        return Delivery.objects.get(letter=letter).state


def judge(stage: Stage, reminders: Reminders, found: dict[int, str]) -> None:
    """Check that an office that has answered gets no reminder but one that was on its way."""
    taken = Counter(receipt.address for receipt in stage.mail.received())
    addresses = reminders.deliveries.values_list("letter", "address")
    for moment in ("queued", "claimed", "sending", "handed_over", "cancelled"):
        times = [taken[address] for pk, address in addresses if found[pk] == moment]
        at_most = 1 if moment in ("sending", "handed_over") else 0
        title = f"answered while the reminder was {moment.replace('_', ' ')}"
        row = (title, len(times), sum(times), "", "", "", sum(time > 1 for time in times))
        stage.print_row(*row, "", "", round(reminders.age))
        stage.breaches += [title for number in times if number > at_most]
