"""Days on which a State does not work, and where a planned day moves. A leaf.

What ``holidays`` knows of a State's weekend and public holidays; nothing here reads a table.
"""

import datetime as dt
from collections.abc import Callable
from functools import cache

from holidays import country_holidays

ONE_DAY = dt.timedelta(days=1)
# Farther back than this nobody would take the mail for the one that was planned.
DAYS_BACK = 5


def is_weekend(day: dt.date) -> bool:
    """Saturday or Sunday: the weekend of Geneva, and of a State of which nothing is known."""
    return day.weekday() >= 5


def is_day_off(iso2: str, day: dt.date) -> bool:
    """Whether that State does not work on that day: its own weekend, or a public holiday."""
    return day in days_off(iso2, day.year)


@cache
def days_off(iso2: str, year: int) -> frozenset[dt.date]:
    """All such days of a year; Saturdays and Sundays where the State is not known."""
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
    """That day, or the working day before it; where that lies too far back, the next one.

    None where the day that it comes to is not in time: it is dropped.
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
