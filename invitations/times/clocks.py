"""Times written by several servers, whose clocks differ and may be set back."""

import datetime as dt

# The clocks of two servers differ by no more than this.
CLOCKS_APART = dt.timedelta(minutes=2)


def by_this_clock(at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Return ``at``; or ``now``, if ``at`` is ahead of it by no more than clocks may differ."""
    return min(at, now) if at - now <= CLOCKS_APART else at
