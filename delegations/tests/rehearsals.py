"""What a rehearsal is tested with."""

import datetime as dt
from io import StringIO

from django.core.management import call_command

from invitations.models import LetterTemplate
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MinisterFactory,
    MissionFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)

LANGUAGES = ["en", "fr", "ar", "es", "ru", "zh-hans"]


def edition_of_seventeen():
    """One of each course that an office may take, and a head of Government."""
    return edition_of(17)


def edition_of(offices):
    """An edition whose letters have left long ago, with a reply; it is over soon after its date."""
    edition = EditionFactory(
        symbol="wsis-2027",
        reply_before=dt.date(2027, 3, 16),
        opens_on=dt.date(2027, 3, 22),
        track_opens_on=dt.date(2027, 3, 23),
        track_closes_on=dt.date(2027, 3, 24),
        closes_on=dt.date(2027, 3, 25),
    )
    CircularFactory(edition=edition)
    StepFactory(edition=edition, days_before=21)
    StepFactory(edition=edition, days_before=7, variant="last")
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())
    for number in range(offices):
        rank = "HOG" if number == 16 else "MIN"
        minister = MinisterFactory(rank_id=rank, language=LANGUAGES[number % 6])
        InvitationFactory(edition=edition, minister=minister)
    MissionFactory(states=[minister.member_state])
    LetterFactory(invitation=edition.invitations.first())
    ReplyFactory(invitation=edition.invitations.first())
    return edition


def ask_after_a_yes(edition):
    """Ask for speaker, head and text; all offices but three have a focal point on file."""
    for days_before, what in ((5, "speaker"), (4, "head"), (3, "text")):
        StepFactory(
            edition=edition, days_before=days_before, asks_for=what, variant=what, audience="focal"
        )
    for invitation in edition.invitations.order_by("pk")[3:]:
        invitation.focal_point_email = f"focal-{invitation.pk}@example.org"
        invitation.save(update_fields=["focal_point_email"])


def rehearse(*arguments, **options):
    said = StringIO()
    call_command("rehearse", *arguments, stdout=said, stderr=StringIO(), **options)
    return dict(line.split(": ", 1) for line in said.getvalue().splitlines())
