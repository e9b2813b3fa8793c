"""What the desk deletes from a list is deleted in one transaction, as on the page of a row."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from delegations.models import Delegate, Delegation, DelegationChange
from delegations.nominations import nominate_delegate
from delegations.tests.offices import coming
from invitations.models import Filed
from invitations.tests.desk import browser_of
from invitations.tests.factories import UserFactory
from invitations.tests.races import before_the_commit_of

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="SQLite locks no row: set DATABASE_URL to a PostgreSQL database.",
    ),
]


@pytest.fixture
def invitation():
    return coming("Ruritania")


@pytest.fixture
def delegation(invitation):
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


def test_who_is_named_at_the_same_moment_does_not_go_with_the_delegation(invitation, delegation):
    client = browser_of(UserFactory(is_superuser=True))
    url = reverse("admin:delegations_delegation_delete", args=[delegation.pk])
    mark = re.search(r'name="seen" value="(\w+)"', client.get(url).content.decode())[1]

    before_the_commit_of(
        lambda: nominate_delegate(invitation, {"name": "Sapt", "role": "adviser"}, uuid4()),
        lambda: client.post(url, {"post": "yes", "seen": mark}),
    )

    assert Delegate.objects.get().delegation == delegation
