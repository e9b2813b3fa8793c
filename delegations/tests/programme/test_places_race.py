"""Places that several staff give at the same moment."""

import datetime as dt
from functools import partial

import pytest
from django.db import connection

from delegations.models import Delegation, HighLevelSession, SpeakingSlot
from delegations.programme.inscribing import inscribe
from delegations.programme.speakers import place_speaker
from delegations.tests.places import announced, session_of
from invitations.tests.factories import EditionFactory, MemberStateFactory
from invitations.tests.races import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]


def test_ten_who_give_the_first_place_at_once_all_find_room():
    at, edition = dt.datetime(2027, 5, 11, 9, tzinfo=dt.UTC), EditionFactory()
    session = HighLevelSession.objects.create(
        edition=edition, segment="dialogues", starts_at=at, ends_at=at + dt.timedelta(hours=1)
    )
    speakers = [
        Delegation.objects.create(edition=edition, member_state=MemberStateFactory())
        for _speaker in range(10)
    ]

    at_once(
        *(
            partial(place_speaker, SpeakingSlot(session=session, delegation=one, position=1))
            for one in speakers
        )
    )

    assert sorted(session.slots.values_list("position", flat=True)) == [*range(1, 11)]


def test_one_speaker_whom_two_inscribe_at_once_gets_one_place(in_february):
    edition = EditionFactory()
    sessions = [session_of(edition, title=title, seats=9) for title in ("Morning", "Evening")]
    statement = announced(sessions[0], "Ruritania")

    at_once(*(partial(inscribe, statement, one) for one in sessions))

    assert SpeakingSlot.objects.count() == 1
