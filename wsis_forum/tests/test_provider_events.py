"""What a mail provider tells: taken with its signature, refused without."""

import base64
import hashlib
import hmac
import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError
from django.urls import include, path

from invitations.inbox import bounces
from invitations.mail.transport import return_path
from invitations.models import Bounce, JobError
from invitations.tests.factories import DeliveryFactory
from wsis_forum import env
from wsis_forum.provider_events import webhook_patterns

urlpatterns = [
    path("hooks/", include(webhook_patterns("mailgun"))),
    path("hooks/", include(webhook_patterns("postmark"))),
    path("hooks/", include(webhook_patterns("mailjet"))),
    path("", include("wsis_forum.urls")),
]
KEY = "key-of-the-tests-alone"
TOKEN = "abcd2345efgh6789"
MAILGUN, POSTMARK = "/hooks/mailgun/tracking/", "/hooks/postmark/tracking/"

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def configured(settings):
    settings.ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY}


@pytest.fixture
def delivery():
    return DeliveryFactory(
        letter__message_id="<letter-1@forum.example.org>",
        address="office@example.org",
        arrived=True,
        envelope=TOKEN,
    )


def event(name="failed", *, sender="", ident="token-1", key=KEY, **more):
    """An event as Mailgun posts it; a person's server refused the mail, unless said otherwise."""
    signed = hmac.new(key.encode(), f"1800000000{ident}".encode(), hashlib.sha256).hexdigest()
    return {
        "signature": {"timestamp": "1800000000", "token": ident, "signature": signed},
        "event-data": {
            "event": name,
            "timestamp": 1800000000.1,
            "recipient": "office@example.org",
            "envelope": {"sender": sender, "targets": "office@example.org"},
            "message": {"headers": {"message-id": "letter-1@forum.example.org"}},
            "delivery-status": {"message": "550 no such mailbox", "code": 550},
            **more,
        },
    }


def post(client, event, place=MAILGUN):
    return client.post(place, json.dumps(event), content_type="application/json")


def state_of(delivery):
    delivery.refresh_from_db()
    return delivery.state


def test_a_signed_refusal_bounces_the_delivery_with_the_servers_words(client, delivery):
    assert post(client, event(severity="permanent")).status_code == 200

    assert (state_of(delivery), delivery.server_words) == ("bounced", "550 no such mailbox")
    assert Bounce.objects.get().kind == "hard"


@pytest.mark.parametrize("key", ["", "key-of-somebody-else"])
def test_a_forged_signature_is_refused_and_changes_nothing(client, delivery, key):
    assert post(client, event(key=key)).status_code == 400

    assert state_of(delivery) == "handed_over"
    assert not Bounce.objects.exists()


def test_a_signature_of_another_event_is_refused(client, delivery):
    forged = event()
    forged["signature"]["token"] = "token-2"

    assert post(client, forged).status_code == 400


def test_the_same_event_again_changes_nothing(client, delivery):
    post(client, event())
    post(client, event())

    assert (Bounce.objects.count(), delivery.events.count()) == (1, 1)


def test_a_delay_is_an_event_alone(client, delivery):
    post(client, event(severity="temporary"))

    assert (state_of(delivery), Bounce.objects.get().kind) == ("handed_over", "delayed")
    assert delivery.events.get().reason == "delayed on its way"


def test_a_provider_that_refuses_to_send_has_bounced_the_delivery(client, delivery):
    post(client, event("rejected", reject={"reason": "on our list"}))

    assert state_of(delivery) == "bounced"


def test_a_delivery_to_the_offices_server_is_noted_once(client, delivery):
    post(client, event("delivered", ident="token-1"))
    post(client, event("delivered", ident="token-2"))

    assert state_of(delivery) == "handed_over"
    assert delivery.events.get().reason == "taken by the addressee’s mail server"


@pytest.mark.parametrize("name", ["opened", "clicked", "complained", "unsubscribed"])
def test_what_the_addressee_does_is_not_followed(client, delivery, name):
    assert post(client, event(name)).status_code == 200

    assert not Bounce.objects.exists()
    assert not delivery.events.exists()


def test_the_envelope_names_the_delivery_where_the_provider_repeats_it(client, delivery):
    told = event(sender=return_path(TOKEN), message={"headers": {}}, recipient="x@example.net")

    post(client, told)

    assert state_of(delivery) == "bounced"


def test_an_event_of_another_sender_is_kept_for_staff(client):
    post(client, event())

    assert Bounce.objects.get().delivery is None


def test_a_provider_that_does_not_sign_brings_the_secret(client, delivery, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": "forum:of-the-tests-alone"}
    told = {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 4,
        "MessageID": "letter-1@forum.example.org",
        "Email": "office@example.org",
        "Details": "550 no such mailbox",
        "BouncedAt": "2027-03-01T09:00:00Z",
    }
    secret = base64.b64encode(b"forum:of-the-tests-alone").decode()

    assert post(client, told, POSTMARK).status_code == 400
    assert not Bounce.objects.exists()
    right = {"HTTP_AUTHORIZATION": f"Basic {secret}"}
    client.post(POSTMARK, json.dumps(told), content_type="application/json", **right)
    assert Bounce.objects.get().kind == "hard"


# What cannot be read

MAILJET = "/hooks/mailjet/tracking/"
DEEP = "[" * 100_000


@pytest.fixture
def unsigned(client, settings):
    """Post to a provider that brings the secret and does not sign."""
    settings.ANYMAIL = {"WEBHOOK_SECRET": "forum:of-the-tests-alone"}
    secret = base64.b64encode(b"forum:of-the-tests-alone").decode()
    right = {"HTTP_AUTHORIZATION": f"Basic {secret}"}

    def post_it(body):
        content = body if isinstance(body, str) else json.dumps(body)
        return client.post(MAILJET, content, content_type="application/json", **right)

    return post_it


def refused(**words):
    return {
        "event": "bounce",
        "email": "office@example.org",
        "MessageID": "<letter-1@forum.example.org>",
        "smtp_reply": "550 no such mailbox",
        "time": 1800000000,
    } | words


@pytest.mark.parametrize("body", [DEEP, '{"a":1}', '[1,"x",null]', "", "\0", '"x"', "7"])
def test_what_is_no_event_is_refused_and_stands_on_the_desk(unsigned, body, caplog):
    assert unsigned(body).status_code == 400

    job_error = JobError.objects.get()
    assert (job_error.job, job_error.item) == ("hooks", "Mailjet")
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("body", [DEEP, "[1]", '{"signature": [1]}', '{"signature": 7}'])
def test_what_nobody_signed_is_refused_without_a_word(client, body):
    assert client.post(MAILGUN, body, content_type="application/json").status_code == 400

    assert not JobError.objects.exists()


def test_an_event_that_cannot_be_read_loses_none_beside_it(unsigned, delivery):
    answer = unsigned([1, refused(), "x", refused(time="soon"), None])

    assert answer.status_code == 200
    assert (state_of(delivery), delivery.server_words) == ("bounced", "550 no such mailbox")
    assert JobError.objects.get().attempts == 4


def test_an_event_that_cannot_be_recorded_loses_none_beside_it(unsigned, delivery, monkeypatch):
    clean = bounces.clean_text

    def stumble(text):
        if "Tarlenheim" in text:
            raise ValueError(text)
        return clean(text)

    monkeypatch.setattr(bounces, "clean_text", stumble)

    unsigned([refused(smtp_reply="Fritz von Tarlenheim"), refused()])

    assert state_of(delivery) == "bounced"
    assert JobError.objects.get().reason.startswith("ValueError in ")


def test_where_the_database_is_away_the_provider_tries_again(unsigned, monkeypatch):
    def lost(*args):
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(bounces, "delivery_of", lost)

    with pytest.raises(OperationalError):
        unsigned([refused()])


# Which addresses are open


def test_without_a_provider_no_address_is_open():
    assert webhook_patterns("") == []


@pytest.mark.parametrize("provider", [*env.SIGNING_KEYS, *env.UNSIGNING])
def test_a_provider_has_one_place_to_tell_events_and_none_to_bring_mail(provider):
    paths = [str(place.pattern) for place in webhook_patterns(provider)]

    assert paths == [f"{provider}/tracking/"]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"MAIL_PROVIDER": "pigeon"}, "MAIL_PROVIDER must be one of"),
        ({"MAIL_PROVIDER": "mailgun"}, "Set ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY"),
        ({"MAIL_PROVIDER": "postmark"}, "Set ANYMAIL_WEBHOOK_SECRET to user:password"),
        ({"MAIL_PROVIDER": "postmark", "ANYMAIL_WEBHOOK_SECRET": "x"}, "to user:password"),
    ],
)
def test_a_place_that_would_take_what_anybody_says_is_not_opened(monkeypatch, variables, said):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=said):
        env.provider_events()


def test_the_keys_of_a_provider_come_from_the_environment(monkeypatch, tmp_path):
    key = tmp_path / "key"
    key.write_text(f"{KEY}\n")
    monkeypatch.setenv("MAIL_PROVIDER", "mailgun")
    monkeypatch.setenv("ANYMAIL_MAILGUN_WEBHOOK_SIGNING_KEY_FILE", str(key))

    assert env.provider_events() == ("mailgun", {"MAILGUN_WEBHOOK_SIGNING_KEY": KEY})
