"""Planning reminders keeps out whoever plans too, or moves the deadline, and nobody else."""

from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from invitations.models import ForumEdition
from invitations.reminders.planning import queue_reminders_of
from invitations.tests.factories import InvitationFactory
from invitations.tests.races import before_the_commit_of
from invitations.tests.reminding import geneva

pytestmark = [
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def at_once_or_not_at_all(act):
    """Tell whether the act need not wait for the lock of another transaction."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
            act()
    except OperationalError:
        return False
    return True


def test_a_minister_may_be_invited_while_reminders_are_planned(edition):
    invite = partial(InvitationFactory, edition=edition)

    done = before_the_commit_of(
        partial(queue_reminders_of, edition, geneva(10)), partial(at_once_or_not_at_all, invite)
    )

    assert done


def test_the_deadline_is_not_moved_while_reminders_are_planned(edition):
    move = partial(ForumEdition.objects.filter(pk=edition.pk).update, mission_city="Zenda")

    done = before_the_commit_of(
        partial(queue_reminders_of, edition, geneva(10)), partial(at_once_or_not_at_all, move)
    )

    assert not done
