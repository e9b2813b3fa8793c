"""Two people put the same thing right at once, or an office answers meanwhile."""

import pytest
from django.db import connection

from invitations.models import Invitation, Letter
from invitations.outbox.mending.replacing import replace_letters
from invitations.tests.factories import CircularFactory, UserFactory
from invitations.tests.mending import BECAUSE
from invitations.tests.races import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]


def test_of_two_who_replace_the_same_letter_at_once_one_does(frozen_letter):
    invitation, by = frozen_letter().invitation, UserFactory()
    circulars = [
        CircularFactory(edition=invitation.edition, kind="replacement", changes="A name.")
        for _number in range(2)
    ]

    done = at_once(
        *(
            lambda one=one: replace_letters(one, Invitation.objects.all(), by, BECAUSE)
            for one in circulars
        )
    )

    assert sorted(done) == [0, 1]
    assert Letter.objects.filter(kind="replacement").count() == 1
