"""What an office and the desk save at the same moment."""

import re

import pytest
from django.db import connection
from django.urls import reverse

from delegations.models import PolicyStatement
from delegations.statements import statement_mark, submit_statement
from delegations.tests.offices import text
from invitations.replies import record_reply
from invitations.tests.desk import as_sent, browser_of
from invitations.tests.factories import InvitationFactory, UserFactory
from invitations.tests.races import before_the_commit_of

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]


def test_the_desk_waits_for_the_office_and_then_reads_what_it_has_written():
    invitation = InvitationFactory()
    record_reply(invitation, {"answer": "in_person"})
    words = {"speaker_name": "Flavia Elphberg", "quotation": "Trust is built slowly."}
    statement = submit_statement(invitation, words, "")
    statement.refresh_from_db()
    client = browser_of(UserFactory(is_superuser=True))
    url = reverse("admin:delegations_policystatement_change", args=[statement.pk])
    page = client.get(url)
    mark = re.search(r'name="seen" value="(\w+)"', text(page))[1]
    sent = as_sent(page) | {"seen": mark, "speaker_rank": "MIN"}

    refused = before_the_commit_of(
        lambda: submit_statement(
            invitation, {"quotation": "Trust is built by all."}, statement_mark(statement)
        ),
        lambda: client.post(url, sent),
    )

    assert PolicyStatement.objects.get().quotation == "Trust is built by all."
    assert "On file now: Trust is built by all." in text(refused)
