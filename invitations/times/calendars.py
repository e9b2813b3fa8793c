"""The days on which a State does not work, and the working day to which a planned day moves.

Weekends and public holidays come from the package ``holidays``; nothing here reads a table.
"""

import datetime as dt
from collections.abc import Callable
from functools import cache

from holidays import country_holidays

ONE_DAY = dt.timedelta(days=1)
# A mail that leaves earlier than this would no longer be the one that was planned.
DAYS_BACK = 5


def is_weekend(day: dt.date) -> bool:
    """Whether the day is a Saturday or Sunday: the weekend of Geneva, and of States not known."""
    return day.weekday() >= 5


def is_day_off(iso2: str, day: dt.date) -> bool:
    """Whether the day is in the State's own weekend, or one of its public holidays."""
    return day in days_off(iso2, day.year)


@cache
def days_off(iso2: str, year: int) -> frozenset[dt.date]:
    """Return all days off of a year; Saturdays and Sundays where the State is not known."""
    first = dt.date(year, 1, 1)
    days = [first + number * ONE_DAY for number in range((dt.date(year, 12, 31) - first).days + 1)]
    try:
        known = country_holidays(iso2, years=year, expand=False)
    except NotImplementedError:
        return frozenset(day for day in days if is_weekend(day))
    return frozenset(day for day in days if not known.is_working_day(day))


def moved_to_working_day(
    planned: dt.date, is_quiet: Callable[[dt.date], bool], in_time: Callable[[dt.date], bool]
) -> dt.date | None:
    """Return the day, or the last working day before it; if that is too early, the next one.

    Return None where the day found is not in time: what was planned is then dropped.
    """
    for days in range(DAYS_BACK + 1):
        if not is_quiet(day := planned - days * ONE_DAY):
            return day if in_time(day) else None
    day = planned + ONE_DAY
    while in_time(day):
        if not is_quiet(day):
            return day
        day += ONE_DAY
    return None
