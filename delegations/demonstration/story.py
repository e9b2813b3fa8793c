"""Six weeks in order: letters sent, answers received, silent offices reminded, more answers.

Each step is done by its verb, and dated back to the time when it would have happened.
"""

import datetime as dt
import random
from collections.abc import Callable, Iterable
from itertools import chain, cycle, islice
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from delegations.demonstration.answers import words_of_answer
from delegations.demonstration.edition import edition_day, read_data
from invitations.audit import Act
from invitations.letters.approval import approve_letter
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned
from invitations.letters.planning import TRY_FOR
from invitations.models import (
    Channel,
    Correspondence,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    LetterEvent,
    Minister,
    Reply,
)
from invitations.reminders.planning import queue_reminders_of
from invitations.replies import file_correspondence, record_reply

CHANGED = ["state", "server_words", "attempts", "sending_at", "leave_before", "handed_over_at"]
State = Delivery.State


class IncomingStory(NamedTuple):
    """What an office sends, and when it arrives."""

    at: dt.datetime
    invitation: Invitation
    said: dict[str, Any]


def play_story(
    edition: ForumEdition, staff: list[User], now: dt.datetime, say: Callable[[str], object]
) -> None:
    """Send the letters, let offices answer, remind the silent ones, let others answer."""
    rng = random.Random(edition.symbol)  # noqa: S311 -- the same demonstration every time
    drafter, approver = staff
    offices = list(edition.invitations.select_related("minister").order_by("pk"))
    rng.shuffle(offices)
    send_letters(edition, offices, approver, say)
    incoming = plan_answers(edition, offices[5:], rng, timezone.localdate(now))
    step = edition.reminder_steps.get(asks_for="", days_before=21)
    reminded_at = edition_day(edition, step.due_on or step.planned_on, hour=10)
    receive_answers([sent for sent in incoming if sent.at < reminded_at], drafter)
    say(_("Reminding the offices that had not answered …"))
    remind_silent(edition, reminded_at)
    receive_answers([sent for sent in incoming if sent.at >= reminded_at], drafter)
    say(_("Acknowledging the replies …"))
    acknowledge_replies(edition)


def send_letters(
    edition: ForumEdition, offices: list[Invitation], approver: User, say: Callable[[str], object]
) -> None:
    """Send all letters but a few: two unapproved, one to print, one refused, one uncertain."""
    waiting, printed, refused, unsure = offices[:2], offices[2:3], offices[3:4], offices[4:5]
    offline = Minister.objects.filter(pk__in=[office.minister_id for office in printed])
    offline.update(to_emails="", cc_emails="", postal_address="Zenda Square 1\nStrelsau")
    planned = plan_invitation_letters(edition)
    told = ngettext(
        "Composing %(count)d letter; this takes up to a minute …",
        "Composing %(count)d letters; this takes up to a minute …",
        planned,
    )
    say(told % {"count": planned})
    compose_planned(edition)
    letters = Letter.objects.filter(invitation__edition=edition)
    for letter in letters.exclude(invitation__in=waiting):
        hashes = letter.sha256, letter.message_sha256
        approve_letter(letter, approver, *hashes, although_late=True)

    approved_at = edition_day(edition, edition.circulars.get().dated_on, hour=9, minute=30)
    sent_at = approved_at + dt.timedelta(minutes=1)
    yesterday = timezone.now() - dt.timedelta(days=1)
    edition.invitations.update(drafted_at=approved_at - dt.timedelta(days=2))
    edition.invitations.issued().update(issued_at=approved_at)
    put_in_force = LogEntry.objects.get_for_objects(edition.invitations.issued())
    put_in_force.filter(additional_data__act=Act.ISSUED).update(timestamp=approved_at)
    date_back(letters.exclude(invitation__in=waiting), approved_at)
    date_back(letters.filter(invitation__in=waiting), yesterday)

    mails = Delivery.objects.by_mail().filter(letter__in=letters).select_related("letter")
    troubled = mails.filter(line="to", letter__invitation__in=refused + unsure)
    arrived = list(mails.exclude(pk__in=troubled.values("pk")).order_by("pk"))
    came_back = list(troubled.filter(letter__invitation__in=refused))
    perhaps = list(troubled.filter(letter__invitation__in=unsure))
    record_handed_over(arrived, sent_at)
    record_handed_over(
        came_back, sent_at, State.FAILED, "550 5.1.1 Recipient address rejected: unknown"
    )
    record_handed_over(perhaps, sent_at, State.UNCERTAIN, "Connection timed out")


def date_back(letters: "QuerySet[Letter]", at: dt.datetime) -> None:
    """Date the letters back, with their deliveries and events."""
    letters = Letter.objects.filter(pk__in=list(letters.values_list("pk", flat=True)))
    letters.update(planned_at=at, composed_at=at)
    letters.filter(approved_at__isnull=False).update(approved_at=at)
    letters.filter(not_before__gt=at).update(not_before=at)
    LetterEvent.objects.filter(letter__in=letters).update(at=at)
    Delivery.objects.filter(letter__in=letters).update(not_before=at)


def record_handed_over(
    deliveries: list[Delivery],
    at: dt.datetime,
    state: str = State.HANDED_OVER,
    words: str = "250 2.0.0 Ok",
) -> None:
    """Record the mail server's answers at that time, two seconds for each delivery."""
    events = []
    for number, delivery in enumerate(deliveries):
        began_at = at + dt.timedelta(seconds=2 * number)
        ended_at = began_at + dt.timedelta(seconds=1)
        delivery.state, delivery.server_words, delivery.attempts = state, words, 1
        delivery.sending_at = began_at
        delivery.handed_over_at = ended_at if state == State.HANDED_OVER else None
        delivery.leave_before = delivery.letter.leave_before or at + TRY_FOR
        told: dict[str, Any] = {"letter_id": delivery.letter_id, "delivery": delivery}
        events += [
            LetterEvent(**told, at=began_at, state=State.SENDING),
            LetterEvent(**told, at=ended_at, state=state, server_words=words),
        ]
    Delivery.objects.bulk_update(deliveries, CHANGED)
    LetterEvent.objects.bulk_create(events)


def plan_answers(
    edition: ForumEdition, offices: list[Invitation], rng: random.Random, today: dt.date
) -> list[IncomingStory]:
    """Plan what comes in: from two offices in five, and every case of the data if possible."""
    answers = read_data("answers")
    cases = chain(answers["once"], cycle(answers["cycle"]))
    every = len(answers["once"]) + len(answers["cycle"])
    count = min(max(every, len(offices) * 2 // 5 + 5), len(offices) * 3 // 4)
    since = edition.circulars.get().dated_on
    incoming = []
    for case, office in zip(islice(cases, count), offices, strict=False):
        days = sorted(rng.sample(range(3, (today - since).days), len(case)))
        for day, said in zip(days, case, strict=True):
            on = since + dt.timedelta(days=day)
            on = on if said["channel"] == Channel.ONLINE else edition.working_day(on)
            at = edition_day(edition, on, rng.randrange(8, 18), rng.randrange(60))
            incoming.append(IncomingStory(at, office, said))
    return sorted(incoming, key=lambda sent: sent.at)


def receive_answers(incoming: Iterable[IncomingStory], by: User) -> None:
    """Record what came in, and date the record back: paper takes two hours to the registrar."""
    for number, (at, office, said) in enumerate(incoming):
        words = words_of_answer(office, said, number)
        recorded_at = at
        if said["channel"] == Channel.ONLINE:
            record_reply(office, words, received_at=at)
        else:
            recorded_at += dt.timedelta(hours=2)
            file_correspondence(
                office,
                by,
                said["channel"],
                at,
                reply_words=words or None,
                sender=f"Office of {office.minister}",
                reference=f"{said['channel'][:2].upper()} {at:%m}/{at.day + number}",
                summary=said["summary"],
            )
        for model in (Reply, Correspondence):
            model.objects.filter(invitation=office, received_at=at).update(recorded_at=recorded_at)
        filed = office.correspondence.filter(received_at=at, dealt_with_at__isnull=False)
        filed.update(dealt_with_at=recorded_at)


def remind_silent(edition: ForumEdition, at: dt.datetime) -> None:
    queue_reminders_of(edition, at)
    compose_planned(edition)
    reminders = Letter.objects.filter(kind=Letter.Kind.REMINDER, invitation__edition=edition)
    date_back(reminders, at)
    deliveries = Delivery.objects.filter(letter__in=reminders).select_related("letter")
    record_handed_over(list(deliveries.order_by("pk")), at)


def acknowledge_replies(edition: ForumEdition) -> None:
    compose_planned(edition)
    for reply in Reply.objects.filter(invitation__edition=edition):
        date_back(reply.acknowledgements.all(), reply.recorded_at)
        deliveries = Delivery.objects.filter(letter__reply=reply).select_related("letter")
        record_handed_over(list(deliveries), reply.recorded_at + dt.timedelta(minutes=1))
