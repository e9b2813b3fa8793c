"""Part 5: letters that cannot be composed, and addresses that no mail server can take."""

import re
from contextlib import suppress

from scripts.peers.programs import wait_until
from scripts.soak.letters import Acknowledgements, Invited
from scripts.soak.rows import approve_texts
from scripts.soak.stage import Stage

GOOD = 150
UNSAID = (
    "cabinet\u2028Bcc:x@example.org",
    "cabinet@example.org\r\nBcc: x@example.org",
)
POISON = ("=?utf-8?q?=0d=0aBcc=3Ax?=@example.org", *UNSAID)
ON_FILE = re.compile(r"(office|cabinet|forum)\d*@example\.org")


def play(stage: Stage) -> None:
    approve_texts()
    stage.host("zenda")
    stage.mail.behaves(seconds=0.1)
    letters, not_marked = Invited(GOOD, seconds=10), Invited(len(UNSAID) * 5, seconds=10)
    for place, pk in enumerate(not_marked.pks):
        not_marked.deliveries.filter(letter=pk).update(address=UNSAID[place % len(UNSAID)])
    uncomposed = [Acknowledgements(5, poison) for poison in POISON]
    uncomposed += [Acknowledgements(5, poison, in_name=True) for poison in POISON]
    good = Acknowledgements(40)
    with suppress(TimeoutError):
        wait_until(good.composed, "the good ones are composed")
    letters.pks += good.pks
    harm = len(not_marked.pks) + sum(len(one.pks) for one in uncomposed)
    stage.judge("5. poisoned letters among good ones", harm, letters, 0)
    judge(stage, not_marked, uncomposed)
    if not good.composed():
        stage.breaches.append("5. good letters wait to be composed")


def judge(stage: Stage, not_marked: Invited, uncomposed: list[Acknowledgements]) -> None:
    """Check that a person learns why each did not leave, and that no strange address got mail."""
    not_marked.settle()
    if number := not_marked.deliveries.exclude(state="failed").count():
        stage.breaches.append(f"5. {number} deliveries that cannot be said have not failed")
    if number := sum(batch.neither_left_nor_said_why() for batch in uncomposed):
        stage.breaches.append(f"5. {number} poisoned letters wait, and nobody is told why")
    addresses = [receipt.address for receipt in stage.mail.received()]
    if strange := [address for address in addresses if not ON_FILE.fullmatch(address)]:
        stage.breaches.append(f"5. received at strange addresses: {strange}")
