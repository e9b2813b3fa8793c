"""Jobs that two servers begin at once: nobody is told twice, and nothing is made twice."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.utils import timezone

from invitations.inbox.scans import read_scans
from invitations.models import DroppedScan, ForumEdition, WebhookMessage
from invitations.outbox.approvers import tell_approvers
from invitations.outbox.webhooks.announcing import announce_all
from invitations.tests.factories import InvitationFactory, ReplyFactory, UserFactory
from invitations.tests.paper import drop, letter_of
from invitations.tests.races import at_once
from invitations.tests.sheets import as_file
from invitations.tests.webhooks import released

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]

SERVERS = 3


def test_an_approver_is_told_once_of_what_waits(reached, peer):
    for number in range(2):
        UserFactory(email=f"{number}@example.org").groups.add(Group.objects.get(name="Approvers"))
    minister = reached().minister
    minister.to_emails = "new@example.org"
    minister.save()
    in_five_hours = timezone.now() + dt.timedelta(hours=5)

    at_once(*[lambda: tell_approvers(in_five_hours)] * SERVERS)

    told = sorted(address for mail in peer.taken for address in mail.addresses)
    assert told == ["0@example.org", "1@example.org"]


def test_another_system_is_told_once_of_each_thing_that_happened():
    for number in range(4):
        webhook, _secret = released()
        ReplyFactory(invitation__edition=webhook.edition)
        ForumEdition.objects.filter(pk=webhook.edition_id).update(
            city_en=f"Strelsau {number}", speakers_published_at=timezone.now()
        )

        at_once(*[announce_all] * SERVERS)

        kinds = WebhookMessage.objects.filter(address=webhook).values_list("kind", flat=True)
        assert sorted(kinds) == ["edition.changed", "reply.recorded", "speakers.published"]


def test_a_scan_that_two_workers_read_is_read_once():
    row = drop(as_file(letter_of(InvitationFactory())))

    done = at_once(*[read_scans] * SERVERS)

    row.refresh_from_db()
    assert (row.state, sum(done)) == (DroppedScan.State.READ, 1)
