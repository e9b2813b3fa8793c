"""What two offices of a State do at the same moment."""

from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from delegations.models import Delegate, Delegation, DelegationChange, PolicyStatement
from delegations.nominations import nominate
from delegations.office import Stale
from delegations.statements import submit
from invitations.replies import record_reply
from invitations.tests.factories import EditionFactory, InvitationFactory
from invitations.tests.test_race import at_once

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]


@pytest.fixture
def invitation(db):
    today = timezone.localdate()
    invitation = InvitationFactory(edition=EditionFactory(reply_before=today))
    record_reply(invitation, {"answer": "in_person"})
    return invitation


def test_ten_posts_of_one_form_name_one_person(invitation):
    key, words = uuid4(), {"role": "head", "name": "Flavia Elphberg"}

    at_once(*[partial(nominate, invitation, words, key)] * 10)

    assert Delegation.objects.count() == 1
    assert Delegate.objects.count() == DelegationChange.objects.count() == 1


def test_of_ten_heads_named_at_once_one_is_taken(invitation):
    named = [{"role": "head", "name": f"Rudolf {n}"} for n in range(10)]

    results = at_once(*[partial(nominate, invitation, words, uuid4()) for words in named])

    assert sum(isinstance(result, ValidationError) for result in results) == 9
    assert Delegate.objects.count() == 1


def test_of_ten_statements_announced_at_once_nine_see_the_first(invitation):
    words = [{"speaker_name": f"Rudolf {n}", "mode": "in_person"} for n in range(10)]

    results = at_once(*[partial(submit, invitation, one, "") for one in words])

    assert sum(isinstance(result, Stale) for result in results) == 9
    assert PolicyStatement.objects.count() == 1
