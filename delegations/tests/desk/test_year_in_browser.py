"""A new edition from the last one until its mails leave, by those who would do it."""

import datetime as dt
from contextlib import ExitStack

import pytest
from django.utils import timezone

from delegations.tests.browser import keep_picture
from delegations.tests.desk.person import signed_in_person
from invitations.letters.composing_queue import compose_planned
from invitations.models import Delivery, ForumEdition, Letter
from invitations.outbox.arming import arm
from invitations.outbox.dispatch import dispatch_outbox
from invitations.tests.conftest import mail_server
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    StepFactory,
)

__all__ = ["mail_server"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
YEAR = dt.timedelta(days=364)


@pytest.fixture
def people(chromium, site):
    """A drafter and two approvers, each signed in in a browser of their own."""
    with ExitStack() as browsers:
        who = (("rupert", "Drafters"), ("sapt", "Approvers"), ("fritz", "Approvers"))
        yield [browsers.enter_context(signed_in_person(chromium, site, *one)) for one in who]


@pytest.fixture
def last_year():
    """The edition of last year, whose ministers are on file: three, of whom one has left office."""
    opens = timezone.localdate() - dt.timedelta(days=250)
    edition = EditionFactory(
        symbol=f"forum-{opens.year}",
        name=f"Forum {opens.year}",
        opens_on=opens,
        closes_on=opens + dt.timedelta(days=4),
        track_opens_on=opens + dt.timedelta(days=1),
        track_closes_on=opens + dt.timedelta(days=2),
        reply_before=opens - dt.timedelta(days=40),
    )
    CircularFactory(edition=edition, reference="CL-1", dated_on=opens - dt.timedelta(days=120))
    StepFactory(edition=edition, days_before=21)
    StepFactory(edition=edition, days_before=7, variant="last")
    for language in ("en", "fr"):
        InvitationFactory(edition=edition, minister__language=language)
    left = InvitationFactory(edition=edition).minister
    left.successor = MinisterFactory(member_state=left.member_state, given_name="Rudolf")
    left.save()
    MemberStateFactory()
    return edition


def begin_from(drafter, last_year):
    drafter.begin()
    drafter.link("Forum editions")
    drafter.link(last_year.symbol, exact=True)
    drafter.link("New edition from this one")
    for name in ("opens_on", "closes_on", "track_opens_on", "track_closes_on", "reply_before"):
        drafter.fill(name, getattr(last_year, name) + YEAR)
    keep_picture(drafter.page, "edition")
    drafter.button("Begin the edition")
    drafter.sees("is begun from")


def add_circular(drafter):
    drafter.link("Circular of invitation")
    drafter.fill("reference", "CL-2")
    drafter.fill("dated_on", timezone.localdate())
    drafter.click(drafter.page.get_by_text("The original", exact=True))
    drafter.fill("original_signed_by", "Michael Strelsau")
    drafter.fill("original_signed_on", timezone.localdate() - dt.timedelta(days=1))
    drafter.button("Save")


def draft_and_compose(drafter):
    drafter.link("Draft invitations")
    drafter.sees("1: no minister in office is on file")
    drafter.button("Draft the invitations")
    drafter.sees("3 draft invitations made.")
    drafter.button("Compose 3 letters")
    drafter.sees("3 letters are to be composed.")


def approve_steps(approver, edition):
    approver.begin()
    approver.link("reminder steps without approval")
    approver.click("#action-toggle")
    approver.choose("Approve")
    approver.button("Approve")
    approver.sees("2 approvals noted.")


def approve_letters(approver):
    approver.begin()
    approver.link("letters to approve")
    for number in range(1, 4):
        approver.sees(f"Letter {number} of 3")
        approver.page.wait_for_load_state("domcontentloaded")
        approver.press("Enter")
    approver.button("Approve the 3 letters that you have seen")
    approver.page.wait_for_url("**/progress/")


def test_a_new_edition_from_the_last_one_until_its_mails_leave(
    people, site, last_year, mail_server, settings
):
    drafter, first, second = people
    settings.ARMING_KEY = arm()

    begin_from(drafter, last_year)
    add_circular(drafter)
    draft_and_compose(drafter)
    edition = ForumEdition.objects.get(symbol=f"forum-{last_year.opens_on.year + 1}")
    compose_planned(edition)
    for approver in (first, second):
        approve_steps(approver, edition)
    approve_letters(first)
    dispatch_outbox()

    assert Letter.objects.approved().filter(invitation__edition=edition).count() == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {"handed_over"}
    assert len(mail_server.taken) == 3
    assert [(one.clicks, one.typed) for one in people] == [(10, 9), (11, 0), (6, 0)]
