"""Places that several staff give at the same moment."""

import datetime as dt
from functools import partial

import pytest
from django.db import connection

from delegations.models import Delegation, HighLevelSession, SpeakingSlot
from delegations.programme.inscribing import inscribe
from delegations.programme.speakers import place_speaker
from delegations.statements import statement_mark, submit_statement
from delegations.tests.places import announced, order_of, session_of
from invitations.models import Invitation
from invitations.tests.factories import EditionFactory, MemberStateFactory
from invitations.tests.races import at_once, before_the_commit_of

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


def test_an_office_that_prefers_another_session_meanwhile_and_who_inscribes_it_both_end(
    in_february,
):
    edition = EditionFactory()
    morning, evening = [
        session_of(edition, title=title, seats=9) for title in ("Morning", "Evening")
    ]
    statement = announced(morning, "Ruritania")
    words, seen = {"first_choice": evening}, statement_mark(statement)

    before_the_commit_of(
        lambda: submit_statement(Invitation.objects.get(), words, seen),
        lambda: inscribe(statement),
    )

    statement.refresh_from_db()
    assert statement.first_choice == evening
    assert order_of(morning) == [(1, "Ruritania")]
