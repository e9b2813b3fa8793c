"""Two servers erase at the same moment, and an office writes meanwhile."""

import threading
import time

import pytest
import time_machine
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from delegations.changes import lock_delegation
from delegations.desk.erasure import erasing
from delegations.desk.erasure.erasing import erase_personal_data
from delegations.desk.erasure.one_person import erase_person
from delegations.models import Delegate, Delegation, Erasure
from delegations.nominations import amend_delegate, delegate_mark
from delegations.tests.desk.erasure.erased import NIGHT, came, over
from invitations.outbox.corrections.succession import lock_for_release
from invitations.tests.factories import UserFactory
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


@pytest.mark.parametrize("of", ["delegate", "speaker"])
def test_a_person_is_erased_while_the_invitation_of_the_state_is_handed_over(edition, of):
    delegation = Delegation.objects.order_by("pk").last()
    invitation = edition.invitations.get(member_state=delegation.member_state)
    record = delegation.delegates.get() if of == "delegate" else delegation.statement
    locked, erases = threading.Event(), threading.Event()

    @transaction.atomic
    def hand_over():
        """Lock in the order of a release, and let the erasure begin in between."""
        lock_for_release(invitation)
        locked.set()
        erases.wait(timeout=10)
        time.sleep(0.5)
        return lock_delegation(invitation)

    def erase():
        locked.wait(timeout=10)
        erases.set()
        return erase_person(record, UserFactory(), "By letter of 4 May.")

    handed_over, erased = at_once(hand_over, erase)

    assert handed_over == delegation
    assert erased
