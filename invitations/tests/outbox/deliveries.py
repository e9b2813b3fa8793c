"""Deliveries in the hands of workers."""

import datetime as dt
from uuid import uuid4

from invitations.models import Delivery

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
# A Wednesday three weeks before the last day.
STEP_DAY = dt.datetime(2027, 3, 10, 9, tzinfo=dt.UTC)


def state_of(delivery):
    delivery.refresh_from_db()
    return delivery.state


def held_by_a_worker(state, lease_ends_at):
    return {"state": state, "claim": uuid4(), "lease_ends_at": lease_ends_at}


State = Delivery.State
