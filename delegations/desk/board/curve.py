"""The curve of answers, day by day, with what was sent and the last day to reply."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from itertools import accumulate
from typing import Any, NamedTuple

from django.db.models import Count, Min
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from invitations.models import (
    INVITING_KINDS,
    Answer,
    Delivery,
    ForumEdition,
    LetterKind,
    NextStep,
    Reply,
)
from invitations.text.dates import format_date, formatted, labelled
from invitations.times.calendars import ONE_DAY

LONGEST = 400  # days


class Curve(NamedTuple):
    """Days in a row; ``answered`` counts up to each, as far as there are any."""

    days: list[dt.date]
    answered: list[int]
    before: list[int]
    letters: dict[dt.date, int]
    reminders: dict[dt.date, int]
    previous: ForumEdition | None


def curve_of(edition: ForumEdition, now: dt.datetime) -> Curve:
    """Return the edition's answers, and beside them those of the edition before.

    Both are set side by side at their last days to reply.
    """
    letters, reminders = sent_by_day(edition)
    previous = ForumEdition.objects.filter(opens_on__lt=edition.opens_on).first()
    answers, today = answers_by_day(edition), edition.local_date(now)
    days = days_from(edition, [*letters, *reminders, *answers])
    moved = shifted(previous, edition)
    return Curve(
        days,
        added_up(answers, [day for day in days if day <= today]),
        added_up(moved, days) if moved else [],
        letters,
        reminders,
        previous if moved else None,
    )


def answers_by_day(edition: ForumEdition) -> Counter[dt.date]:
    """Count the States by the day of their first answer; those that answered and still do."""
    answered = edition.invitations.principal().answered()
    said = Reply.objects.filter(invitation__in=answered).exclude(answer=Answer.HOLDING)
    first = (
        said.exclude(status=Reply.Status.SET_ASIDE)
        .order_by()
        .values_list("invitation")
        .annotate(Min("received_at"))
    )
    return Counter(edition.local_date(at) for _invitation, at in first)


def sent_by_day(edition: ForumEdition) -> tuple[dict[dt.date, int], dict[dt.date, int]]:
    """Return how many letters left on each day, and how many reminders of the reply."""
    left = Delivery.objects.filter(
        letter__invitation__edition=edition,
        letter__kind__in=[*INVITING_KINDS, LetterKind.REMINDER],
        handed_over_at__isnull=False,
    ).exclude(letter__kind=LetterKind.REMINDER, letter__variant__in=NextStep.values)
    rows = (
        left.order_by()
        .values_list("letter__kind", TruncDate("handed_over_at", tzinfo=edition.zone))
        .annotate(Count("letter", distinct=True))
    )
    letters: Counter[dt.date] = Counter()
    reminders: Counter[dt.date] = Counter()
    for kind, day, number in rows:
        (reminders if kind == LetterKind.REMINDER else letters)[day] += number
    return dict(letters), dict(reminders)


def days_from(edition: ForumEdition, known: Iterable[dt.date]) -> list[dt.date]:
    """Return the days from the first event to the last one, or to the last day to reply.

    Where these are too many, the last event is among them, and a last day far ahead is not.
    """
    found = list(known)
    if not found:
        return []
    first = max(min(found), max(found) - LONGEST * ONE_DAY)
    last = min(max([*found, *last_days(edition)]), first + LONGEST * ONE_DAY)
    return [first + number * ONE_DAY for number in range((last - first).days + 1)]


def last_days(edition: ForumEdition) -> list[dt.date]:
    """Return the last day to reply; none while the edition has none."""
    return [edition.last_day] if edition.has_last_day else []


def shifted(previous: ForumEdition | None, edition: ForumEdition) -> Counter[dt.date]:
    """Count the answers to the edition before, by the days of this one before its last day.

    Where either has none, nothing is set side by side.
    """
    if previous is None or not (previous.has_last_day and edition.has_last_day):
        return Counter()
    later = edition.last_day - previous.last_day
    return Counter({day + later: number for day, number in answers_by_day(previous).items()})


def added_up(answers: Counter[dt.date], days: list[dt.date]) -> list[int]:
    """Return for each day how many had answered by its end, those before the first day too."""
    if not days:
        return []
    earlier = sum(number for day, number in answers.items() if day < days[0])
    return list(accumulate((answers[day] for day in days[1:]), initial=earlier + answers[days[0]]))


# As it is shown


def curve_context(edition: ForumEdition) -> dict[str, Any]:
    curve = curve_of(edition, timezone.now())
    return {"curve": chart(curve, edition), "curve_rows": table_rows(curve, edition)}


def chart(curve: Curve, edition: ForumEdition) -> dict[str, Any]:
    """Return what the script draws: days as labels, lines and marks by day."""
    labels = [formatted(day, get_language(), "j F") for day in curve.days]
    top = max([*curve.answered, *curve.before, 1])
    return {
        "labels": labels,
        "lines": [
            {"name": edition.name, "values": curve.answered, "is_thin": False},
            *(
                [{"name": str(curve.previous), "values": curve.before, "is_thin": True}]
                if curve.previous
                else []
            ),
        ],
        "marks": [
            {"name": _("letters left"), "sign": "triangle", "at": marks(curve, curve.letters)},
            {"name": _("reminders left"), "sign": "rect", "at": marks(curve, curve.reminders)},
        ],
        "deadline": deadline_mark(curve, edition, top),
        "axis": _("States that have answered"),
        "total": sum(curve.answered[-1:]),
    }


def deadline_mark(curve: Curve, edition: ForumEdition, top: int) -> dict[str, Any]:
    """Return the name, place and height of the last day's line; without place none is drawn."""
    named = [format_date(day, get_language()) for day in last_days(edition)]
    places = [curve.days.index(day) for day in last_days(edition) if day in curve.days]
    name = labelled(_("last day to reply"), *named) if named else ""
    return {"name": name, "index": next(iter(places), None), "top": top}


def marks(curve: Curve, sent: dict[dt.date, int]) -> list[dict[str, int]]:
    """Return the place and number of each sending, on the curve."""
    places = {day: index for index, day in enumerate(curve.days)}
    return [
        {"index": places[day], "y": curve.answered[places[day]], "number": number}
        for day, number in sorted(sent.items())
        if day in places and places[day] < len(curve.answered)
    ]


def table_rows(curve: Curve, edition: ForumEdition) -> list[dict[str, Any]]:
    """Return the days on which something changed, with what the chart shows of them."""
    rows, last = [], 0
    for index, day in enumerate(curve.days):
        answered = curve.answered[index] if index < len(curve.answered) else None
        sent = (curve.letters.get(day, 0), curve.reminders.get(day, 0))
        if any(sent) or answered not in (None, last) or day in last_days(edition):
            rows.append(
                {
                    "day": format_date(day, get_language()),
                    "letters": sent[0],
                    "reminders": sent[1],
                    "answered": answered,
                    "before": curve.before[index] if curve.before else None,
                    "is_last_day": day in last_days(edition),
                }
            )
        last = last if answered is None else answered
    return rows
