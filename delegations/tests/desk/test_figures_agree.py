"""After any history, all places say the same of who comes, who speaks and who is silent."""

import datetime as dt

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from delegations.tests.desk.figures import Figures
from delegations.tests.desk.histories import ACTS, History
from invitations.tests.databases import examples_of

pytestmark = [pytest.mark.walk, pytest.mark.django_db]

BEGINS = dt.datetime(2027, 2, 10, 9, tzinfo=dt.UTC)
# Some days are so far on that the calls of the last two days, or the last day itself, are over.
HOURS = st.sampled_from([0, 0, 1, 24, 24 * 48, 24 * 49])
EVENTS = st.tuples(
    st.sampled_from(list(ACTS)), st.integers(0, 2), st.integers(0, 1), st.integers(0, 11), HOURS
)
ONE_TEST = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(st.lists(EVENTS, min_size=4, max_size=16))
@settings(max_examples=examples_of(30), deadline=None, suppress_health_check=ONE_TEST)
def test_after_any_history_all_places_agree(db, events):
    with transaction.atomic(), time_machine.travel(BEGINS, tick=False) as clock:
        history = History()
        for act, state, which, choice, hours in events:
            clock.shift(dt.timedelta(hours=hours))
            history.happens(act, state, which, choice)
        found = list(Figures(history.edition).differences())
        transaction.set_rollback(True)

    assert found == []
