"""Two people record a step of the same original at once."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from invitations.models.delivery import Step
from invitations.outbox.originals import record_step
from invitations.tests.factories import UserFactory
from invitations.tests.originals import approved, done
from invitations.tests.races import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="Races need PostgreSQL: set DATABASE_URL to one."
    ),
]


def test_of_two_at_once_one_records_and_the_other_is_told(composed):
    letter, clerks = approved(composed(rank_id="HOS")), [UserFactory(), UserFactory()]

    said = at_once(*(lambda by=by: record_step(letter, Step.PRINTED, by, done()) for by in clerks))

    refused = [one for one in said if isinstance(one, ValidationError)]
    assert ["on file already" in one.messages[0] for one in refused] == [True]
    assert letter.original_steps.count() == 1
