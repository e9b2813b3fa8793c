"""Whoever keeps the list of speakers publishes it, and needs no right to the edition."""

import datetime as dt

import pytest
from django.utils import timezone

from delegations.models import HighLevelSession
from delegations.tests.office.statement.statements import session_of
from invitations.admin.list_columns import list_url
from invitations.models import ForumEdition
from invitations.tests.desk import choose, of_group, told
from invitations.tests.factories import InvitationFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("hours", [None, 2])
def test_the_speakers_desk_publishes_the_list_at_once_and_only_once(client, hours):
    session = session_of(InvitationFactory())
    later = hours and timezone.now() + dt.timedelta(hours=hours)
    ForumEdition.objects.update(speakers_published_at=later)
    client.force_login(of_group("Speakers' desk"))

    for said in (
        "1 list is public.",
        f"{session.edition}: The list of speakers is public already.",
    ):
        done = choose(client, list_url(HighLevelSession), "publish", session, answered="yes")
        assert told(done) == [said]

    assert ForumEdition.objects.get().speakers_published_at <= timezone.now()
