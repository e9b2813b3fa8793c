"""A system that takes its time keeps no other one waiting."""

import datetime as dt

import pytest

from invitations.models import WebhookMessage
from invitations.outbox.arming import arm
from invitations.outbox.webhooks.sending import send_webhooks
from invitations.tests.webhooks import released, webhook_peer

pytestmark = pytest.mark.django_db
EACH = 4


def wait_for(webhook):
    return WebhookMessage.objects.bulk_create(
        WebhookMessage(address=webhook, kind="reply.recorded", subject=str(number))
        for number in range(EACH)
    )


@pytest.fixture
def peers(tmp_path, settings):
    """One that answers after half a second, and one that answers at once."""
    settings.ARMING_KEY = arm()
    with (
        webhook_peer(tmp_path, 204, pauses=(0.5,)) as slow,
        webhook_peer(tmp_path, 204) as quick,
    ):
        yield slow, quick


def test_the_share_of_a_slow_system_ends_and_the_others_are_told_in_the_same_tick(peers):
    slow, quick = peers
    first, second = released(slow.url)[0], released(quick.url)[0]
    wait_for(first)
    wait_for(second)

    send_webhooks(within=dt.timedelta(seconds=2), way=slow.way)

    assert (len(slow.told), len(quick.told)) == (1, EACH)
    assert {one.state for one in second.messages.all()} == {"arrived"}
    left = first.messages.filter(state="waiting")
    assert (left.count(), {one.attempts for one in left}) == (EACH - 1, {0})


def test_what_waits_for_a_slow_system_leaves_at_the_next_ticks(peers):
    slow, _quick = peers
    webhook, _secret = released(slow.url)
    wait_for(webhook)

    for _tick in range(EACH):
        send_webhooks(within=dt.timedelta(seconds=2), way=slow.way)

    assert {one.state for one in webhook.messages.all()} == {"arrived"}
    assert len(slow.told) == EACH
