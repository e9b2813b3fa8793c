import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from invitations.letters.issuing import withdraw_invitation
from invitations.models import Delivery, Letter, Minister
from invitations.reminders.forecast import forecast_of
from invitations.reminders.planning import queue_reminders
from invitations.replies import file_correspondence, record_reply
from invitations.tests.factories import (
    InvitationFactory,
    MinisterFactory,
    ReplyFactory,
    UserFactory,
)
from invitations.tests.reminding import (
    edition_with_three_steps,
    geneva,
    handed_over,
    own_calendar,
    reminders,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(db):
    return edition_with_three_steps()


def days(planned):
    return [(one.at.day, one.step.days_before) for one in planned]


def test_a_silent_office_gets_two_mails_and_a_call(edition, reached):
    reached(edition=edition)

    plan = forecast_of(edition, geneva(1))

    assert days(plan.mails) == [(10, 21), (24, 7)]
    assert days(plan.calls) == [(29, 2)]
    assert plan.mails[0].at == geneva(10)
    assert plan.none == {}
    assert [day.day for day, _step in plan.by_day()] == [10, 24, 29]


def test_each_mail_has_the_hour_of_its_office(edition, reached):
    own_calendar(reached, edition, "US", "America/New_York")

    first = forecast_of(edition, geneva(1)).mails[0]

    assert first.at.hour == 9
    assert first.at == dt.datetime(2027, 3, 10, 14, tzinfo=dt.UTC)


def test_what_was_sent_is_not_foretold_again(edition, reached):
    reached(edition=edition)
    queue_reminders(geneva(10))
    handed_over(reminders().get(), geneva(10))

    assert days(forecast_of(edition, geneva(10, 12)).mails) == [(24, 7)]


def test_a_mail_in_the_outbox_stands_under_today(edition, reached):
    reached(edition=edition)
    queue_reminders(geneva(10))

    first, last = forecast_of(edition, geneva(10, 12)).mails

    assert (first.is_in_outbox, first.at) == (True, geneva(10, 12))
    assert (last.is_in_outbox, last.at.day) == (False, 24)


def test_a_mail_that_did_not_leave_on_its_day_is_foretold_again(edition, reached):
    reached(edition=edition)
    queue_reminders(geneva(10))
    Letter.objects.filter(kind="reminder").update(
        state="approved", composed_at=geneva(10), approved_at=geneva(10), sha256="0" * 64
    )

    assert days(forecast_of(edition, geneva(11, 8)).mails) == [(11, 21), (24, 7)]


def test_ten_days_after_the_letter_come_first(edition, reached):
    invitation = reached(edition=edition)
    Delivery.objects.filter(letter__invitation=invitation).update(handed_over_at=geneva(2, 15))

    mails = forecast_of(edition, geneva(8)).mails

    assert mails[0].at == geneva(12, 15)
    assert days(mails) == [(12, 21), (24, 7)]


def test_a_holding_reply_is_the_reason_for_the_step_that_it_skips(edition, reached):
    invitation = reached(edition=edition)
    with time_machine.travel(geneva(5), tick=False):
        record_reply(invitation, {"answer": "holding"})

    plan = forecast_of(edition, geneva(6))

    assert days(plan.mails) == [(24, 7)]
    assert list(plan.none.values()) == [[invitation]]
    assert "a holding reply stands in for the step of 21 days" in next(iter(plan.none))


def answered(invitation):
    ReplyFactory(invitation=invitation)


def called_off(invitation):
    withdraw_invitation(invitation, UserFactory(), "A change of government.")


def written(invitation):
    with time_machine.travel(geneva(1), tick=False):
        file_correspondence(invitation, UserFactory(), "fax", timezone.now())


def came_back(invitation):
    Delivery.objects.filter(letter__invitation=invitation).update(state="bounced")


def by_courtesy(invitation):
    type(invitation).objects.filter(pk=invitation.pk).update(is_principal=False)


def arrived_late(invitation):
    late = Delivery.objects.filter(letter__invitation=invitation)
    late.update(handed_over_at=geneva(25))


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (answered, "has answered"),
        (called_off, "was withdrawn"),
        (written, "nobody has looked at yet"),
        (came_back, "has not reached the office"),
        (by_courtesy, "courtesy invitation"),
        (arrived_late, "no mail is left"),
    ],
)
def test_who_gets_none_is_named_with_the_reason(edition, reached, happens, reason):
    invitation = reached(edition=edition)
    happens(invitation)

    plan = forecast_of(edition, geneva(2))

    assert plan.mails == []
    [(said, found)] = plan.none.items()
    assert reason in said
    assert found == [invitation]


def test_a_draft_gets_none_yet(edition):
    InvitationFactory(edition=edition, status="draft", issued_at=None)

    assert "not issued yet" in next(iter(forecast_of(edition, geneva(1)).none))


@pytest.mark.parametrize(
    ("now", "changes", "reason"),
    [
        (geneva(1, month=4), {}, "deadline has passed"),
        (geneva(10), {"replies_closed_at": geneva(9)}, "closed"),
    ],
)
def test_an_edition_that_is_over_reminds_nobody(edition, reached, now, changes, reason):
    reached(edition=edition)
    for name, value in changes.items():
        setattr(edition, name, value)

    plan = forecast_of(edition, now)

    assert reason in plan.reason
    assert plan.mails == plan.calls == []


def test_steps_without_approval_remind_nobody(edition, reached):
    reached(edition=edition)
    edition.reminder_steps.update(second_approver=None)

    assert "no reminder step is approved" in forecast_of(edition, geneva(1)).reason


@pytest.mark.parametrize("offices", [1, 3])
def test_the_plan_costs_the_same_for_one_office_and_for_three(
    edition, reached, offices, django_assert_num_queries
):
    for _number in range(offices):
        reached(edition=edition)

    with django_assert_num_queries(10):
        plan = forecast_of(edition, geneva(1))

    assert len(plan.mails) == 2 * offices


def test_nothing_is_foretold_of_an_office_whose_minister_has_left(edition, reached):
    invitation = reached(edition=edition)
    Minister.objects.filter(pk=invitation.minister_id).update(successor=MinisterFactory())

    plan = forecast_of(edition, geneva(1))

    assert (plan.mails, plan.calls) == ([], [])
    assert plan.none == {"whom the letter was written to has left office": [invitation]}
