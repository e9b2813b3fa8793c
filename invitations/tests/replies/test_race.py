"""Replies at the same moment."""

from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from invitations.replies import record_reply
from invitations.tests.races import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]


def test_one_form_sent_for_two_invitations_at_once_is_refused_in_a_sentence(reached):
    for _time in range(6):
        form_key = uuid4()

        results = at_once(
            *[
                partial(record_reply, reached(), {"answer": "in_person"}, form_key=form_key)
                for _office in range(2)
            ]
        )

        [refusal] = [result for result in results if isinstance(result, ValidationError)]
        assert "belongs to another invitation" in refusal.message
