"""Of servers and workers at once, one plans and one sends what is asked after a yes."""

from functools import partial

import pytest
import time_machine
from django.db import connection

from invitations.letters.composing_queue import compose_planned
from invitations.models import Filed, Letter, LetterTemplate
from invitations.outbox.dispatch import dispatch_outbox
from invitations.reminders.planning import queue_reminders
from invitations.tests.asking import THE_DAY, asked_on, asking_for, filed, office_that_said_yes
from invitations.tests.factories import UserFactory
from invitations.tests.races import at_once

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def invitation(reached):
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())
    return office_that_said_yes(reached, asking_for("speaker").edition)


def test_two_servers_and_two_workers_ask_an_office_once(invitation, peer):
    with time_machine.travel(THE_DAY, tick=False):
        planned = at_once(queue_reminders, queue_reminders)
        at_once(compose_planned, compose_planned)
        at_once(dispatch_outbox, dispatch_outbox)
        dispatch_outbox()

    assert sorted(planned) == [0, 1]
    assert [mail.addresses for mail in peer.taken] == [["focal@example.org"]]
    assert Letter.objects.get(kind="reminder").invitation == invitation


def test_who_files_while_the_mail_is_about_to_leave_gets_it_once_or_not_at_all(invitation, peer):
    asked_on()

    with time_machine.travel(THE_DAY, tick=False):
        at_once(partial(filed, invitation, "speaker"), dispatch_outbox, dispatch_outbox)
        dispatch_outbox()
        queue_reminders()

    assert len(peer.taken) <= 1
    assert Filed.objects.count() == 1
    assert not Letter.objects.filter(kind="reminder", state="planned").exists()
