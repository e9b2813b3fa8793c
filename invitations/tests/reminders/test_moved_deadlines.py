import datetime as dt

import pytest

from invitations.models import CallListEntry, Delivery, Letter
from invitations.reminders.planning import queue_reminders
from invitations.tests.factories import EditionFactory, StepFactory
from invitations.tests.reminding import geneva, handed_over, reminders, variants

pytestmark = pytest.mark.django_db


def test_a_moved_deadline_calls_back_what_has_not_left_and_plans_again(edition, reached):
    reached(edition=edition)
    queue_reminders(geneva(10))
    first = reminders().get()
    edition.reply_before += dt.timedelta(days=1)
    edition.save(update_fields=["reply_before"])

    on_the_day, on_the_next = queue_reminders(geneva(10, 12)), queue_reminders(geneva(11))

    first.refresh_from_db()
    assert first.state == Letter.State.CANCELLED
    assert "deadline has moved" in first.events.latest("pk").reason
    assert (on_the_day, on_the_next) == (0, 1)
    assert reminders().get().reply_before == edition.reply_before


def test_a_moved_deadline_leaves_alone_what_has_left_and_reminds_again(edition, reached):
    reached(edition=edition)
    queue_reminders(geneva(10))
    first = reminders().get()
    handed_over(first, geneva(10))
    edition.reply_before += dt.timedelta(days=14)
    edition.save(update_fields=["reply_before"])

    planned = [queue_reminders(geneva(day)) for day in (11, 23, 24)]

    first.refresh_from_db()
    assert first.state == Letter.State.PLANNED
    assert planned == [0, 0, 1]
    assert variants() == ["first", "first"]


def test_the_call_list_names_an_office_once(edition, reached):
    reached(edition=edition)

    for hour in (9, 10):
        queue_reminders(geneva(29, hour))
        queue_reminders(geneva(30, hour))

    assert CallListEntry.objects.count() == 1


def test_each_edition_is_reminded_by_itself(edition, reached):
    other = EditionFactory(reply_before=dt.date(2027, 4, 2))
    StepFactory(edition=other)
    for one in (edition, other):
        reached(edition=one)

    planned = [queue_reminders(geneva(day)) for day in (10, 11)]

    assert planned[0] == 1
    assert set(reminders().values_list("invitation__edition", flat=True)) == {
        edition.pk,
        other.pk,
    }


def test_a_new_deadline_reminds_again_three_days_later_at_the_earliest(edition, reached):
    reached(edition=edition)
    queue_reminders(geneva(10))
    handed_over(reminders().get(), geneva(10))
    edition.reply_before += dt.timedelta(days=1)
    edition.save(update_fields=["reply_before"])

    planned = [queue_reminders(geneva(day, hour)) for day, hour in ((11, 9), (12, 23), (15, 9))]

    assert planned == [0, 0, 1]


def test_a_copy_that_still_waits_gives_way_to_the_next_step(edition, reached, queued):
    reached(edition=edition)
    queue_reminders(geneva(10))
    first = reminders().get()
    handed_over(first, geneva(10))
    copy = queued(first, line="cc", address="mission@example.org", state="deferred", attempts=5)

    queue_reminders(geneva(24))

    copy.refresh_from_db()
    first.refresh_from_db()
    assert copy.state == Delivery.State.CANCELLED
    assert first.state == Letter.State.PLANNED


def test_a_reminder_whose_letter_came_back_is_called_back(edition, reached):
    invitation = reached(edition=edition)
    queue_reminders(geneva(10))
    Delivery.objects.filter(letter__invitation=invitation).update(state="bounced")

    queue_reminders(geneva(10, 10))

    assert not reminders().exists()
