"""Each entry of the log names the request it came of, and nothing that a visitor typed in."""

import io
import json
import logging
import re
import urllib.error
import urllib.request
from contextlib import contextmanager

import pytest

from scripts.peers.ports import free_port
from wsis_forum.logs import HOUR, LINE, JSONWithoutTokens, WithoutTokens, request_id
from wsis_forum.tests.running import started, wait_for

pytestmark = pytest.mark.django_db

GIVEN = "0f3e9a4c5b6d7e8f0a1b2c3d4e5f6a7b"
TOKEN = "kwfdud8qt7e8nyrk8ktv5"
HOSTILE = (
    f"/nowhere/r/{TOKEN}/",
    f"/nowhere/{TOKEN}",
    "/%0A2027-02-10T09:00:00+0000 ERROR django Forged",
    "/flavia.elphberg@mfa.example.org/",
    '/"},{"level":"CRITICAL","message":"forged/',
    "/%E2%80%AEforged/?name=Flavia%20Elphberg",
)


@contextmanager
def written(formatter):
    """What the site writes meanwhile, by this formatter."""
    handler, root = logging.StreamHandler(io.StringIO()), logging.getLogger()
    handler.setFormatter(formatter(LINE, HOUR, "{"))
    root.addHandler(handler)
    try:
        yield handler.stream
    finally:
        root.removeHandler(handler)


# The name


def test_each_answer_names_its_request(client):
    names = {client.get("/robots.txt")["X-Request-ID"] for _number in range(3)}

    assert len(names) == 3
    assert all(re.fullmatch("[0-9a-f]{32}", name) for name in names)
    assert request_id.get() == ""


@pytest.mark.parametrize(("proxies", "is_taken"), [(0, False), (1, True)])
def test_a_name_is_taken_from_a_proxy_of_ours_alone(client, settings, proxies, is_taken):
    settings.PROXIES = proxies

    answer = client.get("/robots.txt", headers={"X-Request-ID": GIVEN})

    assert (answer["X-Request-ID"] == GIVEN) is is_taken


@pytest.mark.parametrize(
    "given", [TOKEN, "", "a", GIVEN.upper(), f"{GIVEN}0", f"{GIVEN} x", "flavia@example.org"]
)
def test_a_name_that_no_proxy_makes_is_not_taken(client, settings, given):
    settings.PROXIES = 1

    assert client.get("/robots.txt", headers={"X-Request-ID": given})["X-Request-ID"] != given


# The entries


def test_an_entry_of_json_tells_what_it_came_of_and_nothing_else(client):
    with written(JSONWithoutTokens) as log:
        answer = client.get("/nowhere/?name=Flavia")

    (entry,) = map(json.loads, log.getvalue().splitlines())
    assert entry.pop("time")
    assert entry == {
        "level": "WARNING",
        "logger": "django.request",
        "message": "Not Found: /nowhere/",
        "request": answer["X-Request-ID"],
        "status_code": "404",
    }


@pytest.mark.parametrize("formatter", [JSONWithoutTokens, WithoutTokens])
def test_no_address_that_is_asked_for_forges_an_entry_or_gets_into_one(client, formatter):
    with written(formatter) as log:
        for address in HOSTILE:
            assert client.get(address).status_code == 404

    lines = log.getvalue().splitlines()
    assert len(lines) == len(HOSTILE)
    assert not re.search(rf"{TOKEN}|elphberg|Flavia|mfa\.example", log.getvalue())
    for line in lines:
        told = json.loads(line) if formatter is JSONWithoutTokens else line
        assert "Not Found: " in (told["message"] if isinstance(told, dict) else told)


@pytest.mark.parametrize("formatter", [JSONWithoutTokens, WithoutTokens])
def test_the_letter_is_told_beside_the_words_and_what_else_is_given_is_not(formatter):
    more = {"letter": 5, "delivery": 7, "minister": "Flavia Elphberg", "request": "GET /r/x/"}

    with written(formatter) as log:
        logging.getLogger("invitations").error("Delivery %s stays.\nForged", 7, extra=more)

    told = log.getvalue()
    assert "Elphberg" not in told
    assert "GET" not in told
    if formatter is JSONWithoutTokens:
        assert json.loads(told)["letter"] == "5"
        assert told.count("\n") == 1
    else:
        assert "[letter=5 delivery=7]" in told


@pytest.mark.program
def test_gunicorn_writes_json_too(tmp_path):
    port = free_port()
    command = ("-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--access-logfile", "-",
               "--no-control-socket", "wsis_forum.wsgi")  # fmt: skip
    with started(tmp_path, *command, LOG_JSON="True", PROXIES="1") as (process, log):
        wait_for("Booting worker", process, log)
        for path in (f"/r/{TOKEN}/", "/healthz"):
            asked = urllib.request.Request(
                f"http://127.0.0.1:{port}{path}", headers={"X-Request-ID": GIVEN}
            )
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(asked, timeout=60)
            refused.value.close()
        wait_for("GET /healthz HTTP/1.1", process, log)

    entries = [json.loads(line) for line in log.read_text().splitlines()]
    assert TOKEN not in log.read_text()
    assert refused.value.headers["X-Request-ID"] == GIVEN
    assert {"gunicorn.error", "gunicorn.access", "django.request"} <= {e["logger"] for e in entries}
    assert {entry["request"] for entry in entries if entry["logger"] == "django.request"} == {GIVEN}
    assert any("OperationalError" in entry.get("exc_info", "") for entry in entries)
