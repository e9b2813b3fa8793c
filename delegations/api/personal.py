"""The shapes of what only a token opens: answers by State, and what names a person."""

import datetime as dt
from typing import Any, Self

from ninja import Field, Schema

from delegations.api.keys import Part
from delegations.models import Delegate
from invitations.admin.answers import SILENT
from invitations.letters.released import missions_of
from invitations.models import Invitation, Mission, Reply


class StateAnswer(Schema):
    """How a State stands: the answer of its principal invitation, or `silent`."""

    state: str = Field(description="ISO 3166-1 alpha-2")
    answer: str
    since: dt.datetime = Field(description="When it was answered; of the silent, when invited.")

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            state=row.member_state__iso2,
            answer=row.answer or SILENT,
            since=row.answered_at if row.answer else row.issued_at,
        )


class MissionContact(Schema):
    """A permanent mission in the city of the edition."""

    name: str
    emails: list[str]
    phone: str
    postal_address: str

    @classmethod
    def of(cls, mission: Mission) -> Self:
        plain = ("name", "phone", "postal_address")
        return cls(
            **{name: getattr(mission, name) for name in plain}, emails=mission.emails.split()
        )


class Contact(Schema):
    """An invited minister with office, focal point and missions.

    Names and e-mail addresses are as a second person released them; postal addresses, telephone
    and the focal point’s name as on file: no machine writes by these.
    """

    id: int
    state: str = Field(description="ISO 3166-1 alpha-2")
    minister: str
    portfolio: str
    emails: list[str]
    postal_address: str
    focal_point: str
    focal_point_email: str
    missions: list[MissionContact]

    @classmethod
    def of(cls, invitation: Invitation) -> Self:
        minister = invitation.minister
        return cls(
            id=invitation.pk,
            state=invitation.member_state.iso2,
            minister=str(minister),
            portfolio=minister.portfolio,
            emails=f"{minister.to_emails} {minister.cc_emails}".split(),
            postal_address=minister.postal_address,
            focal_point=invitation.focal_point_name,
            focal_point_email=invitation.focal_point_email,
            missions=[MissionContact.of(one) for one in missions_of(invitation)],
        )


class DelegateEntry(Schema):
    """A delegate of a delegation that comes today, as on the badge; no needs, no gender."""

    id: int
    state: str = Field(description="ISO 3166-1 alpha-2")
    role: Delegate.Role
    name: str
    function: str
    organization: str
    email: str

    @classmethod
    def of(cls, delegate: Delegate) -> Self:
        plain = ("role", "name", "function", "organization", "email")
        return cls(
            id=delegate.pk,
            state=delegate.delegation.member_state.iso2,
            **{name: getattr(delegate, name) for name in plain},
        )


class Respondent(Schema):
    """Who gave the standing answer, and the substitute whom it names."""

    id: int
    state: str = Field(description="ISO 3166-1 alpha-2")
    name: str
    function: str
    email: str
    phone: str
    substitute_name: str
    substitute_function: str

    @classmethod
    def of(cls, reply: Reply) -> Self:
        own = ("name", "function", "email", "phone")
        return cls(
            id=reply.pk,
            state=reply.invitation.member_state.iso2,
            **{name: getattr(reply, f"respondent_{name}") for name in own},
            substitute_name=reply.substitute_name,
            substitute_function=reply.substitute_function,
        )


class StateAnswers(Part):
    items: list[StateAnswer]


class Contacts(Part):
    items: list[Contact]


class DelegateEntries(Part):
    items: list[DelegateEntry]


class Respondents(Part):
    items: list[Respondent]
