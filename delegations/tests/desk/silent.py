"""States that were written to and have not answered."""

import datetime as dt

from django.utils import timezone

from invitations.tests.factories import (
    DeliveryFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
)


def silent_state(edition, region, days, **fields):
    """A State of the region whose letter left so many days ago; it has no answer."""
    minister = MinisterFactory(member_state=MemberStateFactory(region=region))
    invitation = InvitationFactory(edition=edition, minister=minister, **fields)
    at = timezone.now() - dt.timedelta(days=days)
    DeliveryFactory(letter__invitation=invitation, state="handed_over", handed_over_at=at)
    return invitation
