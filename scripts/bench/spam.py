"""Children that write a mail of each text and language, and score them by SpamAssassin offline."""

import datetime as dt
import json
import re
import subprocess
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db.models import F, Max
from django.utils import timezone

from delegations.demonstration.delegations import make_delegates, make_statement
from delegations.demonstration.edition import approve_texts
from delegations.demonstration.staff import STAFF
from delegations.models import Delegation, PolicyStatement
from delegations.receipts import plan_delegation_receipt, plan_statement_receipt
from invitations.files.frozen import thaw
from invitations.letters.circulars import plan_circular, plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.letters.planning import PASSED_ON, save_planned_letters
from invitations.mail.outgoing import with_date
from invitations.models import (
    Answer,
    Circular,
    Invitation,
    Language,
    Letter,
    NextStep,
    ReminderStep,
    Reply,
    SessionHours,
    asked_before,
    deadline_of,
)
from invitations.reminders.calendar_updates import calendar_letter
from invitations.replies import record_reply

REFERRING = ("notice", "corrigendum", "replacement")
DAYS_AGO = dt.timedelta(days=5)
SCORE = r"X-Spam-Status: \w+, score=(-?[\d.]+).*?tests=(.*?)autolearn"


def tell_story() -> None:
    """Play the demonstration, and let each kind of letter go to an office of each language."""
    call_command("migrate", verbosity=0)
    call_command("load_member_states")
    call_command("demo")
    offices = [office_that_reads(language) for language in Language]
    for office in offices:
        record_reply(office, {"answer": "in_person", "segments": ["opening"]})
    compose_planned()
    ask_for_next_steps(offices)
    compose_planned()
    move_sessions(offices)
    file_with_receipts(offices)
    for kind in REFERRING:
        circular = circular_of(kind, offices[0])
        chosen = Invitation.objects.filter(pk__in=[office.pk for office in offices])
        plan_circular(circular, chosen)
    compose_planned()
    plan_notes(circular)
    compose_planned()


def ask_for_next_steps(offices: list[Invitation]) -> None:
    """Plan what reminds of the steps after a yes, as if they had said it days ago."""
    edition = offices[0].edition
    Reply.objects.filter(invitation__in=offices).update(received_at=F("received_at") - DAYS_AGO)
    for what in NextStep:
        edition.reminder_steps.create(
            asks_for=what, variant=what, days_before=7, audience=ReminderStep.Audience.FOCAL_POINT
        )
    approve_texts(edition, list(User.objects.filter(username__in=STAFF)), timezone.now())
    standing = Letter.objects.standing().filter(invitation__in=offices)
    asked = edition.reminder_steps.exclude(asks_for="")
    save_planned_letters([reminder(step, letter) for step in asked for letter in standing])


def reminder(step: ReminderStep, standing: Letter) -> Letter:
    return Letter(
        kind=Letter.Kind.REMINDER,
        variant=step.variant,
        step=step,
        reply_before=asked_before(step.edition, step.asks_for),
        leave_before=deadline_of(step.edition, step.asks_for),
        **{name: getattr(standing, name) for name in PASSED_ON},
    )


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


def office_that_reads(language: str) -> Invitation:
    issued = Invitation.objects.issued().filter(letters__language=language)
    return issued.filter(letters__kind=Letter.Kind.REMINDER).earliest("pk")


def circular_of(kind: str, office: Invitation) -> Circular:
    circular = office.edition.circulars.earliest("pk")
    circular.pk, circular._state.adding = None, True
    circular.kind, circular.reference = kind, f"{circular.reference}, {kind}"
    circular.dated_on = timezone.localdate()
    for language in Language:
        setattr(circular, f"changes_{language.value.replace('-', '_')}", "9:30, A, B 2.")
    circular.save()
    return circular


def score(file: str) -> None:
    """Write the points of each text and language, and the rules that gave them, into the file."""
    frozen = Letter.objects.filter(second_language="").exclude(message_sha256="")
    last = frozen.values("kind", "variant", "language").annotate(last=Max("pk"))
    letters = Letter.objects.filter(pk__in=last.values("last"))
    found = [
        (
            " ".join(filter(None, (letter.kind, letter.variant))),
            letter.language,
            *scored(frozen_mail(letter)),
        )
        for letter in letters.order_by("kind", "variant", "language")
    ]
    Path(file).write_text(json.dumps(found))


def frozen_mail(letter: Letter) -> bytes:
    """Return the mail as it would leave now."""
    return with_date(thaw(letter.message.name, letter.message_sha256), timezone.now())


def scored(content: bytes) -> tuple[float, str]:
    """Return the points of the message and the names of the rules that gave them."""
    command = ["spamassassin", "--local", "--test-mode"]
    run = subprocess.run(command, input=content, capture_output=True, check=True)
    report = run.stdout.decode(errors="replace")
    status = re.search(SCORE, report, re.DOTALL)
    if status is None:
        raise ValueError(report[:500])
    return float(status[1]), re.sub(r"\s+", "", status[2]).strip(",")
