"""The acts of the secretariat in a rehearsal: two invented people, each working morning."""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from delegations.rehearsal.diary import Diary
from delegations.rehearsal.incoming import Incoming
from invitations.letters.approval import approve_letter
from invitations.letters.circulars import plan_circular, plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.models import (
    Channel,
    Circular,
    Correspondence,
    Delivery,
    Letter,
    Reply,
    SignedOriginal,
)
from invitations.models.delivery import STEPS, Step
from invitations.outbox.decisions import dispatch_on_paper
from invitations.outbox.originals import Done, record_step
from invitations.replies import mark_dealt_with, record_reply, settle_contested

# Two answers that contradict each other, and a mail that nobody has looked at, wait so long.
SETTLED_AFTER, READ_AFTER = dt.timedelta(days=2), dt.timedelta(days=3)


class Staff(NamedTuple):
    drafter: User
    approver: User


def make_rehearsal_staff() -> Staff:
    """Make the two, who cannot sign in anywhere: they have no password."""
    names = ("rehearsal-drafter", "rehearsal-approver")
    return Staff(*(User.objects.get_or_create(username=name)[0] for name in names))


def send_circular(circular: Circular, staff: Staff, diary: Diary) -> None:
    """Plan the circular's letters and the notes verbales above them, and approve both."""
    if not circular.is_signed:
        # On the day somebody signs it, and that is entered.
        Circular.objects.filter(pk=circular.pk).update(
            original_signed_by=circular.signatory_name, original_signed_on=circular.dated_on
        )
    plan_circular(circular, by=staff.drafter)
    compose_planned()
    approve_composed(staff, diary)
    plan_notes(circular, by=staff.drafter)
    compose_planned()
    approve_composed(staff, diary)


def work_a_morning(staff: Staff, diary: Diary, incoming: Iterable[Incoming]) -> None:
    """Do what waits for a person."""
    approve_composed(staff, diary)
    hand_over_originals(staff, diary)
    take_to_the_post(staff, diary)
    read_mail(staff, diary, incoming)
    choose_between_replies(staff, diary)


def approve_composed(staff: Staff, diary: Diary) -> None:
    """Approve all that waits, notes verbales last; a note is refused before what it covers."""
    composed = Letter.objects.filter(state=Letter.State.COMPOSED).order_by("pk")
    for letter in sorted(composed, key=lambda one: one.kind == Letter.Kind.NOTE):
        hashes = letter.sha256, letter.message_sha256
        approve = partial(approve_letter, letter, staff.approver, *hashes, although_late=True)
        attempt(approve, letter, diary)


def hand_over_originals(staff: Staff, diary: Diary) -> None:
    """Take each signed original one step further: printed, signed, handed over."""
    for letter in SignedOriginal.objects.under_way().order_by("pk"):
        done = set(letter.original_steps.standing().values_list("step", flat=True))
        step = next(one for one in STEPS if one not in done)
        today = letter.invitation.edition.local_date(timezone.now())
        by = Delivery.Channel.HAND if step == Step.HANDED_OVER else ""
        attempt(
            partial(record_step, letter, step, staff.drafter, Done(today, channel=by)),
            letter,
            diary,
        )


def take_to_the_post(staff: Staff, diary: Diary) -> None:
    """Send what has no address by pouch or by post."""
    on_paper = Delivery.objects.waiting().exclude(channel=Delivery.Channel.EMAIL)
    for delivery in on_paper.filter(letter__by_original=False).select_related("letter"):
        channel, now = delivery.channel, timezone.now()
        attempt(
            partial(dispatch_on_paper, delivery.letter, staff.drafter, channel, "", now),
            delivery.letter,
            diary,
        )


def read_mail(staff: Staff, diary: Diary, incoming: Iterable[Incoming]) -> None:
    """Read what has lain for some days, and record the reply if it brought one."""
    words = {sent.invitation.pk: sent.words for sent in incoming if "mail" in sent.said}
    for mail in Correspondence.objects.unread().filter(received_at__lt=timezone.now() - READ_AFTER):
        if mail.invitation and (reply := words.get(mail.invitation.pk)):
            attempt(
                partial(
                    record_reply,
                    mail.invitation,
                    reply,
                    channel=Channel.MAIL,
                    received_at=mail.received_at,
                    by=staff.drafter,
                    correspondence=mail,
                ),
                mail,
                diary,
            )
        mark_dealt_with(mail, staff.drafter)


def choose_between_replies(staff: Staff, diary: Diary) -> None:
    """Choose between two answers of one office: the later one stands."""
    waited = Q(recorded_at__lt=timezone.now() - SETTLED_AFTER)
    for reply in Reply.objects.contested().filter(waited):
        reason = "The office said on the telephone which of the two stands."
        attempt(partial(settle_contested, reply, staff.drafter, reason, stands=True), reply, diary)


def attempt(act: Callable[[], Any], row: Any, diary: Diary) -> None:
    """Do the act; what is refused is noted, and the morning goes on."""
    try:
        act()
    except ValidationError as refusal:
        diary.note_refusal(row, refusal.messages[0])
