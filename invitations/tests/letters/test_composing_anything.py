"""Whatever a field has taken is composed, word for word."""

import contextlib

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as examples

from invitations.forms.fields import LineField
from invitations.letters.composing_queue import compose_planned
from invitations.letters.message import mail_subject
from invitations.mail.transport import ascii_or_refused
from invitations.models import ForumEdition, Minister, Reply
from invitations.replies import record_reply
from invitations.tests.databases import examples_of
from invitations.tests.reading import message_of
from invitations.tests.typed import ADDRESSES, LINES
from invitations.text.addresses import address_lines

SEVERAL_TO_A_TEST = [HealthCheck.function_scoped_fixture]


@pytest.fixture
def copy(reached, approved_texts):
    """The planned copy of an acknowledgement, to an address that was typed."""
    reply = record_reply(reached(), {"answer": "regrets", "respondent_email": "a@example.org"})
    reply.acknowledgements.exclude(variant="copy").update(state="cancelled")
    return reply.acknowledgements.get(variant="copy")


@contextlib.contextmanager
def for_once():
    """What is written here is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@given(typed=ADDRESSES)
@examples(max_examples=examples_of(200), deadline=None, suppress_health_check=SEVERAL_TO_A_TEST)
def test_the_copy_to_any_address_that_is_taken_is_composed(copy, typed):
    taken = []
    with contextlib.suppress(ValidationError):
        taken.extend(address_lines(typed).split())

    for address in taken:
        with for_once():
            Reply.objects.update(respondent_email=address)
            assert compose_planned() == 1
            copy.refresh_from_db()
            message = message_of(copy)
            assert (message["To"], message["Bcc"]) == (ascii_or_refused(address), None)


@given(typed=LINES)
@examples(max_examples=examples_of(100), deadline=None, suppress_health_check=SEVERAL_TO_A_TEST)
def test_with_any_name_that_is_taken_the_copy_is_composed(copy, typed):
    try:
        name = LineField(max_length=120).clean(typed)
    except ValidationError:
        return

    with for_once():
        ForumEdition.objects.update(name_en=name)
        Minister.objects.update(family_name=name)
        assert compose_planned() == 1
        copy.refresh_from_db()
        message = message_of(copy)
        assert message["Subject"] == mail_subject(copy)
        assert message["Bcc"] is None
