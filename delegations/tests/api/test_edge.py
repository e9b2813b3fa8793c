"""What holds for each address of the API, whoever asks and however."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from delegations.api import published
from delegations.office import throttle
from delegations.tests.api.published import OF_EDITION, V1
from invitations.tests.factories import UserFactory

pytestmark = pytest.mark.django_db

STATES = f"{V1}/states"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("address", [STATES, f"{V1}/openapi.json", "/api/", f"{V1}/no"])
def test_the_api_is_only_read(client, method, address):
    answer = getattr(client, method)(address)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert "only read" in answer.json()["detail"]


def test_options_says_how_it_is_read_and_head_says_how_much_there_is(client):
    asked, whole = client.options(STATES), client.get(STATES)
    head = client.head(STATES)

    assert (asked.status_code, asked["Allow"], asked.content) == (204, "GET, HEAD, OPTIONS", b"")
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(len(whole.content))
    assert head["ETag"] == whole["ETag"]


def test_what_somebody_has_already_is_not_sent_again(client, edition):
    first = client.get(OF_EDITION)

    again = client.get(OF_EDITION, headers={"if-none-match": first["ETag"]})
    type(edition).objects.update(website="https://new.example.org")
    changed = client.get(OF_EDITION, headers={"if-none-match": first["ETag"]})

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert changed.status_code == 200
    assert first["Cache-Control"] == "no-cache, public"


@pytest.mark.parametrize(
    "address", ["/api/", "/api/v1", "/api/v1/", "/api/v2/states", f"{V1}/states/", f"{V1}/%ff"]
)
def test_an_address_that_is_not_there_answers_in_a_sentence(client, address):
    answer = client.get(address)

    assert answer.status_code == 404
    assert "/api/v1/openapi.json" in answer.json()["detail"]


@pytest.mark.parametrize("address", [f"{V1}/editions/%00", f"{STATES}?after=%00"])
def test_a_nul_in_the_address_is_refused_in_a_sentence(client, address):
    answer = client.get(address)

    assert answer.status_code == 404
    assert "NUL" in answer.json()["detail"]


def test_a_fault_of_ours_is_noted_and_answered_in_a_sentence(client, monkeypatch, caplog):
    monkeypatch.setattr(published, "part_of", None)
    caplog.set_level(logging.ERROR, "django.request")

    answer = client.get(STATES)

    assert answer.status_code == 500
    assert "fault is ours" in answer.json()["detail"]
    assert "Fault at /api/v1/states" in caplog.text


@pytest.mark.parametrize("query", ["limt=1", "limit=1&limit=2", "after=RA&page=2"])
def test_a_word_that_is_not_asked_for_is_refused_in_a_sentence(client, query):
    answer = client.get(f"{STATES}?{query}")

    assert answer.status_code == 422
    assert "Only after and limit" in answer.json()["detail"]


# Cookies


def test_a_session_of_staff_opens_nothing_and_is_not_even_looked_for(django_assert_num_queries):
    client = Client()
    client.force_login(UserFactory(is_superuser=True))

    with django_assert_num_queries(0):
        answer = client.get(f"{V1}/openapi.json")
    assert client.get(STATES).cookies == {}
    assert "Cookie" not in answer["Vary"]
    assert client.get(reverse("admin:index")).status_code == 200


# Calls


def test_who_calls_too_often_waits_and_is_told_how_long(client, monkeypatch):
    monkeypatch.setattr(throttle, "CALLS_FROM_ONE", 2)
    assert [client.get(STATES).status_code for _call in range(2)] == [200, 200]

    answer = client.get(STATES)

    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= throttle.WINDOW
    assert "Retry-After" in answer.json()["detail"]
    assert client.get(STATES, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_calls_and_wrong_codes_are_counted_apart(client, monkeypatch):
    monkeypatch.setattr(throttle, "CALLS_FROM_ONE", 0)
    assert client.get(STATES).status_code == 429

    assert throttle.count_wrong("code", "127.0.0.1") == 0


# Browsers


def test_pages_of_sites_that_are_named_read_the_api_in_browsers_and_nothing_else(client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://www.example.org"]
    named = {"origin": "https://www.example.org"}

    answer = client.get(STATES, headers=named)
    asked = client.options(
        STATES, headers={**named, "access-control-request-method": "GET"}
    )  # fmt: skip

    assert answer["Access-Control-Allow-Origin"] == "https://www.example.org"
    assert answer["Access-Control-Expose-Headers"] == "ETag, Retry-After"
    assert "Access-Control-Allow-Credentials" not in answer
    assert asked["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "Access-Control-Allow-Origin" not in client.get("/", headers=named)
    other = client.get(STATES, headers={"origin": "https://elsewhere.example.org"})
    assert "Access-Control-Allow-Origin" not in other


def test_a_refusal_is_read_by_those_pages_too(client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://www.example.org"]

    answer = client.post(STATES, headers={"origin": "https://www.example.org"})

    assert answer.status_code == 405
    assert answer["Access-Control-Allow-Origin"] == "https://www.example.org"


# TLS


def test_who_asks_without_tls_is_refused_and_not_led_on(client, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(STATES).status_code == 403
    assert "https" in client.get(STATES).json()["detail"]
    assert client.get(STATES, secure=True).status_code == 200
