"""A change of many rows asks once which of them letters use."""

import pytest

from invitations.models import HeldChange, Invitation, Minister, Mission
from invitations.tests.factories import (
    InvitationFactory,
    MinisterFactory,
    MissionFactory,
)

pytestmark = pytest.mark.django_db

EACH = {Minister: (MinisterFactory, "given_name", 11), Mission: (MissionFactory, "city", 9)}


@pytest.mark.parametrize("rows", [1, 3])
def test_a_change_of_three_unused_rows_takes_as_many_queries_as_of_one(
    reached, django_assert_num_queries, rows
):
    edition = reached(minister__to_emails="office@example.org").edition
    drafts = [InvitationFactory(edition=edition, status="draft").pk for _each in range(rows)]

    with django_assert_num_queries(11):
        Invitation.objects.filter(pk__in=drafts).update(focal_point_email="fritz@example.org")

    assert not HeldChange.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("model", [Minister, Mission])
def test_rows_that_letters_use_in_more_than_one_way_are_asked_for_together(
    reached, django_assert_num_queries, model, rows
):
    reached(minister__to_emails="office@example.org")
    make, column, queries = EACH[model]
    unused = [make().pk for _each in range(rows)]

    with django_assert_num_queries(queries):
        model.objects.filter(pk__in=unused).update(**{column: "Fritz"})

    assert not HeldChange.objects.exists()


def test_of_many_rows_those_in_use_are_held(reached):
    used = reached(minister__to_emails="office@example.org")
    InvitationFactory(edition=used.edition, status="draft")

    Invitation.objects.all().update(focal_point_email="fritz@example.org")

    assert [one.object_id for one in HeldChange.objects.all()] == [str(used.pk)]
