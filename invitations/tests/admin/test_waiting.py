"""Lists mark the rows whose last change waits for a second person."""

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse
from django.utils import timezone

from invitations.models import HeldChange, Rank
from invitations.models.held.rows import HeldRow
from invitations.tests.factories import MinisterFactory, UserFactory

pytestmark = pytest.mark.django_db
MINISTERS = reverse("admin:invitations_minister_changelist")


def held(row):
    kind = ContentType.objects.get_for_model(row)
    return HeldChange.objects.create(content_type=kind, object_id=str(row.pk), named=str(row))


def page_of_change(change):
    return reverse("admin:invitations_heldchange_change", args=[change.pk])


def test_a_row_whose_change_waits_leads_to_it(admin_client):
    waiting, other = MinisterFactory(), MinisterFactory()
    change = held(waiting)

    rows = admin_client.get(MINISTERS).context["cl"].result_list

    assert {row.pk: row.held_change for row in rows} == {waiting.pk: change.pk, other.pk: None}
    assert f'href="{page_of_change(change)}"' in admin_client.get(MINISTERS).text


def test_a_change_that_was_released_marks_nothing(admin_client):
    held(MinisterFactory())
    HeldChange.objects.update(state="released", decided_by=UserFactory(), decided_at=timezone.now())

    assert "text-link waits" not in admin_client.get(MINISTERS).text


def test_a_record_with_a_code_for_its_key_is_marked_too(admin_client):
    change = held(Rank.objects.get(pk="MIN"))

    page = admin_client.get(reverse("admin:invitations_rank_changelist")).text

    assert f'href="{page_of_change(change)}"' in page


@pytest.mark.parametrize("model", HeldRow.__subclasses__())
def test_each_list_of_records_whose_changes_may_wait_has_the_mark(rf, admin_user, model):
    request = rf.get("/")
    request.user = admin_user

    assert admin.site._registry[model].get_list_display(request)[1] == "waits"


@pytest.mark.parametrize("count", [1, 3])
def test_the_marks_of_many_rows_cost_no_query(admin_client, count, django_assert_num_queries):
    for _ in range(count):
        held(MinisterFactory())
    admin_client.get(MINISTERS)

    with django_assert_num_queries(6):
        admin_client.get(MINISTERS)
