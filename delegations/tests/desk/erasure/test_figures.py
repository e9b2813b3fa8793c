"""What is counted and taken out is the same before an erasure and after it."""

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from delegations.desk.board.genders import gender_counts
from delegations.desk.erasure.erasing import erase_personal_data
from delegations.desk.erasure.kinds import KINDS, count_left
from delegations.models import Delegate, Delegation
from delegations.tests.desk.erasure.erased import NIGHT, came, over, person
from delegations.tests.lists import rows_in, sheet_in, take_out_url
from invitations.admin.list_columns import list_url
from invitations.tests.desk import browser_of
from invitations.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]
KEPT_OF_DELEGATES = ("Role", "Delegation", "Stands")


@pytest.fixture
def desk():
    with time_machine.travel(NIGHT, tick=False), translation.override("en"):
        yield browser_of(UserFactory(is_superuser=True))


def genders(desk, edition):
    return desk.get(reverse("desk:board"), {"edition": edition.symbol}).context["genders"]


def exported(desk):
    """The rows of delegates as a workbook, but for what names somebody."""
    workbook = desk.post(take_out_url(Delegate), {"kind": "xlsx"}).getvalue()
    headings, rows = rows_in(sheet_in(workbook))
    kept = [place for place, name in enumerate(headings) if name in KEPT_OF_DELEGATES]
    assert len(kept) == len(KEPT_OF_DELEGATES)
    return [[row[place] for place in kept] for row in rows]


def listed(desk, **filters):
    return desk.get(list_url(Delegate, **filters)).context["cl"].result_count


def by_state(desk):
    rows = desk.get(list_url(Delegation)).context["cl"].result_list
    return [(str(row), row.named) for row in rows]


def test_board_lists_and_exports_count_the_same_before_and_after(desk):
    edition = over()
    for number in range(12):
        delegation = came(edition, gender="f" if number < 6 else "m")
        person(delegation, "Rudolf Rassendyll", "m" if number % 2 else "f")

    def figures():
        heads = listed(desk, role__exact="head")
        return genders(desk, edition), exported(desk), listed(desk), heads, by_state(desk)

    before, counts = figures(), gender_counts(edition)
    erase_personal_data()

    assert not Delegate.objects.named().exists()
    assert figures() == before
    assert gender_counts(edition) == counts
    assert counts["speakers"] == [6, 6, 0]
    assert before[2:4] == (24, 12)


def test_a_regret_that_comes_later_still_takes_its_delegation_off(desk):
    edition = over()
    came(edition)
    leaving = came(edition)
    erase_personal_data()

    edition.invitations.get(member_state=leaving.member_state).replies.update(answer="regrets")

    assert Delegate.objects.standing().count() == 1


def test_what_is_left_is_counted_at_once_and_as_each_kind_counts_it(django_assert_max_num_queries):
    edition = over()
    delegation = came(edition)
    for _three_times in range(3):
        person(delegation)
    person(delegation, "Rudolf Rassendyll").delete()
    came(over(months=60))
    count_left(edition)  # the types of content are known from now on

    with django_assert_max_num_queries(11):
        counts = count_left(edition)

    assert counts == {kind.code: number for kind in KINDS if (number := kind.left(edition).count())}
    assert {"delegates": 4, "speakers": 1, "respondents": 1}.items() <= counts.items()
    assert counts["fields"] > counts["delegates"]
