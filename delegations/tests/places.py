"""Sessions, States that speak in them, and the places that they have."""

import datetime as dt

from delegations.models import Delegation, HighLevelSession, PolicyStatement
from delegations.programme.sessions import approve_session
from invitations.models import Rank
from invitations.tests.factories import (
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    ReplyFactory,
    UserFactory,
)


def session_of(edition, **more):
    at = dt.datetime(2027, 5, 11, 9, tzinfo=dt.UTC)
    said = {"segment": "dialogues", "title": "Dialogues", "starts_at": at}
    said |= {"ends_at": at + dt.timedelta(hours=1)} | more
    return HighLevelSession.objects.create(edition=edition, **said)


def speaking(edition, name, answer="in_person"):
    minister = MinisterFactory(member_state=MemberStateFactory(short_name=name))
    ReplyFactory(invitation=InvitationFactory(edition=edition, minister=minister), answer=answer)
    return Delegation.objects.create(edition=edition, member_state=minister.member_state)


def order_of(session):
    rows = session.slots.order_by("position").select_related("delegation__member_state")
    return [(one.position, str(one.delegation.member_state)) for one in rows]


def announced(session, name, rank="MIN", answer="in_person", **more):
    """Announce a statement that is to be delivered in this session."""
    delegation = speaking(session.edition, name, answer)
    said = {"first_choice": session, "speaker_name": "Sapt"} | more
    rank = Rank.objects.get(code=rank)
    return PolicyStatement.objects.create(delegation=delegation, speaker_rank=rank, **said)


def approve(session):
    """Let two people approve the session: calendars have its hours."""
    for _person in range(2):
        session.refresh_from_db()
        approve_session(session, UserFactory(), session.mark)
    session.refresh_from_db()
    assert session.hours
