"""Mail whose sender our own server does not prove delays a reminder, and never silences a State."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from invitations.inbox.filing import assign_mail, file_mail
from invitations.models import Correspondence, Letter
from invitations.reminders.planning import queue_reminders
from invitations.replies import mark_dealt_with
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    LetterFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.reports import written

pytestmark = pytest.mark.django_db

# A Wednesday.
STEP = dt.datetime(2027, 3, 10, 9, tzinfo=dt.UTC)
FRIDAY = STEP + dt.timedelta(days=2)
QUOTED = "<letter-1@forum.example.org>"


@pytest.fixture
def silent(reached, approved_texts):
    """An office that is reminded on 10 and 24 March 2027, and writes from office@example.org."""
    edition = EditionFactory()
    for days in (21, 7):
        StepFactory(edition=edition, days_before=days)
    invitation = reached(edition=edition, minister__to_emails="office@example.org")
    invitation.letters.update(message_id=QUOTED)
    return invitation


def claimed_at(at, name="<claim-1@example.org>", **words):
    with time_machine.travel(at, tick=False):
        return file_mail(written(proven=False, name=name, **words))


def reminders_at(at):
    with time_machine.travel(at, tick=False):
        queue_reminders()
    return Letter.objects.in_force().filter(kind="reminder").count()


def test_it_is_probably_of_the_office_and_holds_two_working_days(silent):
    filed = claimed_at(STEP - dt.timedelta(hours=1))

    assert (filed.invitation, filed.probably_of) == (None, silent)
    assert filed.holds_until == FRIDAY - dt.timedelta(hours=1)
    assert reminders_at(STEP) == 0
    assert reminders_at(FRIDAY) == 1


def test_a_weekend_does_not_count(silent):
    saturday = dt.datetime(2027, 3, 6, 12, tzinfo=dt.UTC)

    assert claimed_at(saturday).holds_until == dt.datetime(2027, 3, 9, 12, tzinfo=dt.UTC)


def test_two_hundred_hold_no_longer_than_one(silent):
    claims = [claimed_at(STEP + dt.timedelta(minutes=n), f"<{n}@example.org>") for n in range(200)]

    assert [one.holds_until for one in claims if one.holds_until] == [FRIDAY]
    assert reminders_at(FRIDAY + dt.timedelta(hours=1)) == 1


def test_the_next_step_may_be_held_once_more(silent):
    claimed_at(STEP - dt.timedelta(days=14))
    edition = silent.edition
    letter = LetterFactory(
        invitation=silent,
        kind="reminder",
        step=edition.reminder_steps.first(),
        reply_before=edition.reply_before,
        leave_before=edition.deadline,
    )
    DeliveryFactory(letter=letter, state="handed_over", handed_over_at=STEP)

    later = claimed_at(STEP + dt.timedelta(days=14), "<claim-2@example.org>")

    assert later.holds_until == FRIDAY + dt.timedelta(days=14)


def test_a_person_who_says_whose_it_is_lets_it_hold_until_it_is_dealt_with(silent):
    filed, officer = claimed_at(STEP), UserFactory()

    assign_mail(filed, silent, officer)

    assert reminders_at(FRIDAY + dt.timedelta(hours=1)) == 0
    mark_dealt_with(filed, officer)
    assert reminders_at(FRIDAY + dt.timedelta(hours=2)) == 1


def test_once_it_is_dealt_with_it_holds_nothing(silent):
    mark_dealt_with(claimed_at(STEP), UserFactory())

    assert reminders_at(STEP + dt.timedelta(hours=1)) == 1


def test_an_address_that_is_not_on_file_holds_nothing(silent):
    filed = claimed_at(STEP, sender="office@evil.example", more=f"In-Reply-To: {QUOTED}")

    assert (filed.probably_of, filed.holds_until) == (silent, None)
    assert reminders_at(STEP + dt.timedelta(hours=1)) == 1


def test_a_hold_leaves_the_last_working_day_to_the_reminder(silent):
    tuesday = dt.datetime(2027, 3, 30, 9, tzinfo=dt.UTC)

    filed = claimed_at(tuesday)

    assert filed.holds_until < dt.datetime(2027, 3, 31, 1, tzinfo=dt.UTC)
    assert reminders_at(tuesday + dt.timedelta(days=1)) == 1


def test_what_it_claims_is_a_task_while_it_holds(silent):
    claimed_at(timezone.now())

    assert Correspondence.objects.holding(timezone.now()).count() == 1
    assert not Correspondence.objects.holding(timezone.now() + dt.timedelta(days=9)).exists()
