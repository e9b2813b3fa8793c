"""Children that give each stored invitation what an edition leaves, with words of its own."""

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import F, Value
from django.db.models.fields import CharField
from django.db.models.functions import Cast, Concat

from delegations.models import Delegate, Delegation
from invitations.models import (
    Correspondence,
    Delivery,
    Invitation,
    Letter,
    Minister,
    Reply,
    TelephoneCall,
)
from invitations.models.insert_select import insert_select
from scripts.bench.planning import STRIDE

ANSWERED_AT = dt.datetime(2020, 1, 7, 12, tzinfo=dt.UTC)
# Of the invitations, one in so many had a minister of its own.
NEWCOMERS = 5


def answer() -> None:
    """Let every second office of 2020 have answered; ten mails of it need a person."""
    own = Invitation.objects.filter(pk__lt=STRIDE)
    said: dict[str, Any] = {"answer": "in_person", "status": "standing"}
    answered = own.annotate(half=F("pk") % 2).filter(half=0)
    insert_select(answered, Reply, invitation=F("pk"), received_at=ANSWERED_AT, **said)
    bounced = Delivery.objects.filter(pk__lt=STRIDE).order_by("pk").values("pk")[:10]
    Delivery.objects.filter(pk__in=bounced).update(state=Delivery.State.BOUNCED)


def numbered(before: str, after: str = "") -> Concat:
    return Concat(Value(before), Cast("pk", CharField()), Value(after))


def write() -> None:
    """Give each office a focal point, a respondent, a fax, a call, a delegate."""
    Invitation.objects.filter(focal_point_name="").update(
        focal_point_name=numbered("Anton Bersonin "),
        focal_point_email=numbered("focal", "@example.org"),
    )
    Reply.objects.filter(respondent_name="").update(
        respondent_name=numbered("Detchard "), respondent_email=numbered("office", "@example.org")
    )
    # Copies have the identifiers of the first edition: each gets its own.
    Letter.objects.update(message_id=numbered("<l", "@forum.example.org>"))
    Delivery.objects.update(address=numbered("minister", "@example.org"))
    write_what_came_in()
    name_delegates()
    add_newcomers()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def write_what_came_in() -> None:
    insert_select(
        Invitation.objects.filter(correspondence=None),
        Correspondence,
        invitation=F("pk"),
        channel="fax",
        reference=numbered("MFA/"),
        sender=numbered("cabinet", "@example.org"),
    )
    insert_select(
        Invitation.objects.filter(calls=None),
        TelephoneCall,
        invitation=F("pk"),
        outcome="reached",
        whom=numbered("Fritz von Tarlenheim "),
    )


def name_delegates() -> None:
    fresh = Invitation.objects.principal().filter(edition__delegations=None)
    insert_select(fresh, Delegation, edition=F("edition"), member_state=F("member_state"))
    unnamed = Delegation.objects.filter(delegates=None)
    insert_select(
        unnamed,
        Delegate,
        delegation=F("pk"),
        name=numbered("Rupert Hentzau "),
        email=numbered("rupert", "@example.org"),
    )


def add_newcomers() -> None:
    """Put predecessors of ministers on file, as many as so many invitations would have had."""
    known = Minister.objects.filter(family_name="Bersonin").values("ref")
    fresh = Invitation.objects.annotate(part=F("pk") % NEWCOMERS, key=Cast("pk", CharField()))
    insert_select(
        fresh.filter(part=0).exclude(key__in=known),
        Minister,
        member_state=F("member_state"),
        ref=F("key"),
        given_name=numbered("Anton "),
        family_name="Bersonin",
        name_key=numbered("anton ", " bersonin"),
        to_emails=numbered("bersonin", "@example.org"),
        language="en",
        successor=F("minister"),
    )
