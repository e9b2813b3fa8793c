"""A system that takes its time keeps no other one waiting."""

import datetime as dt

import pytest

from invitations.models import WebhookMessage
from invitations.outbox.arming import arm
from invitations.outbox.webhooks import sending
from invitations.outbox.webhooks.sending import send_webhooks
from invitations.tests.webhooks import released, webhook_peer

pytestmark = pytest.mark.django_db
EACH = 4


def wait_for(webhook, messages=EACH):
    return WebhookMessage.objects.bulk_create(
        WebhookMessage(address=webhook, kind="reply.recorded", subject=str(number))
        for number in range(messages)
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


def told_in_a_tick(way, monkeypatch):
    """The addresses that one tick tells, in order."""
    order, send = [], sending.send_message

    def noted(message, way):
        order.append(message.address_id)
        return send(message, way)

    with monkeypatch.context() as patched:
        patched.setattr(sending, "send_message", noted)
        send_webhooks(within=dt.timedelta(seconds=2), way=way)
    return order


def test_the_share_of_a_slow_system_ends_and_the_others_are_told_before_it_goes_on(
    peers, monkeypatch
):
    slow, quick = peers
    first, second = released(slow.url)[0], released(quick.url)[0]
    wait_for(first, 2)
    wait_for(second)

    order = told_in_a_tick(slow.way, monkeypatch)

    assert order == [first.pk, *[second.pk] * EACH, first.pk]
    assert {one.state for one in second.messages.all()} == {"arrived"}


def test_a_system_that_is_told_alone_has_the_whole_tick(peers):
    slow, _quick = peers
    webhook, _secret = released(slow.url)
    wait_for(webhook, 2)

    send_webhooks(within=dt.timedelta(seconds=1.8), way=slow.way)

    assert len(slow.told) == 2


def test_a_system_that_takes_nothing_has_its_share_alone_though_no_other_waits(peers):
    slow, _quick = peers
    slow.statuses = [500]
    webhook, _secret = released(slow.url)
    wait_for(webhook)

    send_webhooks(within=dt.timedelta(seconds=2), way=slow.way)

    assert len(slow.told) == 1


def test_what_waits_for_a_slow_system_leaves_at_the_next_ticks(peers):
    slow, _quick = peers
    webhook, _secret = released(slow.url)
    wait_for(webhook)

    for _tick in range(EACH):
        send_webhooks(within=dt.timedelta(seconds=0.1), way=slow.way)

    assert {one.state for one in webhook.messages.all()} == {"arrived"}
    assert len(slow.told) == EACH
