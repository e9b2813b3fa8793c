"""Planning reminders keeps out whoever plans too, or moves the deadline, and nobody else."""

from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from invitations.letters.composing_queue import compose_planned
from invitations.models import ForumEdition, HeldChange, LetterTemplate
from invitations.outbox.release import release_change
from invitations.reminders.calendar_updates import update_calendars
from invitations.reminders.planning import queue_reminders_of
from invitations.replies import record_reply
from invitations.tests.factories import HoursFactory, InvitationFactory, UserFactory
from invitations.tests.races import at_once, before_the_commit_of
from invitations.tests.reminding import geneva, left_by_mail

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


def test_two_servers_plan_one_mail_about_hours_that_moved(edition, reached):
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())
    session = HoursFactory(edition=edition, published_at=geneva(1))
    invitation = reached(edition=edition)
    record_reply(invitation, {"answer": "in_person", "segments": ["opening"]})
    compose_planned()
    left_by_mail(invitation.letters.get(kind="acknowledgement"))
    type(session).objects.update(room="Room Ada")

    planned = at_once(*[partial(update_calendars, geneva(8))] * 2)

    assert sorted(planned) == [0, 1]
    assert invitation.letters.filter(kind="calendar").count() == 1


def test_two_servers_tell_a_released_place_once_and_no_office_twice(edition, reached):
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())
    HoursFactory(edition=edition, published_at=geneva(1))
    invitation = reached(edition=edition)
    record_reply(invitation, {"answer": "in_person", "segments": ["opening"]})
    compose_planned()
    left_by_mail(invitation.letters.get(kind="acknowledgement"))
    ForumEdition.objects.filter(pk=edition.pk).update(place_en="Palexpo, Geneva")
    change = HeldChange.objects.waiting().of(edition).get()
    release_change(change, UserFactory(), change.mark)

    def tick():
        planned = update_calendars(geneva(8))
        compose_planned()
        return planned

    planned = at_once(tick, tick, tick)
    compose_planned()

    told = invitation.calendar_entries.exclude(letter__state="cancelled").order_by("pk")
    assert [sorted(planned), update_calendars(geneva(8))] == [[0, 0, 1], 0]
    assert [*told.values_list("sequence", flat=True)] == [0, 1]


def test_two_workers_tell_a_calendar_once(edition, reached):
    LetterTemplate.objects.update(first_approver=UserFactory(), second_approver=UserFactory())
    session = HoursFactory(edition=edition, published_at=geneva(1))
    invitation = reached(edition=edition)
    record_reply(invitation, {"answer": "in_person", "segments": ["opening"]})
    compose_planned()
    left_by_mail(invitation.letters.get(kind="acknowledgement"))
    type(session).objects.update(room="Room Ada")
    update_calendars(geneva(8))
    record_reply(invitation, {"answer": "attends_only", "segments": ["opening"]})

    at_once(compose_planned, compose_planned)
    compose_planned()

    told = invitation.calendar_entries.exclude(letter__state="cancelled").order_by("pk")
    # A calendar mail that was the first is called back: its number is not used again.
    assert [*told.values_list("sequence", flat=True)] in ([0, 1], [0, 2])
