"""The clock asks for the editions of all years together."""

import datetime as dt

import pytest
import time_machine

from delegations.desk.erasure.erasing import erase_personal_data
from delegations.models import Erasure
from delegations.models.erasure import erases_on
from delegations.tests.desk.erasure.erased import over
from invitations.tests.factories import EditionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


@pytest.mark.parametrize("editions", [1, 3])
def test_each_minute_takes_as_many_queries_for_three_editions_as_for_one(
    editions, django_assert_num_queries
):
    with time_machine.travel(dt.datetime(2020, 5, 1, 9, tzinfo=dt.UTC), tick=False):
        for _each in range(editions):
            EditionFactory(erased_after=None)
        erase_personal_data()

        with django_assert_num_queries(5):
            erase_personal_data()


def test_the_day_of_an_erasure_by_hand_is_the_same_asked_alone_or_with_others():
    with time_machine.travel(dt.datetime(2020, 5, 1, 9, tzinfo=dt.UTC), tick=False):
        edition, now = over(), dt.datetime(2020, 5, 1, 8, tzinfo=dt.UTC)
        type(edition).objects.filter(pk=edition.pk).update(erased_after=None)
        edition.refresh_from_db()
        Erasure.objects.create(
            edition=edition, asked_by=UserFactory(), reason="Asked.", began_at=now, ended_at=now
        )

    done = list(Erasure.objects.done_by_hand().order_by("ended_at"))
    assert erases_on(edition) == erases_on(edition, done) == dt.date(2020, 5, 1)
