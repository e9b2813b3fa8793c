"""The pages of webhooks: the secret shown once, what went, and why nothing does."""

import logging
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from invitations.admin.list_columns import change_url, list_url
from invitations.models import WebhookAddress, WebhookMessage
from invitations.outbox.arming import arm
from invitations.outbox.webhooks.addresses import release_webhook
from invitations.outbox.webhooks.announcing import announce_all
from invitations.outbox.webhooks.sending import send_webhooks
from invitations.tests.desk import choose, signed_in
from invitations.tests.factories import EditionFactory, ReplyFactory, UserFactory
from invitations.tests.webhooks import made, released, webhook_peer

pytestmark = pytest.mark.django_db


@pytest.fixture
def armed(settings):
    settings.ARMING_KEY = arm()


def test_the_secret_is_shown_once_and_the_page_tells_what_went_and_what_did_not(
    armed, admin_client, tmp_path, caplog
):
    caplog.set_level(logging.DEBUG)
    words = {"edition": EditionFactory().pk, "called": "Badges"}
    add, messages = (
        reverse(f"admin:invitations_{name}")
        for name in ("webhookaddress_add", "webhookmessage_changelist")
    )
    plain = admin_client.post(add, {**words, "url": "http://systems.example.org/"})
    assert not WebhookAddress.objects.exists()
    assert 'value="Badges"' in plain.content.decode()

    with webhook_peer(tmp_path, 500, 204) as peer:
        page = admin_client.post(add, {**words, "url": peer.url}).content.decode()
        webhook = WebhookAddress.objects.get()
        release_webhook(webhook, UserFactory())
        ReplyFactory(invitation__edition=webhook.edition)
        send_webhooks(way=peer.way)

        told = admin_client.get(messages).content.decode()
        WebhookMessage.objects.update(state="failed")
        choose(admin_client, messages, "send_again", WebhookMessage.objects.get())
        send_webhooks(way=peer.way)

        secret = page.partition('id="secret"')[2].partition(">")[2].partition("<")[0]
        assert peer.read_by(secret)["type"] == "reply.recorded"
    assert "Answered 500." in told
    kept = admin_client.get(reverse("admin:invitations_webhookaddress_changelist"))
    assert secret not in kept.content.decode() + caplog.text


NOT_TOLD = "No other system is told anything while sending is not armed."


@pytest.mark.parametrize("place", ["a laptop", "a server"])
def test_the_pages_say_that_nothing_leaves_while_sending_is_not_armed(
    admin_client, settings, mail_folder, place
):
    if place == "a server":
        settings.MAILBOX = urlsplit("smtp://mail.example.org")
    webhook, _secret = released()
    ReplyFactory(invitation__edition=webhook.edition)
    announce_all()
    words = {"edition": webhook.edition.pk, "called": "Badges", "url": "https://one.example.org/"}
    add = reverse("admin:invitations_webhookaddress_add")
    pages = [
        *map(list_url, (WebhookAddress, WebhookMessage)),
        *map(change_url, (webhook, WebhookMessage.objects.get())),
        add,
    ]

    told = [admin_client.get(page) for page in pages] + [admin_client.post(add, words)]
    settings.ARMING_KEY = arm()
    armed = [admin_client.get(page) for page in pages]

    for page in told:
        assert NOT_TOLD in page.content.decode()
        assert page.content.decode().count("arm_sending") == 1
    assert not any(NOT_TOLD in page.content.decode() for page in armed)


def test_whoever_releases_an_address_sees_who_made_it_and_for_which_edition(client):
    webhook, _secret = made(by=UserFactory(username="fritz"))
    signed_in(client, "view_webhookaddress", "release_heldchange")

    page = choose(client, list_url(WebhookAddress), "release_selected", webhook).content.decode()

    assert "made by: fritz" in page
    assert f"edition: {webhook.edition}" in page
    assert webhook.url in page


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("https://user:secret@systems.example.org/told", "Leave out the user name and password"),
        ("https://user@systems.example.org/told", "Leave out the user name and password"),
        ("https://systems.example.org/téléphone", "Write the address as a browser sends it"),
    ],
)
def test_an_address_to_which_nothing_could_be_sent_is_refused_when_it_is_saved(
    admin_client, url, reason
):
    add = reverse("admin:invitations_webhookaddress_add")
    words = {"edition": EditionFactory().pk, "called": "Badges", "url": url}

    page = admin_client.post(add, words).content.decode()

    assert reason in page
    assert 'value="Badges"' in page
    assert not WebhookAddress.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_take_as_many_queries_for_three_rows_as_for_one(
    rows, admin_client, django_assert_num_queries
):
    webhooks = [released()[0] for _row in range(rows)]
    for webhook in webhooks:
        ReplyFactory(invitation__edition=webhook.edition)
    announce_all()

    for model, queries in ((WebhookAddress, 7), (WebhookMessage, 7)):
        admin_client.get(list_url(model))
        with django_assert_num_queries(queries):
            assert admin_client.get(list_url(model)).status_code == 200


@pytest.mark.parametrize(("may_send", "reads_only"), [(True, False), (False, True)])
def test_who_may_send_a_message_again_is_not_told_that_they_only_read(client, may_send, reads_only):
    rights = ["change_webhookaddress"] if may_send else []
    signed_in(client, "view_webhookmessage", *rights)

    page = client.get(list_url(WebhookMessage)).content.decode()

    assert ("You may read this page, and change nothing on it." in page) == reads_only
