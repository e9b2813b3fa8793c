"""Who is told by mail that something in its calendar has moved, and which such mail is overtaken.

What stands is compared with what the office was told last, so that a second run adds nothing, and
nobody hears that nothing has changed. Such mails keep to the reminders' days: none on a day that is
quiet where the office is, and none within three days of the last, until the Track is near.
"""

import datetime as dt
from collections.abc import Iterable
from copy import copy
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.job_errors import each_apart
from invitations.letters.calendar import Event, compare_calendar, office_calendar, sessions_of_reply
from invitations.letters.planning import save_planned_letters
from invitations.letters.released import released_edition, renamed_at
from invitations.models import (
    CalendarEntry,
    Channel,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    Reply,
    SessionHours,
)
from invitations.reminders.schedules import DAYS_APART, schedules_of
from invitations.text.by_language import Words
from invitations.times.calendars import ONE_DAY
from invitations.times.jobs import Job

# Sessions are approved one after the other, and a correction may be corrected: one mail tells of
# all. Once the Track is on, and on the day before, minutes count.
AT_REST, AT_REST_BY_THEN = dt.timedelta(hours=1), dt.timedelta(minutes=10)
# From so long before the Track on, whoever travels hears of each change at once.
NEAR = dt.timedelta(days=7)


def update_calendars(now: dt.datetime | None = None) -> int:
    """Plan a mail to each office in whose calendar something is new; return how many.

    Editions without published hours, whose days never moved, have none. A failure with one does not
    delay the others.
    """
    now = now or timezone.now()
    today = timezone.localdate(now)
    ahead = Q(closes_on__gte=today) | Q(postponed_at__isnull=False)
    told = Q(session_hours__isnull=False) | Q(moves__released_at__isnull=False)
    editions = ForumEdition.objects.filter(ahead, told)
    jobs = [
        (edition.symbol, partial(update_calendars_of, edition, now))
        for edition in editions.distinct()
    ]
    return each_apart(Job.UPDATE_CALENDARS, jobs)


@transaction.atomic
def update_calendars_of(edition: ForumEdition, now: dt.datetime) -> int:
    # One at a time: the next one finds what this one has planned.
    locked = ForumEdition.objects.select_for_update(of=("self",), no_key=True)
    edition = released_edition(locked.get(pk=edition.pk))
    hours = list(edition.session_hours.all())
    if not is_at_rest(edition, hours, now):
        return 0
    taking_place = [one for one in hours if not one.is_called_off]
    invitations = {
        invitation.pk: invitation
        for invitation in awake(edition, may_get_calendar_update(edition, now), now)
        if has_news(edition, invitation, taking_place, now)
    }
    standing = Letter.objects.standing().filter(invitation__in=invitations)
    return save_planned_letters(
        [
            calendar_letter(letter)
            for letter in standing.order_by("invitation")
            if is_reached_by_mail(letter, invitations[letter.invitation_id])
        ]
    )


def is_at_rest(edition: ForumEdition, hours: list[SessionHours], now: dt.datetime) -> bool:
    """Whether nothing that calendars say was approved or released just now."""
    is_on = edition.local_date(now) >= edition.track_opens_on - ONE_DAY
    since = now - (AT_REST_BY_THEN if is_on else AT_REST)
    approved = [one.published_at for one in hours] + renamed_at(edition)
    return not any(since < at <= now for at in approved)


def is_near(edition: ForumEdition, now: dt.datetime) -> bool:
    return edition.local_date(now) >= edition.track_opens_on - NEAR


def awake(
    edition: ForumEdition, invitations: Iterable[Invitation], now: dt.datetime
) -> list[Invitation]:
    """Return those whose State has no quiet day today, as for reminders; near the Track, all."""
    if is_near(edition, now):
        return list(invitations)
    is_quiet = {
        state: schedule.is_quiet(schedule.day_of(now))
        for state, schedule in schedules_of(edition).items()
    }
    return [one for one in invitations if not is_quiet.get(one.member_state_id, is_quiet[None])]


def may_get_calendar_update(edition: ForumEdition, now: dt.datetime) -> "QuerySet[Invitation]":
    """Return issued invitations without a letter under way that tells their calendar anyway.

    Nor one whose acknowledgement waits to leave: first what an office was told, then what moved.
    Near the Track each is told at once; the SEQUENCE of its events says which mail is the later.
    Each has its standing reply in ``stands``, and in ``told`` what it was told.
    """
    letters = Letter.objects.filter(invitation=OuterRef("pk"))
    under_way = letters.planned().filter(
        Q(kind=Letter.Kind.CALENDAR) | Q(kind=Letter.Kind.ACKNOWLEDGEMENT, variant="answer")
    )
    found = edition.invitations.issued().in_office().exclude(Exists(under_way))
    if not is_near(edition, now):
        found = found.exclude(Exists(calendars_sent_since(now - DAYS_APART * ONE_DAY)))
        found = found.exclude(Exists(acknowledgements_waiting()))
    standing = Prefetch("replies", Reply.objects.standing(), to_attr="stands")
    told = Prefetch("calendar_entries", CalendarEntry.objects.with_letters(), to_attr="told")
    return found.prefetch_related(standing, told)


def acknowledgements_waiting() -> "QuerySet[Delivery]":
    """Return deliveries to the office, greylisted ones too, that acknowledge its answer."""
    of_answers = {"letter__kind": Letter.Kind.ACKNOWLEDGEMENT, "letter__variant": "answer"}
    return Delivery.objects.waiting().filter(letter__invitation=OuterRef("pk"), **of_answers)


def calendars_sent_since(since: dt.datetime) -> "QuerySet[Delivery]":
    """Return deliveries of calendar mails to the office that left, or may have left, since then."""
    left = Delivery.objects.left().filter(letter__kind=Letter.Kind.CALENDAR)
    return left.filter(letter__invitation=OuterRef("pk"), sending_at__gte=since)


def has_news(
    edition: ForumEdition, invitation: Invitation, hours: list[SessionHours], now: dt.datetime
) -> bool:
    """Whether anything in the office's calendar is new and not over yet."""
    found: Any = invitation
    wanted = sessions_of_reply(hours, next(iter(found.stands), None), edition)
    changes = compare_calendar(wanted, found.told, edition).changes
    return any(not event_is_over(event, edition, now) for event in changes)


def event_is_over(event: Event, edition: ForumEdition, now: dt.datetime) -> bool:
    if edition.postponed_at:
        # It is taken out of calendars, whatever its earlier days were.
        return False
    if event.session:
        return event.session.ends_at < now
    return edition.track_closes_on < edition.local_date(now)


def is_reached_by_mail(letter: Letter, invitation: Any) -> bool:
    """Whether its answers are acknowledged by mail: to a signed original, those given online."""
    online = any(reply.channel == Channel.ONLINE for reply in invitation.stands)
    return online or not letter.by_original


def calendar_letter(standing: Letter) -> Letter:
    """Return the planned mail, in the languages of the letter that stands."""
    return Letter(
        invitation_id=standing.invitation_id,
        circular_id=standing.circular_id,
        kind=Letter.Kind.CALENDAR,
        language=standing.language,
        second_language=standing.second_language,
    )


def reason_calendar_must_wait(invitation: Invitation, letter: Letter, now: dt.datetime) -> Words:
    """Return why the mail may not leave: today is quiet, or the calendar was told otherwise since.

    What one of the office has already goes to its others on any day.
    """
    edition = released_edition(invitation.edition)
    has_begun = Delivery.objects.left().filter(letter=letter).exists()
    if not (has_begun or awake(edition, [invitation], now)):
        return _("today is a quiet day")
    return reason_calendar_is_void(invitation, letter)


def reason_calendar_is_void(invitation: Invitation, letter: Letter) -> Words:
    """Return why it leaves on no day: the calendar was told otherwise, or has changed since."""
    invitation = copy(invitation)
    invitation.edition = released_edition(invitation.edition)
    own = letter.calendar_entries.order_by("pk").last()
    since = invitation.calendar_entries.exclude(letter__state=Letter.State.CANCELLED)
    if since.filter(pk__gt=own.pk if own else 0).exists() or office_calendar(invitation).changes:
        return _("the calendar has changed again")
    return ""


def is_calendar_behind(acknowledgement: Letter) -> bool:
    """Whether a later letter has told the office its calendar, while nobody has this one yet.

    Near the Track mails of moved hours do not wait for an acknowledgement that a slow server keeps.
    """
    own = acknowledgement.calendar_entries.order_by("pk").last()
    if own is None or Delivery.objects.left().filter(letter=acknowledgement).exists():
        return False
    later = CalendarEntry.objects.filter(invitation=own.invitation_id, pk__gt=own.pk)
    return Delivery.objects.left().filter(letter__calendar_entries__in=later).exists()
