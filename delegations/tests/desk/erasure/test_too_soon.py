"""Nothing is erased that somebody still counts on: no mistyped day, no emptied field does it."""

import datetime as dt

import pytest
import time_machine

from delegations.desk.erasure.erasing import erase_personal_data
from delegations.models import Delegate, Erasure
from delegations.models.erasure import erases_on
from delegations.tests.desk.erasure.erased import (
    LAST_DAY,
    NIGHT,
    at_night,
    came,
    erased_by_hand,
    erased_in_part,
    over,
)
from invitations.models import Arming, ForumEdition
from invitations.outbox.arming import arm

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]
DAYS = ("reply_before", "opens_on", "track_opens_on", "track_closes_on", "closes_on")
BEFORE = dt.datetime(2020, 3, 2, 2, 10, tzinfo=dt.UTC)


@pytest.fixture
def clock():
    with time_machine.travel(BEFORE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def edition(clock):
    edition = over()
    came(edition)
    return edition


def dated(edition, last_day):
    """Write the dates by whichever way: here by none that a page takes."""
    by = last_day - edition.closes_on
    days = {name: getattr(edition, name) + by for name in DAYS}
    ForumEdition.objects.filter(pk=edition.pk).update(**days)
    edition.refresh_from_db()


def test_a_last_day_typed_a_year_too_early_erases_nothing_for_thirty_days(clock, edition):
    erase_personal_data()
    dated(edition, dt.date(2019, 4, 9))

    for day in range(30):
        at_night(clock, BEFORE + dt.timedelta(days=day))
    assert Delegate.objects.named().exists()
    edition.refresh_from_db()
    assert erases_on(edition) == dt.date(2020, 4, 1)

    dated(edition, LAST_DAY)
    at_night(clock, BEFORE + dt.timedelta(days=31))
    assert Delegate.objects.named().exists()
    edition.refresh_from_db()
    assert erases_on(edition) == dt.date(2020, 10, 9)


def test_emptied_months_stop_what_the_clock_has_begun(clock, edition, monkeypatch):
    erased_in_part(clock, edition, monkeypatch)
    ForumEdition.objects.update(erased_after=None)

    at_night(clock, NIGHT + dt.timedelta(minutes=1))
    at_night(clock, NIGHT + dt.timedelta(days=1))

    assert Delegate.objects.named().count() == 3


def test_what_was_erased_by_a_wrong_last_day_closes_no_edition_that_is_to_come(clock, edition):
    ForumEdition.objects.update(erased_after=None)
    dated(edition, dt.date(2019, 4, 9))
    erased_by_hand(clock, edition)
    dated(edition, LAST_DAY)

    came(edition)
    assert not Erasure.objects.closes(edition)
    at_night(clock)

    assert Delegate.objects.named().count() == 1


def test_what_comes_after_it_was_erased_by_hand_is_erased_too(clock, edition):
    ForumEdition.objects.update(erased_after=None)
    edition.refresh_from_db()
    clock.move_to(NIGHT)
    erased_by_hand(clock, edition)
    came(edition)

    at_night(clock, NIGHT + dt.timedelta(days=1))

    assert not Delegate.objects.named().exists()


def test_a_last_day_moved_on_after_it_was_erased_by_hand_keeps_what_comes(clock, edition):
    ForumEdition.objects.update(erased_after=None)
    edition.refresh_from_db()
    clock.move_to(NIGHT)
    erased_by_hand(clock, edition)
    dated(edition, dt.date(2021, 4, 9))
    came(edition)

    at_night(clock, NIGHT + dt.timedelta(days=1))

    assert Delegate.objects.named().count() == 1


def test_new_dates_after_a_postponement_leave_thirty_days(clock, edition):
    ForumEdition.objects.update(postponed_at=BEFORE)
    at_night(clock)
    dated(edition, dt.date(2020, 2, 3))
    ForumEdition.objects.update(postponed_at=None)

    at_night(clock, NIGHT + dt.timedelta(days=1))

    assert Delegate.objects.named().exists()


def test_a_last_day_corrected_to_an_earlier_one_erases_after_thirty_days(clock, edition):
    dated(edition, dt.date(2030, 4, 9))
    erase_personal_data()
    dated(edition, LAST_DAY)

    at_night(clock)
    assert Delegate.objects.named().exists()
    at_night(clock, NIGHT + dt.timedelta(days=30))

    assert not Delegate.objects.named().exists()


def test_a_restored_copy_begins_no_erasure_until_it_is_armed(clock, edition, settings):
    settings.MAILBOX = settings.MAILBOX._replace(scheme="smtp")
    Arming.objects.create(
        deployment=settings.DEPLOYMENT, database="the original", key_sha256="0" * 64,
        armed_at=BEFORE,
    )  # fmt: skip
    at_night(clock)
    assert Delegate.objects.named().exists()

    arm()
    at_night(clock)

    assert not Delegate.objects.named().exists()
