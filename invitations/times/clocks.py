"""Hours that several servers give: their clocks differ, and one may be set back. A leaf."""

import datetime as dt

# The clocks of two servers may differ by as much.
CLOCKS_APART = dt.timedelta(minutes=2)


def by_this_clock(at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """The hour given; one that lies ahead by less than clocks differ is now."""
    return min(at, now) if at - now <= CLOCKS_APART else at
