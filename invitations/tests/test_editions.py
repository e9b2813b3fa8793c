import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from invitations.models import ForumEdition
from invitations.tests.factories import EditionFactory

pytestmark = pytest.mark.django_db


def held(symbol, year):
    days = {name: dt.date(year, 5, 10) for name in ("opens_on", "closes_on")}
    days |= {name: dt.date(year, 5, 10) for name in ("track_opens_on", "track_closes_on")}
    return EditionFactory(symbol=symbol, reply_before=dt.date(year, 4, 1), **days)


@pytest.mark.parametrize(
    ("now", "at_hand"),
    [
        ("2025-01-01", ["wsis-2027", "wsis-2026"]),
        ("2026-05-10T21:00Z", ["wsis-2027", "wsis-2026"]),
        ("2026-05-11T12:00Z", ["wsis-2027"]),
        ("2028-01-01", ["wsis-2027"]),
    ],
)
def test_the_current_edition_is_the_nearest_to_come_or_else_the_last_held(now, at_hand):
    held("wsis-2026", 2026), held("wsis-2027", 2027)

    with time_machine.travel(now, tick=False):
        assert [edition.symbol for edition in ForumEdition.objects.at_hand()] == at_hand
        assert ForumEdition.objects.current().symbol == at_hand[-1]


def test_without_editions_none_is_current():
    assert ForumEdition.objects.current() is None


def test_it_is_late_from_midnight_of_the_deadline_in_geneva():
    edition = held("wsis-2027", 2027)

    assert not edition.is_late(dt.datetime(2027, 3, 31, 21, 59, tzinfo=dt.UTC))
    assert edition.is_late(dt.datetime(2027, 3, 31, 22, 0, tzinfo=dt.UTC))


@pytest.mark.parametrize("name", ["بتوقيت جنيف", "بالتوقيت المحلي"])
def test_an_arabic_time_zone_with_the_preposition_of_the_letter_is_refused(name):
    edition = EditionFactory(time_zone_name_ar=name)

    with pytest.raises(ValidationError) as refused:
        edition.clean_fields()

    assert refused.value.message_dict == {
        "time_zone_name_ar": [
            f"Letters put the first letter before {name} themselves: write it without."
        ]
    }


@pytest.mark.parametrize("name", ["توقيت جنيف", "التوقيت المحلي", "بيروت"])
def test_an_arabic_time_zone_stands_as_letters_join_it(name):
    EditionFactory(time_zone_name_ar=name).clean_fields()
