"""Two servers erase at the same moment, and an office writes meanwhile."""

import pytest
import time_machine
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import connection

from delegations.desk.erasure import erasing
from delegations.desk.erasure.erasing import erase_personal_data
from delegations.models import Delegate, Erasure
from delegations.nominations import amend_delegate, delegate_mark
from delegations.tests.desk.erasure.erased import NIGHT, came, over
from invitations.tests.races import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]


@pytest.fixture
def edition(db):
    with time_machine.travel(NIGHT, tick=False):
        edition = over()
        for _number in range(9):
            came(edition)
        yield edition


def test_two_servers_count_each_row_once(edition, monkeypatch):
    monkeypatch.setattr(erasing, "BATCH", 2)

    at_once(*[erase_personal_data] * 3)

    assert not Delegate.objects.named().exists()
    assert Erasure.objects.get().counts["delegates"] == 9
    row = LogEntry.objects.get(additional_data__act="erased")
    assert row.changes["delegates"] == ["9", "0"]


def test_a_change_that_comes_meanwhile_brings_nothing_back(edition):
    person = Delegate.objects.order_by("pk").last()
    invitation = edition.invitations.get(member_state=person.delegation.member_state)
    seen = delegate_mark(person)

    def amend():
        try:
            amend_delegate(invitation, person.pk, {"name": "Zenobia Q.", "role": "head"}, seen)
        except ValidationError:
            return

    at_once(erase_personal_data, amend)
    erase_personal_data()

    assert not Delegate.objects.named().exists()
