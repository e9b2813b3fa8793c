"""The database of the soak, and its rows: a fictitious edition, offices, and small letters."""

import datetime as dt
import os
from functools import cache
from itertools import count, product
from string import ascii_uppercase

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from invitations.files.frozen import freeze
from invitations.letters.approval import approve_text
from invitations.letters.issuing import draft_invitation, issue_invitation
from invitations.models import (
    Circular,
    ForumEdition,
    Invitation,
    Letter,
    MemberState,
    Minister,
    ReminderStep,
)
from invitations.outbox.arming import arm

NUMBERS = count(1)
CODES = map("".join, product(ascii_uppercase, repeat=2))  # each State has one of its own
DATES = ("opens_on", "track_opens_on", "track_closes_on", "closes_on")
DAYS_BEFORE = 21  # of the reminder, which fell due the day before yesterday


def prepare_database() -> None:
    """Make the tables, and arm the database, so that its letters may leave."""
    call_command("migrate", verbosity=0)
    settings.ARMING_KEY = os.environ["ARMING_KEY"] = arm()


@cache
def officers() -> list[User]:
    """Return the two people who approve."""
    names = ("rischenheim", "hentzau")
    return [User.objects.get_or_create(username=name, is_staff=True)[0] for name in names]


def edition() -> ForumEdition:
    """Make an edition in two months, with its circular; replies close in three weeks."""
    today, number = timezone.localdate(), next(NUMBERS)
    made = ForumEdition.objects.create(
        symbol=f"soak-{number}", name="WSIS Forum", place="Geneva", time_zone_name="Geneva time",
        contact_name="Fritz von Tarlenheim", contact_phone="+41 22 555 01 00",
        contact_email="forum@example.org",
        reply_before=today + dt.timedelta(days=20),
        **dict.fromkeys(DATES, today + dt.timedelta(days=60)),
    )  # fmt: skip
    Circular.objects.create(
        edition=made, reference=f"CL/{number}", dated_on=today, place="Geneva",
        signatory_name="Michael Strelsau", signatory_title="Secretary-General",
    )  # fmt: skip
    return made


def step(edition: ForumEdition) -> ReminderStep:
    made = ReminderStep.objects.create(edition=edition, days_before=DAYS_BEFORE, variant="first")
    for officer in officers():
        approve_text(made, officer, made.mark)
    return made


def drafts(number: int, *, principal: bool = False) -> list[Invitation]:
    """Draft invitations: by courtesy of one State, or principal ones of as many States."""
    made = edition()
    states = [state() for _number in range(number if principal else 1)]
    return [
        draft_invitation(made, minister(states[place % len(states)]), is_principal=principal)
        for place in range(number)
    ]


def state() -> MemberState:
    code = next(CODES)
    return MemberState.objects.create(iso2=code, iso3=f"X{code}", short_name=f"Ruritania {code}")


def minister(member_state: MemberState) -> Minister:
    number = next(NUMBERS)
    return Minister.objects.create(
        member_state=member_state,
        given_name="Flavia",
        family_name=f"Elphberg {number}",
        address_gender="f",
        portfolio="Minister of Communications",
        language="en",
        to_emails=f"office{number}@example.org",
    )


def issued(invitation: Invitation) -> Letter:
    """Issue the invitation; return its letter, which waits in the outbox."""
    letter = approved(invitation, "invitation")
    issue_invitation(letter, officers()[1])
    return letter


def arrived(invitation: Invitation) -> None:
    """Issue the invitation, with a letter handed over twelve days ago."""
    before = timezone.now() - dt.timedelta(days=12)
    issued(invitation).deliveries.update(state="handed_over", handed_over_at=before)


def reminder(invitation: Invitation, step: ReminderStep) -> Letter:
    return approved(
        invitation,
        "reminder",
        step=step,
        reply_before=step.edition.reply_before,
        leave_before=step.edition.deadline,
    )


def approved(invitation: Invitation, kind: str, **reminding: object) -> Letter:
    """Make an approved letter with a small frozen message of its own."""
    address, now = invitation.minister.to_emails, timezone.now()
    words = f"Subject: Invitation\r\nTo: {address}\r\n\r\n.Number {invitation.pk}.\r\n.\r\n"
    message, sha256 = freeze(words.encode(), "messages", "eml")
    return Letter.objects.create(
        invitation=invitation, circular=invitation.edition.circulars.get(), kind=kind,
        language="en", state="approved", approved_at=now, composed_at=now, message=message,
        message_sha256=sha256, recipients=[["to", address]], **reminding,
    )  # fmt: skip
