"""Hand over mail to staff and to teams, which is no letter: none is lost without a word."""

import logging
from collections.abc import Callable
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from invitations.job_errors import job_error_of, note_job_error
from invitations.mail.transport import (
    Envelope,
    NotTaken,
    Refused,
    Unknown,
    configured_carrier,
)
from invitations.models import StaffMail
from invitations.outbox.transitions import LEASE
from invitations.times.jobs import Job

logger = logging.getLogger(__name__)

VANISHED = "A worker vanished while it handed over a mail, which may not have arrived."


def hand_over_mail(
    mail: StaffMail, address: str, note: Callable[[], bytes], take_back: Callable[[], object]
) -> bool:
    """Hand a mail over, once a connection stands, and return whether it left.

    ``note`` notes as told what the mail says and returns it, empty if another worker was quicker:
    with that the mail is on file, until the server's answer is. What was not taken is told by
    another mail, for ``take_back`` undoes the note; raise Refused if the server wants none. What
    may have arrived is never sent again, and stands among the faults of its job.
    """
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    with configured_carrier() as line:
        try:
            line.connect()
            if not (content := begin_staff_mail(mail, note)):
                return False
            line.hand_over(Envelope(sender, address), content)
        except Unknown as fault:
            report_possible_loss(mail, f"A mail may not have arrived: {fault.words}")
        except NotTaken as fault:
            return_mail(mail, take_back)
            if isinstance(fault, Refused):
                raise
            logger.warning("%s, %s: a mail waits: %s", mail.job, mail.item, fault.words)
            return False
        else:
            mail.delete()
    return True


@transaction.atomic
def begin_staff_mail(mail: StaffMail, note: Callable[[], bytes]) -> bytes:
    """Note the words as told and the mail as begun, in one: a kill leaves both or neither."""
    if content := note():
        mail.begun_at = timezone.now()
        mail.save()
    return content


@transaction.atomic
def return_mail(mail: StaffMail, take_back: Callable[[], object]) -> None:
    """Let what the mail said be told again; without a connection nothing was begun."""
    if mail.pk:
        take_back()
        mail.delete()


def report_vanished(job: Job) -> None:
    """Tell of each mail of the job whose worker vanished over it: whether it left, nobody knows."""
    for mail in StaffMail.objects.filter(job=job, begun_at__lt=timezone.now() - LEASE):
        report_possible_loss(mail, VANISHED)


@transaction.atomic
def report_possible_loss(mail: StaffMail, reason: str) -> None:
    """Let it stand among the faults, under an item of its own, until somebody deals with it."""
    if StaffMail.objects.filter(pk=mail.pk).delete()[0]:
        job, item = Job(mail.job), f"{mail.item}, {mail.begun_at:%Y-%m-%d %H:%M:%S} UTC"
        note_job_error(job_error_of(job, item), reason, pauses=False)
