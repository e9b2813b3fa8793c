"""An edition of which everything is published, and how its API is asked."""

import datetime as dt

from delegations.models import Delegation, HighLevelSession, PolicyStatement, SpeakingSlot
from invitations.tests.factories import (
    AnnouncedEditionFactory,
    HoursFactory,
    InvitationFactory,
    MinisterFactory,
    ReplyFactory,
)

V1 = "/api/v1"
OF_EDITION = f"{V1}/editions/wsis-2027"


def published_edition(**more):
    at = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    return AnnouncedEditionFactory(symbol="wsis-2027", speakers_published_at=at, **more)


def session_of(edition, hour=9, **more):
    """A session, and its hours as calendars have them."""
    at = dt.datetime(2027, 5, 11, hour, tzinfo=dt.UTC)
    said = {"edition": edition, "segment": "dialogues", "title": f"At {hour}", "room": "Room A"}
    said |= {"starts_at": at, "ends_at": at + dt.timedelta(hours=1)} | more
    return HighLevelSession.objects.create(**said, hours=HoursFactory(**said))


def speaker_of(session, state, position=1, answer="in_person", **statement):
    """An invitation of the State, whose place on the list of speakers is this."""
    minister = MinisterFactory(member_state=state)
    invitation = InvitationFactory(edition=session.edition, minister=minister)
    ReplyFactory(invitation=invitation, answer=answer)
    of = Delegation.objects.create(edition=session.edition, member_state=state)
    SpeakingSlot.objects.create(session=session, delegation=of, position=position)
    PolicyStatement.objects.create(delegation=of, speaker_name="Flavia Elphberg", **statement)
    return invitation
