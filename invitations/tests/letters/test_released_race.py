"""What changes while an automatic letter is composed is not printed before it is released."""

from contextlib import contextmanager

import pytest
from django.db import connection

from invitations.letters.composing_queue import compose_planned
from invitations.models import FormOfAddress, HeldChange, Minister
from invitations.models.held.proposals import save_or_propose
from invitations.outbox.release import release_change, take_back_change
from invitations.replies import record_reply
from invitations.tests.factories import UserFactory
from invitations.tests.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("approved_texts")]


@contextmanager
def just_before(statement, act):
    """Let somebody act just before the first statement with these words."""
    left = [act]

    def watch(execute, sql, params, many, context):
        if statement in sql and left:
            left.pop()()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert not left


@pytest.fixture
def answered(reached):
    """An office whose reply is to be acknowledged."""
    invitation = reached(minister__to_emails="office@example.org")
    HeldChange.objects.all().delete()
    record_reply(invitation, {"answer": "in_person"})
    return invitation


def acknowledgement(invitation):
    compose_planned()
    return invitation.letters.get(kind="acknowledgement")


def new_salutation():
    for form in FormOfAddress.objects.filter(language="en", form="MIN"):
        form.salutation = "Dear Rupert,"
        save_or_propose(form)


def moved(invitation):
    minister = Minister.objects.get(pk=invitation.minister_id)
    minister.to_emails = "rupert@example.org"
    minister.save()


def test_a_form_of_address_that_changes_meanwhile_is_not_printed(answered):
    with just_before('FROM "invitations_formofaddress"', new_salutation):
        waits = acknowledgement(answered)

    assert (waits.state, waits.mail) == ("planned", "")
    assert "changed while it was composed" in waits.waiting_reason
    assert "Rupert" not in text_of(acknowledgement(answered))


def test_an_address_that_is_taken_back_meanwhile_gets_nothing(answered):
    moved(answered)
    change = HeldChange.objects.get()

    with just_before(
        'FROM "invitations_heldchange"',
        lambda: take_back_change(change, UserFactory(), change.mark),
    ):
        acknowledgement(answered)

    assert acknowledgement(answered).recipients == [["to", "office@example.org"]]


def test_an_address_that_is_released_meanwhile_is_used_at_the_next_try(answered):
    moved(answered)
    change = HeldChange.objects.get()

    with just_before(
        'FROM "invitations_formofaddress"',
        lambda: release_change(change, UserFactory(), change.mark),
    ):
        assert acknowledgement(answered).state == "planned"

    assert acknowledgement(answered).recipients == [["to", "rupert@example.org"]]
