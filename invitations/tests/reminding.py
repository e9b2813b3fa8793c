"""What tests of reminders have in common: an edition with its steps, and the days of March 2027."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.utils import timezone

from invitations.models import Letter
from invitations.reminders.calls import note_call, strike_call
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    StepFactory,
    UserFactory,
)


def geneva(day, hour=9, minute=0, second=0, month=3):
    return dt.datetime(2027, month, day, hour, minute, second, tzinfo=ZoneInfo("Europe/Zurich"))


def edition_with_three_steps():
    """The last day is Wednesday 31 March 2027; the steps fall on 10, 24 and 29 March."""
    edition = EditionFactory()
    for days_before, variant, audience, medium in (
        (21, "first", "office", "mail"),
        (7, "last", "mission", "mail"),
        (2, "", "office", "call"),
    ):
        StepFactory(
            edition=edition,
            days_before=days_before,
            variant=variant,
            audience=audience,
            medium=medium,
        )
    return edition


def reminders():
    return Letter.objects.in_force().filter(kind="reminder")


def variants():
    return list(reminders().order_by("pk").values_list("variant", flat=True))


def handed_over(letter, at):
    letter.deliveries.create(address="office@example.org", state="handed_over", handed_over_at=at)


def left_by_mail(letter):
    """Let all deliveries of the letter have left just now; return it."""
    letter.deliveries.update(state="handed_over", handed_over_at=timezone.now())
    return letter


def own_calendar(reached, edition, iso2, zone):
    return reached(
        edition=edition,
        minister__member_state__iso2=iso2,
        minister__member_state__time_zone=zone,
    )


def noting_a_call(make, by):
    return note_call(InvitationFactory(), by, "promised")


def striking_a_call(make, by):
    call = note_call(InvitationFactory(), UserFactory(), "promised")
    strike_call(call, by, "A change of government.")
    return call


CALL_ACTS = {note_call: noting_a_call, strike_call: striking_a_call}
