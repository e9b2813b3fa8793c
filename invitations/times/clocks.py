"""Times written by several servers, whose clocks differ and may be set back."""

import datetime as dt

# The clocks of two servers differ by no more than this.
CLOCKS_APART = dt.timedelta(minutes=2)


def is_earlier(at: dt.datetime, since: dt.datetime, now: dt.datetime) -> bool:
    """Whether ``at`` is before ``since``, which another server may have noted.

    What is noted as it happens, by this clock, is not: this clock may be behind the other one.
    """
    happens_now = now - at <= CLOCKS_APART
    return at < (since - CLOCKS_APART if happens_now else since)


def by_this_clock(at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return ``at``; or ``now``, if ``at`` is ahead of it by no more than clocks may differ."""
    return min(at, now) if at - now <= CLOCKS_APART else at
