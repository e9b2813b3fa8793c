import datetime as dt

import pytest

from invitations.models import CallListEntry, QuietPeriod
from invitations.reminders.planning import queue_reminders
from invitations.tests.factories import StepFactory
from invitations.tests.reminding import (
    edition_with_three_steps,
    geneva,
    handed_over,
    own_calendar,
    reminders,
    variants,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(db):
    return edition_with_three_steps()


def at(text):
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("America/New_York", "2027-03-10T14:00Z"),
        ("Asia/Tokyo", "2027-03-10T00:00Z"),
        ("Asia/Tehran", "2027-03-10T05:30Z"),
        ("Europe/Zurich", "2027-03-10T08:00Z"),
    ],
)
def test_a_mail_leaves_at_the_hour_of_the_state_where_its_zone_is_set(edition, reached, zone, hour):
    own_calendar(reached, edition, "ZZ", zone)
    second = dt.timedelta(seconds=1)

    assert [queue_reminders(at(hour) - second), queue_reminders(at(hour))] == [0, 1]


@pytest.mark.parametrize(
    ("zone", "hour"),
    [("America/New_York", "2027-03-24T13:00Z"), ("Europe/Zurich", "2027-03-30T07:00Z")],
)
def test_the_hour_stays_where_the_clocks_change(edition, reached, zone, hour):
    edition.reminder_steps.exclude(variant="last").delete()
    edition.reminder_steps.update(days_before=1 if zone == "Europe/Zurich" else 7)
    own_calendar(reached, edition, "ZZ", zone)
    second = dt.timedelta(seconds=1)

    assert [queue_reminders(at(hour) - second), queue_reminders(at(hour))] == [0, 1]


def test_days_apart_are_days_also_where_one_of_them_has_23_hours(edition, reached):
    edition.reminder_steps.all().delete()
    for days_before in (5, 2):
        StepFactory(edition=edition, days_before=days_before, variant=f"{days_before} days")
    reached(edition=edition)

    queue_reminders(at("2027-03-26T08:00Z"))
    handed_over(reminders().get(), at("2027-03-26T08:00Z"))
    queue_reminders(at("2027-03-29T07:00Z"))

    assert variants() == ["5 days", "2 days"]


def test_the_weekend_is_that_of_the_state(edition, reached):
    StepFactory(edition=edition, days_before=12, variant="friday")
    egypt, zz = own_calendar(reached, edition, "EG", "Africa/Cairo"), reached(edition=edition)

    queue_reminders(geneva(18, 15))
    handed_over(reminders().get(), geneva(18, 15))
    queue_reminders(geneva(19, 15))

    days = dict(reminders().values_list("invitation", "planned_at__day"))
    assert days == {egypt.pk: 18, zz.pk: 19}


def test_a_public_holiday_is_quiet_for_its_state_alone(edition, reached):
    edition.reminder_steps.filter(variant="first").update(days_before=23)
    own_calendar(reached, edition, "RU", "Europe/Moscow")
    edition.reminder_steps.filter(variant="last").delete()
    others = reached(edition=edition)

    on_the_day = queue_reminders(geneva(8, 12))

    assert on_the_day == 1
    assert reminders().get().invitation == others


def test_the_edition_s_quiet_days_are_quiet_in_each_state(edition, reached):
    own_calendar(reached, edition, "EG", "Africa/Cairo")
    QuietPeriod.objects.create(
        edition=edition, first_on=dt.date(2027, 3, 8), last_on=dt.date(2027, 3, 10)
    )

    planned = [queue_reminders(geneva(day, 12)) for day in (4, 7, 10)]

    assert planned == [0, 1, 0]


def test_without_a_zone_a_state_s_holidays_do_not_count(edition, reached):
    edition.reminder_steps.filter(variant="first").update(days_before=23)
    reached(edition=edition, minister__member_state__iso2="RU")

    assert queue_reminders(geneva(8, 12)) == 1


def test_the_call_list_goes_by_the_edition_s_days(edition, reached):
    own_calendar(reached, edition, "US", "America/New_York")

    queue_reminders(geneva(29, 9))

    assert CallListEntry.objects.get().listed_at == geneva(29, 9)


def test_nothing_leaves_after_the_deadline_in_geneva_where_the_day_is_not_over_yet(
    edition, reached
):
    edition.reminder_steps.exclude(variant="first").delete()
    edition.reminder_steps.update(days_before=0, hour=20)
    own_calendar(reached, edition, "AS", "Pacific/Pago_Pago")

    assert [queue_reminders(at(f"2027-04-01T0{hour}:30Z")) for hour in range(6, 9)] == [0, 0, 0]


def test_after_long_quiet_days_the_next_working_day_is_taken(edition, reached):
    reached(edition=edition)
    QuietPeriod.objects.create(
        edition=edition, first_on=dt.date(2027, 3, 1), last_on=dt.date(2027, 3, 10)
    )

    planned = [queue_reminders(geneva(day)) for day in (10, 11)]

    assert planned == [0, 1]


def test_what_has_no_working_day_left_is_dropped(edition, reached):
    edition.reminder_steps.exclude(variant="last").delete()
    reached(edition=edition)
    QuietPeriod.objects.create(
        edition=edition, first_on=dt.date(2027, 3, 15), last_on=dt.date(2027, 3, 31)
    )

    assert [queue_reminders(geneva(day)) for day in (11, 12, 24, 31)] == [0, 0, 0, 0]
