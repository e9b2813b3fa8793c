"""The check before a reminder leaves: what has changed since it was planned, and what day it is."""

import datetime as dt
import logging
from collections import defaultdict
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from invitations.job_errors import ENDS_THE_TICK, place_of_error
from invitations.letters.channels import by_original
from invitations.models import (
    ANEW,
    RECONFIRM,
    ForumEdition,
    Invitation,
    Letter,
    ReminderStep,
    asked_before,
    deadline_of,
)
from invitations.models.invitation import InvitationQuerySet
from invitations.reminders.eligibility import (
    DONE,
    SPEAK_TO_THEIR_MISSION,
    STOPPED,
    has_holding_reply_for,
    left_since,
    may_be_asked,
    may_be_reminded,
)
from invitations.reminders.schedules import (
    DAYS_APART,
    Schedules,
    letters_to_states,
    schedule_of,
    schedules_by_question,
)
from invitations.text.by_language import Words, filled

logger = logging.getLogger(__name__)


def reason_reminder_must_wait(invitation: Invitation, letter: Letter, now: dt.datetime) -> Words:
    """Return why the reminder must not leave now; an empty text if it may."""
    now = now.astimezone(dt.UTC)
    edition = ForumEdition.objects.get(pk=invitation.edition_id)
    schedule = schedule_of(edition, invitation.member_state, letter.asks_for)
    today = schedule.day_of(now)
    if reason := reason_deadline_is_past(edition, letter, now):
        return reason
    if schedule.is_quiet(today):
        return _("today is a quiet day")
    if schedule.mail_on(today) is None:
        return _("a later reminder takes its place")
    if reason := reason_no_reminder_is_owed(edition, invitation, letter, now):
        return reason
    others = left_since(invitation, schedule.apart_since(today)).exclude(letter=letter)
    if others.exists():
        told = ngettext_lazy(
            "another reminder left less than %(days)s day ago",
            "another reminder left less than %(days)s days ago",
            DAYS_APART,
        )
        return filled(told, {"days": DAYS_APART})
    return ""


def reason_reminder_is_void(invitation: Invitation, letter: Letter, now: dt.datetime) -> Words:
    """Return why it leaves on no day as things stand; an empty text if a better day may come."""
    now = now.astimezone(dt.UTC)
    edition = ForumEdition.objects.get(pk=invitation.edition_id)
    return reason_deadline_is_past(edition, letter, now) or reason_no_reminder_is_owed(
        edition, invitation, letter, now
    )


def reason_no_reminder_is_owed(
    edition: ForumEdition, invitation: Invitation, letter: Letter, now: dt.datetime
) -> Words:
    """Return why nobody is to be reminded by this letter, on whatever day; empty if somebody is."""
    if not ReminderStep.objects.approved().filter(letters=letter).exists():
        return _("its step waits for the approval of two people")
    if by_original(edition).filter(pk=invitation.pk).exists():
        return SPEAK_TO_THEIR_MISSION
    if letter.asks_for:
        asked = may_be_asked(edition, letter.asks_for, now).filter(pk=invitation.pk)
        return "" if asked.exists() else DONE
    owing = may_be_reminded(edition, now).exclude(
        has_holding_reply_for("pk", letter.step_id, edition)
    )
    asked = asked_by(letter.variant, Invitation.objects.filter(pk=invitation.pk), edition)
    if not owing.filter(pk__in=asked.values("pk")).exists():
        return _("the office has answered, or has sent something")
    return ""


def asked_by(
    variant: str, offices: InvitationQuerySet, edition: ForumEdition
) -> InvitationQuerySet:
    """Return those of the offices to whom the words of a reminder with this text apply."""
    if variant == RECONFIRM:
        return offices.may_reconfirm(edition.as_released.answers_offered)
    if variant == ANEW:
        return offices.to_choose_again(edition.as_released.answers_offered)
    return offices.silent()


def reason_deadline_is_past(edition: ForumEdition, letter: Letter, now: dt.datetime) -> Words:
    """Return why the deadline is none any more of which the letter reminds; empty if it is."""
    if edition.is_stopped:
        return STOPPED
    asks_for = letter.asks_for
    in_time = now < deadline_of(edition, asks_for)
    is_same = letter.reply_before == asked_before(edition, asks_for)
    is_taken = bool(asks_for) or edition.takes_replies(now)
    if not (in_time and is_same and is_taken) or edition.moved_since(letter.composed_at):
        return _("the deadline has passed or moved")
    return ""


def reminders_not_sent_today(now: dt.datetime) -> "QuerySet[Letter]":
    """Return reminders that must not leave today: a quiet day there, or another one left lately.

    Exclude by row: ``~Exists(reminders_not_sent_today(now).filter(pk=OuterRef("letter")))``.
    """
    now = now.astimezone(dt.UTC)
    resting = Q(pk=None)
    for edition in ForumEdition.objects.filter(track_opens_on__gt=now - dt.timedelta(days=2)):
        resting |= Q(invitation__edition=edition) & resting_in(edition, now)
    return Letter.objects.filter(resting, kind=Letter.Kind.REMINDER)


def resting_in(edition: ForumEdition, now: dt.datetime) -> Q:
    """Return the condition for reminders that rest: all, if the edition's days cannot be found."""
    try:
        by_question = schedules_by_question(edition)
        resting = (
            Q(step__asks_for=asks_for) & resting_of(schedules, now)
            for asks_for, schedules in by_question.items()
        )
        return reduce(or_, resting)
    except ENDS_THE_TICK:
        raise
    except Exception as error:  # noqa: BLE001 -- a failure with one edition must not stop the others
        logger.error("Reminders of %s rest: %s", edition.symbol, place_of_error(error))  # noqa: TRY400 -- the place is enough
        return ~Q(pk=None)


def resting_of(schedules: Schedules, now: dt.datetime) -> Q:
    quiet: list[int | None] = []
    by_since: dict[dt.datetime, list[int | None]] = defaultdict(list)
    for state, schedule in schedules.items():
        today = schedule.day_of(now)
        if schedule.mail_on(today) is None:
            quiet.append(state)
        else:
            by_since[schedule.apart_since(today)].append(state)
    lately = (
        letters_to_states(states)
        & Q(Exists(left_since(OuterRef("invitation"), since).exclude(letter=OuterRef("pk"))))
        for since, states in by_since.items()
    )
    return reduce(or_, lately, letters_to_states(quiet))
