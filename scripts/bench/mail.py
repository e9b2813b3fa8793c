"""The part ``mail``: what SpamAssassin, without a network, thinks of the mails of each language."""

import json
import os
import re
import shutil
import subprocess
from functools import partial
from pathlib import Path

from django.core.management import call_command
from django.db.models import Max
from django.utils import timezone

from delegations.demonstration.delegations import make_delegates, make_statement
from delegations.models import Delegation, PolicyStatement
from delegations.receipts import plan_delegation_receipt, plan_statement_receipt
from invitations.files.frozen import thaw
from invitations.letters.composing_queue import compose_planned
from invitations.letters.planning import save_planned_letters
from invitations.mail.outgoing import with_date
from invitations.models import Answer, Invitation, Language, Letter, Reply, SessionHours
from invitations.reminders.calendar_updates import calendar_letter
from invitations.replies import record_reply
from scripts.peers.databases import make_again

from . import tables
from .measuring import run

POINTS = 2
SCORE = r"X-Spam-Status: \w+, score=(-?[\d.]+).*?tests=(.*?)autolearn"


def main(folder: Path) -> None:
    """Score the mails of a demonstration, in a database of its own: the other has an edition."""
    url = f"{os.environ['DATABASE_URL']}_mail"
    make_again(url)
    run(demonstrate, DATABASE_URL=url)
    if not shutil.which("spamassassin"):
        print("\nSpamAssassin is missing: apt-get install spamassassin")
        return
    scores = folder / "spam.json"
    run(partial(score, str(scores)), DATABASE_URL=url)
    tables.heading("SpamAssassin, points of the 5 of a spam", "points", "target")
    for text, language, points, rules in json.loads(scores.read_text()):
        label = f"{text}, {tables.NAMES[language]}"
        tables.row(label, *tables.at_most(points, POINTS), f"  {rules}")


# In processes of their own


def demonstrate() -> None:
    call_command("migrate", verbosity=0)
    call_command("load_member_states")
    call_command("demo")
    write_each_mail()


def write_each_mail() -> None:
    """Let an office of each language answer and file, and sessions move; compose their mails."""
    acknowledged = Letter.objects.filter(kind=Letter.Kind.ACKNOWLEDGEMENT)
    for language in Language:
        if not acknowledged.filter(language=language).exists():
            office = Invitation.objects.issued().filter(letters__language=language).earliest("pk")
            record_reply(office, {"answer": "in_person", "segments": ["opening"]})
    compose_planned()
    offices = [one.invitation for one in acknowledged.exclude(state=Letter.State.CANCELLED)]
    move_sessions(offices)
    file_with_receipts(offices)
    compose_planned()


def move_sessions(offices: list[Invitation]) -> None:
    """Publish another room, and plan the mails that tell it, whatever day it is."""
    SessionHours.objects.update(room="Popov")
    standing = Letter.objects.standing().filter(invitation__in=offices)
    save_planned_letters([calendar_letter(letter) for letter in standing])


def file_with_receipts(offices: list[Invitation]) -> None:
    """Let offices that come and speak have filed both, and plan the receipts, due at once."""
    coming = Reply.objects.standing().filter(invitation__in=offices, answer=Answer.IN_PERSON)
    for number, reply in enumerate(coming):
        office = reply.invitation
        delegation, is_new = Delegation.objects.get_or_create(
            edition=office.edition, member_state=office.member_state
        )
        if is_new:
            make_delegates(delegation, reply, 4 * number + 3)
            make_statement(delegation, reply, number)
        plan_delegation_receipt(delegation, office)
        for statement in PolicyStatement.objects.filter(delegation=delegation):
            plan_statement_receipt(statement, office)
    Letter.objects.planned().filter(kind=Letter.Kind.RECEIPT).update(compose_again_at=None)


def score(file: str) -> None:
    """Write the points of each text and language, and the rules that gave them, into the file."""
    frozen = Letter.objects.filter(second_language="").exclude(message_sha256="")
    last = frozen.values("kind", "variant", "language").annotate(last=Max("pk"))
    letters = Letter.objects.filter(pk__in=last.values("last"))
    found = [
        (f"{letter.kind} {letter.variant}".strip(), letter.language, *scored(letter))
        for letter in letters.order_by("kind", "variant", "language")
    ]
    Path(file).write_text(json.dumps(found))


def scored(letter: Letter) -> tuple[float, str]:
    """Return the points of the mail as it would leave now, and the rules that gave them."""
    mail = with_date(thaw(letter.message.name, letter.message_sha256), timezone.now())
    command = ["spamassassin", "--local", "--test-mode"]
    report = subprocess.run(command, input=mail, capture_output=True, check=True).stdout.decode(
        errors="replace"
    )
    status = re.search(SCORE, report, re.DOTALL)
    if status is None:
        raise ValueError(report[:500])
    return float(status[1]), re.sub(r"\s+", "", status[2]).strip(",")
