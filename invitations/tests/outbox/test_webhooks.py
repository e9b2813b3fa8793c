"""Other systems are told that something happened, once it is sure that they may be."""

import datetime as dt
import re
import ssl
import time
from ipaddress import ip_address

import pytest
import time_machine
from django.conf import settings as settings_of_site
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.models import ForumEdition, HeldChange, WebhookAddress, WebhookMessage
from invitations.outbox.arming import arm
from invitations.outbox.credentials import revoke_credential
from invitations.outbox.webhooks.addresses import release_webhook, rotate_secret
from invitations.outbox.webhooks.announcing import announce_all
from invitations.outbox.webhooks.peers import (
    PinnedConnection,
    Reach,
    Undelivered,
    answered,
    is_refused,
    post,
    public_peer,
)
from invitations.outbox.webhooks.sending import (
    MOST_ATTEMPTS,
    NO_KEY,
    send_message_again,
    send_webhooks,
)
from invitations.outbox.webhooks.signing import new_secret
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    ReplyFactory,
    UserFactory,
)
from invitations.tests.outbox.deliveries import MINUTE
from invitations.tests.webhooks import as_json, made, released, webhook_peer
from invitations.times.clocks import CLOCKS_APART

pytestmark = pytest.mark.django_db


@pytest.fixture
def armed(settings):
    settings.ARMING_KEY = arm()


def told_of(webhook):
    return sorted(webhook.messages.values_list("kind", flat=True))


def later(**pause):
    return time_machine.travel(timezone.now() + dt.timedelta(**pause), tick=True)


def test_who_follows_the_documentation_alone_reads_a_message_and_no_forged_one(armed, tmp_path):
    words = (settings_of_site.BASE_DIR / "docs/api.md").read_text()
    made: dict = {}
    exec(re.search(r"```python\n(.*?)```", words, re.DOTALL)[1], made)
    with webhook_peer(tmp_path, 204) as peer:
        webhook, secret = released(peer.url)
        reply = ReplyFactory(invitation__edition=webhook.edition)
        send_webhooks(way=peer.way)
    headers, body = peer.told[0]

    told = made["read"](secret, {name.lower(): said for name, said in headers.items()}, body)

    assert told["data"] == {"edition": webhook.edition.symbol, "id": str(reply.pk)}
    for forged in ((new_secret(), headers, body), (secret, headers, body + b" ")):
        with pytest.raises(ValueError, match="not signed with this secret"):
            made["read"](*forged)
    with later(minutes=6), pytest.raises(ValueError, match="signed too long ago"):
        made["read"](secret, headers, body)


# What is told


def test_a_reply_is_told_once_by_its_identifier_and_never_what_it_says(armed, tmp_path):
    with webhook_peer(tmp_path, 204) as peer:
        webhook, secret = released(peer.url)
        reply = ReplyFactory(
            invitation__edition=webhook.edition, answer="regrets", remarks="SECRET"
        )

        assert [send_webhooks(way=peer.way), send_webhooks(way=peer.way)] == [1, 0]

    (told,) = peer.told
    assert as_json(told)["type"] == "reply.recorded"
    assert as_json(told)["data"] == {"edition": webhook.edition.symbol, "id": str(reply.pk)}
    assert set(as_json(told)) == {"type", "timestamp", "data"}
    assert peer.read_by(secret) == as_json(told)


def test_what_happened_before_the_release_or_in_another_edition_is_not_told():
    edition = EditionFactory(speakers_published_at=timezone.now() - dt.timedelta(days=1))
    ReplyFactory(
        invitation__edition=edition,
        recorded_at=timezone.now() - 5 * MINUTE,
        received_at=timezone.now() - 6 * MINUTE,
    )
    webhook, _secret = released(edition=edition)
    ReplyFactory()

    announce_all()

    assert told_of(webhook) == []


def test_what_a_server_records_whose_clock_is_behind_is_told_once():
    """After the release: the reply seems older, but nobody was told of it before."""
    webhook, _secret = released()
    behind = timezone.now() - CLOCKS_APART + dt.timedelta(seconds=1)
    ReplyFactory(invitation__edition=webhook.edition, recorded_at=behind, received_at=behind)
    ForumEdition.objects.update(speakers_published_at=behind)

    announce_all()
    with later(minutes=10):
        announce_all()

    assert told_of(webhook) == ["reply.recorded", "speakers.published"]


def test_a_published_list_and_a_changed_edition_are_told_each_once():
    webhook, _secret = released()
    ForumEdition.objects.update(speakers_published_at=timezone.now() + dt.timedelta(hours=1))
    announce_all()
    assert told_of(webhook) == []

    with later(hours=2):
        announce_all()
        announce_all()
    ForumEdition.objects.update(place_en="Palexpo")
    announce_all()
    announce_all()

    assert told_of(webhook) == ["edition.changed", "speakers.published"]
    assert not HeldChange.objects.exists()


def test_what_is_not_public_of_an_edition_is_no_change():
    webhook, _secret = released()

    ForumEdition.objects.update(contact_name="Rupert", mission_city="Zenda")
    announce_all()

    assert told_of(webhook) == []


def test_of_an_edition_that_is_only_begun_nothing_is_told_before_it_is_announced(armed, tmp_path):
    with webhook_peer(tmp_path, 204) as peer:
        webhook, _secret = released(peer.url, EditionFactory(symbol="zenda-2028"))
        InvitationFactory(edition=webhook.edition, status="draft")
        ForumEdition.objects.update(place_en="Palexpo", speakers_published_at=timezone.now())
        assert (send_webhooks(way=peer.way), told_of(webhook)) == (0, [])
        # As an earlier version left it.
        webhook.messages.create(kind="edition.changed", subject="1")
        assert send_webhooks(way=peer.way) == 0
        assert peer.told == []

        InvitationFactory(edition=webhook.edition)
        send_webhooks(way=peer.way)

    assert told_of(webhook) == ["edition.changed", "edition.changed", "speakers.published"]
    assert {as_json(told)["data"]["edition"] for told in peer.told} == {"zenda-2028"}


@pytest.mark.parametrize("replies", [1, 3])
def test_to_look_for_news_takes_as_many_queries_for_three_replies_as_for_one(
    replies, django_assert_num_queries
):
    webhook, _secret = released()
    for _reply in range(replies):
        ReplyFactory(invitation__edition=webhook.edition)

    # The addresses; a savepoint, the replies, the edition as released, the rows, and its end.
    with django_assert_num_queries(6):
        announce_all()

    assert len(told_of(webhook)) == replies


# Who may be told


def test_nothing_leaves_unless_sending_is_armed_not_even_from_a_laptop(mail_folder, tmp_path):
    with webhook_peer(tmp_path, 204) as peer:
        webhook, _secret = released(peer.url)
        ReplyFactory(invitation__edition=webhook.edition)

        assert send_webhooks(way=peer.way) == 0

    assert (peer.told, told_of(webhook)) == ([], [])


def test_one_person_makes_an_address_and_another_releases_it(armed, tmp_path):
    maker = UserFactory()
    with webhook_peer(tmp_path, 204) as peer:
        webhook, _secret = made(peer.url, by=maker)
        before = timezone.now() - 5 * MINUTE
        ReplyFactory(invitation__edition=webhook.edition, recorded_at=before, received_at=before)
        assert send_webhooks(way=peer.way) == 0

        with pytest.raises(ValidationError, match="A second person"):
            release_webhook(webhook, maker)
        release_webhook(webhook, UserFactory())
        ReplyFactory(invitation__edition=webhook.edition)

        assert send_webhooks(way=peer.way) == 1


def test_what_waits_for_an_address_that_one_person_ended_stays(armed, tmp_path):
    with webhook_peer(tmp_path, 204) as peer:
        webhook, _secret = released(peer.url)
        ReplyFactory(invitation__edition=webhook.edition)
        announce_all()

        revoke_credential(webhook, webhook.made_by, "The contract ended.")

        assert send_webhooks(way=peer.way) == 0
    assert peer.told == []


# What is not taken


def test_a_peer_that_fails_twice_is_told_again_under_the_same_identifier(armed, tmp_path):
    with webhook_peer(tmp_path, 500, 302, 204) as peer:
        webhook, _secret = released(peer.url)
        ReplyFactory(invitation__edition=webhook.edition)

        assert [send_webhooks(way=peer.way), send_webhooks(way=peer.way)] == [0, 0]
        assert webhook.messages.get().said == "Answered 500."
        with later(hours=1):
            assert send_webhooks(way=peer.way) == 0
        with later(hours=3):
            assert send_webhooks(way=peer.way) == 1

    message = webhook.messages.get()
    assert (message.state, message.attempts, message.said) == ("arrived", 3, "Answered 204.")
    assert len({headers["webhook-id"] for headers, _body in peer.told}) == 1
    assert len(peer.told) == 3


def test_after_the_last_attempt_it_has_failed_until_a_person_sends_it_again(armed, tmp_path):
    with webhook_peer(tmp_path, 500, 204) as peer:
        webhook, _secret = released(peer.url)
        ReplyFactory(invitation__edition=webhook.edition)
        announce_all()
        webhook.messages.update(attempts=MOST_ATTEMPTS - 1)
        send_webhooks(way=peer.way)
        message = webhook.messages.get()
        assert message.state == "failed"

        send_message_again(message, UserFactory())

        with pytest.raises(ValidationError, match="waits to leave already"):
            send_message_again(message, UserFactory())
        assert send_webhooks(way=peer.way) == 1


def test_a_message_of_an_address_that_was_ended_is_not_sent_again():
    webhook, _secret = released()
    message = WebhookMessage.objects.create(
        address=webhook, kind="reply.recorded", subject="1", state="failed"
    )
    revoke_credential(webhook, UserFactory(), "The contract ended.")

    with pytest.raises(ValidationError, match="was revoked already"):
        send_message_again(message, UserFactory())

    message.refresh_from_db()
    assert message.state == "failed"


def test_what_a_vanished_worker_left_is_sent_again(armed, tmp_path):
    with webhook_peer(tmp_path, 204) as peer:
        webhook, _secret = released(peer.url)
        ReplyFactory(invitation__edition=webhook.edition)
        announce_all()
        ends = timezone.now() + dt.timedelta(minutes=5)
        webhook.messages.update(state="sending", attempts=1, lease_ends_at=ends)
        assert send_webhooks(way=peer.way) == 0

        with later(minutes=6):
            assert send_webhooks(way=peer.way) == 1


def test_for_a_day_both_secrets_open_the_signature(armed, tmp_path):
    with webhook_peer(tmp_path, 204) as peer:
        webhook, earlier = released(peer.url)
        secret = rotate_secret(webhook, UserFactory())
        ReplyFactory(invitation__edition=webhook.edition)
        send_webhooks(way=peer.way)

        assert peer.read_by(secret) == peer.read_by(earlier)
        headers, _body = peer.told[0]
        assert len(headers["webhook-signature"].split()) == 2
    assert secret not in str(WebhookAddress.objects.values().get())


def test_a_secret_that_is_changed_twice_in_a_day_leaves_the_other_system_the_one_it_has(
    armed, tmp_path
):
    with webhook_peer(tmp_path, 204) as peer:
        webhook, given_out = released(peer.url)
        lost, secret = (rotate_secret(webhook, UserFactory()) for _press in range(2))
        ReplyFactory(invitation__edition=webhook.edition)
        send_webhooks(way=peer.way)

        assert peer.read_by(secret) == peer.read_by(lost) == peer.read_by(given_out)
        with later(hours=25):
            webhook.messages.update(state="waiting", not_before=timezone.now())
            send_webhooks(way=peer.way)
        assert len(peer.told[1][0]["webhook-signature"].split()) == 1


def test_a_secret_that_no_key_opens_any_more_can_be_changed(armed, settings, tmp_path):
    with webhook_peer(tmp_path, 204) as peer:
        webhook, _lost = released(peer.url)
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "of-another-year", []
        secret = rotate_secret(webhook, UserFactory())
        ReplyFactory(invitation__edition=webhook.edition)

        assert send_webhooks(way=peer.way) == 1
        assert peer.read_by(secret)


def test_under_a_new_key_both_secrets_are_closed_again_and_the_old_key_can_go(
    armed, settings, tmp_path
):
    with webhook_peer(tmp_path, 204) as peer:
        webhook, earlier = released(peer.url)
        secret = rotate_secret(webhook, UserFactory())
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "of-another-year"
        send_webhooks(way=peer.way)

        settings.SECRET_KEY_FALLBACKS = []
        ReplyFactory(invitation__edition=webhook.edition)
        send_webhooks(way=peer.way)

        assert peer.read_by(secret) == peer.read_by(earlier)


def test_a_secret_that_no_key_opens_is_told_at_its_messages(armed, settings, tmp_path):
    with webhook_peer(tmp_path, 204) as peer:
        webhook, _secret = released(peer.url)
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "of-another-year", ["of-none"]
        ReplyFactory(invitation__edition=webhook.edition)

        assert send_webhooks(way=peer.way) == 0

    assert webhook.messages.get().said == NO_KEY
    assert peer.told == []


# Where nothing goes


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.5", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::",
        "fec0::1", "feff::1", "3fff::1", "3fff:fff::1", "5f00::1", "100::1", "100:0:0:1::1",
        "64:ff9b:1::1", "2001:3::1", "2001:4:112::1", "2001:20::1", "2001:30::1", "2001:db8::1",
        "2620:4f:8000::1", "::7f00:1", "168.63.129.16", "192.0.0.1", "192.0.0.8", "192.0.0.9",
        "192.0.0.170", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1",
        "192.175.48.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1",
        "::ffff:168.63.129.16",
    ],
)  # fmt: skip
def test_no_address_that_is_not_public_is_told(address):
    assert is_refused(ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "192.0.1.1", "168.63.129.17", "2a00:1450:4001::1", "2606:4700::1"]
)
def test_public_addresses_are_told(address):
    assert not is_refused(ip_address(address))


def test_a_host_of_this_machine_is_refused_before_anything_is_sent(tmp_path):
    with webhook_peer(tmp_path, 204) as peer:
        for url in (peer.url, peer.url.replace("localhost", "127.0.0.1")):
            with pytest.raises(Undelivered, match="not public"):
                post(url, {}, "", Reach(is_refused, peer.way.context))

    assert peer.told == []


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "https://a:b@localhost/",
        "https://[x/",
        "https://localhost:x/",
        "file:///",
    ],
)
def test_what_is_not_of_https_alone_is_refused(url):
    with pytest.raises(Undelivered, match="https alone"):
        post(url, {}, "", public_peer())


def test_a_peer_whose_certificate_is_not_believed_is_told_nothing(tmp_path):
    with webhook_peer(tmp_path, 204) as peer:
        with pytest.raises(Undelivered, match="SSLCertVerificationError"):
            post(peer.url, {}, "", Reach(peer.way.refuses, ssl.create_default_context()))
        with pytest.raises(Undelivered, match="SSLCertVerificationError"):
            post(peer.url.replace("localhost", "127.0.0.1"), {}, "", peer.way)

    assert peer.told == []


def test_the_connection_goes_to_the_address_that_was_checked_whatever_the_name_says_then(tmp_path):
    host = "systems.example.org"
    with webhook_peer(tmp_path, 204, host=host) as peer:
        connection = PinnedConnection(host, peer.port, "127.0.0.1", peer.way.context)

        assert answered(connection, "/", {}, "{}") == 204
        with pytest.raises(Undelivered, match="no address"):
            post(f"https://{host}:{peer.port}/", {}, "", peer.way)


def test_a_peer_that_answers_bit_by_bit_is_left(tmp_path):
    with webhook_peer(tmp_path, 204, pauses=[0.1] * 50) as peer:
        began = time.monotonic()
        with pytest.raises(Undelivered, match="No answer"):
            post(peer.url, {}, "", peer.way._replace(within=0.5))

    assert time.monotonic() - began < 3


def test_an_address_beyond_ascii_is_a_failure_and_stops_no_other(armed, tmp_path):
    with webhook_peer(tmp_path, 204) as peer:
        odd, _secret = released(f"https://localhost:{peer.port}/é")
        other, _secret = released(peer.url, odd.edition)
        ReplyFactory(invitation__edition=odd.edition)

        assert send_webhooks(way=peer.way) == 1

    assert odd.messages.get().said == "No answer: UnicodeEncodeError."
    assert other.messages.get().state == "arrived"
