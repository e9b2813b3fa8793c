"""What the desk deletes from a list is deleted in one transaction, as on the page of a row."""

import pytest
from django.db import connection
from django.urls import reverse

from delegations.models import Delegate, Delegation, DelegationChange
from delegations.tests.offices import coming
from invitations.models import Filed
from invitations.tests.desk import browser_of
from invitations.tests.factories import UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite locks no row: set DATABASE_URL to a PostgreSQL database.",
    ),
]


@pytest.fixture
def delegation():
    invitation = coming("Ruritania")
    return Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )


def delete_from_list(*rows):
    client = browser_of(UserFactory(is_superuser=True))
    listed = reverse(f"admin:delegations_{rows[0]._meta.model_name}_changelist")
    chosen = [row.pk for row in rows]
    return client.post(
        listed, {"action": "delete_selected", "_selected_action": chosen, "post": "yes"}
    )


def test_delegates_chosen_in_the_list_are_deleted_and_that_is_on_file(delegation):
    people = [
        Delegate.objects.create(delegation=delegation, name=name)
        for name in ("Sapt", "Fritz von Tarlenheim")
    ]

    answer = delete_from_list(*people)

    assert answer.status_code == 302
    assert not Delegate.objects.exists()
    noted = DelegationChange.objects.filter(act=DelegationChange.Act.REMOVED)
    assert {one.subject for one in noted} == {person.name for person in people}
    assert not Filed.objects.filter(what="delegates").exists()
