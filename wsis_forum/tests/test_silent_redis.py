"""A Redis that takes a connection and never answers, or an address that answers nothing at all."""

import socket
from contextlib import ExitStack, suppress
from time import monotonic

import pytest
from django.core.cache import cache, caches
from django.urls import reverse

from invitations.times.jobs import Job, begin_soon
from wsis_forum import backends, env
from wsis_forum.celery import app
from wsis_forum.tests.staff.people import (
    AGAIN,
    CODE,
    code,
    may_enter,
    member,
    type_code,
    type_password,
)

# Redis' client by itself waits for five, and the broker's for ever.
SOON = 4  # seconds


@pytest.fixture(params=["silent", "unreachable"])
def peer(request):
    """A port at which nobody answers; where its queue is full, no connection is taken either."""
    with ExitStack() as opened:
        server = opened.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        server.setblocking(False)
        for _caller in range(2 if request.param == "unreachable" else 0):
            caller = opened.enter_context(socket.socket())
            caller.setblocking(False)
            with suppress(BlockingIOError):
                caller.connect(server.getsockname())
        yield server


@pytest.fixture
def redis(peer, settings):
    url = f"redis://127.0.0.1:{peer.getsockname()[1]}/0"
    settings.CACHES = settings.CACHES | {"default": env.cache(url, "")}
    return url


@pytest.fixture
def redis_away(settings):
    settings.CACHES = settings.CACHES | {"default": env.cache("redis://127.0.0.1:1/0", "")}


@pytest.mark.django_db
@pytest.mark.usefixtures("redis")
def test_wrong_codes_wait_once_for_a_redis_that_never_answers(client):
    began = monotonic()
    told = [client.post(reverse("office:code"), {"code": "abcd-efgh-jkmn"}) for _try in range(3)]

    assert [page.status_code for page in told] == [200] * 3
    assert "This code opens nothing" in told[-1].text
    assert monotonic() - began < SOON


@pytest.mark.django_db
@pytest.mark.usefixtures("redis_away")
def test_staff_sign_in_without_redis(client):
    member()

    type_password(client)
    type_code(client, code())

    assert may_enter(client)


@pytest.mark.django_db
@pytest.mark.usefixtures("redis_away")
@pytest.mark.parametrize("page", [CODE, AGAIN])
def test_a_code_that_was_used_opens_nothing_again_without_redis(client, page):
    member()
    used = code()
    type_password(client)
    type_code(client, used)
    # Another process, and one that began with Redis, know nothing of it by their caches.
    caches["template_fragments"].clear()
    if page == CODE:
        client.logout()
        type_password(client)

    again = client.post(page, {"code": used})

    assert again.status_code == 200
    assert again.context["form"].has_error("code", "incorrect_code")
    assert client.post(page, {"code": code(later=1)}).status_code == 302


def test_what_asks_a_worker_to_begin_waits_for_no_broker(redis, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_write_url", redis)
    began = monotonic()

    begin_soon(Job.COMPOSE_PLANNED, workers=3)

    assert monotonic() - began < SOON


def test_a_cache_that_comes_back_is_asked_again(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(backends, "ASKED_AGAIN_AFTER", 0)
    folder = tmp_path / "cache"
    settings.CACHES = settings.CACHES | {"default": env.cache("", folder)}
    cache.clear()
    folder.rmdir()
    folder.write_text("No file can be made in it.")

    cache.set("kept", "by itself")
    meanwhile = cache.get("kept")
    folder.unlink()

    assert (meanwhile, cache.get("kept")) == ("by itself", None)
