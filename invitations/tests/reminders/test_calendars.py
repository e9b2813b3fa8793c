import datetime as dt

import pytest

from invitations.times.calendars import days_off, is_day_off, is_weekend, moved_to_working_day


def day(number, month=3):
    """A day of 2027; 1 March is a Monday."""
    return dt.date(2027, month, number)


def before(end):
    return lambda one: one < end


def quiet_on(*numbers):
    return lambda one: one.month == 3 and one.day in numbers


@pytest.mark.parametrize(
    ("iso2", "on", "off"),
    [
        ("CH", [day(12), day(15)], [day(13), day(14)]),
        ("EG", [day(14), day(15)], [day(12), day(13)]),
        ("IR", [day(13), day(14)], [day(12)]),
    ],
)
def test_each_state_rests_on_its_own_weekend(iso2, on, off):
    resting = [one for one in on + off if is_day_off(iso2, one)]

    assert resting == off


@pytest.mark.parametrize(
    ("iso2", "holiday"),
    [("FR", day(14, 7)), ("US", day(5, 7)), ("RU", day(7, 1)), ("JP", day(3, 5))],
)
def test_a_state_rests_on_its_public_holidays(iso2, holiday):
    assert is_day_off(iso2, holiday)
    assert not is_day_off("CH", holiday)


def test_where_a_weekend_is_worked_it_is_no_day_of_rest():
    worked = dt.date(2020, 1, 19)

    assert is_weekend(worked)
    assert not is_day_off("CN", worked)


def test_a_state_that_is_not_known_rests_on_saturday_and_sunday():
    assert days_off("ZZ", 2027) == {
        one for number in range(365) if is_weekend(one := day(1, 1) + dt.timedelta(number))
    }


@pytest.mark.parametrize("year", [1999, 2020, 2027])
def test_a_year_of_each_state_has_working_days(year):
    for iso2 in ("CH", "CN", "EG", "IL", "IR", "NP", "RU", "SA", "US", "ZZ"):
        off = days_off(iso2, year)

        assert 45 < len(off) < 160
        assert {one.year for one in off} == {year}


def test_a_working_day_stays():
    assert moved_to_working_day(day(10), quiet_on(9, 11), before(day(31))) == day(10)


def test_a_quiet_day_gives_way_to_the_working_day_before():
    assert moved_to_working_day(day(10), quiet_on(8, 9, 10), before(day(31))) == day(7)


def test_five_days_back_are_not_too_far():
    assert moved_to_working_day(day(10), quiet_on(*range(6, 13)), before(day(31))) == day(5)


def test_where_the_day_before_is_more_than_five_days_back_the_next_one_is_taken():
    assert moved_to_working_day(day(10), quiet_on(*range(5, 13)), before(day(31))) == day(13)


def test_what_cannot_leave_in_time_is_dropped():
    assert moved_to_working_day(day(10), quiet_on(*range(5, 13)), before(day(13))) is None
    assert moved_to_working_day(day(10), quiet_on(), before(day(10))) is None
    assert moved_to_working_day(day(10), lambda one: True, before(day(31))) is None
