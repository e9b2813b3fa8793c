"""Sessions that somebody changes at the moment at which their dates move."""

import datetime as dt

import pytest
from django.db import connection

from delegations.date_change import release_move
from delegations.models import HighLevelSession
from invitations.tests.factories import EditionFactory, UserFactory
from invitations.tests.moving import asked
from invitations.tests.races import before_the_commit_of

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]

HOUR = dt.timedelta(hours=1)


def test_a_session_to_which_another_hour_is_given_just_then_keeps_it_on_its_new_day():
    at, edition = dt.datetime(2027, 5, 11, 9, tzinfo=dt.UTC), EditionFactory()
    session = HighLevelSession.objects.create(
        edition=edition, segment="dialogues", starts_at=at, ends_at=at + HOUR
    )
    change = asked(edition, days=7, sessions=[session.pk]).change
    mark, by = change.mark, UserFactory()
    rows = HighLevelSession.objects.filter(pk=session.pk)

    before_the_commit_of(
        lambda: rows.update(starts_at=at + HOUR, ends_at=at + 2 * HOUR),
        lambda: release_move(change, by, mark),
    )

    session.refresh_from_db()
    assert session.starts_at == at + HOUR + dt.timedelta(days=7)
