"""No log holds what opens an office's page: here the programs themselves write one."""

import json
import logging
import re
import secrets
import urllib.error
import urllib.request
from contextlib import ExitStack
from urllib.parse import quote

import pytest
from django.conf import settings

from delegations.tokens import PREFIX
from invitations.links import (
    ALPHABET,
    CODE_ALPHABET,
    CODE_LENGTH,
    TOKEN_LENGTH,
    grouped_code,
    random_signs,
)
from invitations.outbox.webhooks.signing import new_secret
from invitations.text.masking import mask_keys
from scripts.peers.ports import free_port
from wsis_forum.logs import WithoutTokens, masked, settings_of_logging
from wsis_forum.tests.running import started, wait_for

TOKEN = "kwfdud8qt7e8nyrk8ktv5"

LEAKY = f"""
import logging
from celery.signals import worker_ready
from celery.utils.log import get_task_logger
from wsis_forum.celery import app

@app.task
def leak():
    get_task_logger("leaky").warning("A task opens /r/{TOKEN}/")
    logging.getLogger("invitations").info("A rule opens %s", "/r/{TOKEN}/")
    logging.getLogger().warning("Anybody opens /r/{TOKEN}/")
    raise RuntimeError("Fell over /r/{TOKEN}/")

@worker_ready.connect
def ask(**kwargs):
    leak.delay()
"""


@pytest.mark.parametrize(
    "text",
    [
        "/r/{}/",
        "/r/{}",
        "/r/{}/?x=1",
        "Not Found: /r/{}/",
        '"GET /r/{} HTTP/1.1" 404',
        '{{"path": "/r/{}"}}',
        "next=%2Fr%2F{}%2F",
        "https://forum.example.org/r/{}/.",
        "DETAIL:  Key (token)=({}) already exists.",
        "WHERE token = '{}' LIMIT 21",
    ],
)
def test_token_of_a_reply_link_is_masked_wherever_it_stands(text):
    for token in (TOKEN, random_signs(TOKEN_LENGTH, ALPHABET)):
        assert token not in mask_keys(text.format(token))
        assert "…" in mask_keys(text.format(token))


def test_code_of_a_letter_is_masked_as_it_is_printed_and_as_it_is_kept():
    for _each in range(100):
        code = random_signs(CODE_LENGTH, CODE_ALPHABET)
        typed = [grouped_code(code, joined) for joined in ("", "-", " ", "\u2011", "–")]
        for written in (*typed, grouped_code(code).upper()):
            assert mask_keys(f"typed {written}, not found") == "typed …, not found"


@pytest.mark.parametrize(
    "text",
    ["Bearer {}", "token={}&x=1", "'{}'", '{{"authorization": "Bearer {}"}}', "x{}."],
)
def test_what_other_systems_bring_and_sign_with_is_masked(text):
    for _each in range(20):
        token, secret = PREFIX + secrets.token_urlsafe(32), new_secret()
        for words in (token, secret, quote(secret, safe="")):
            assert words[6:] not in mask_keys(text.format(words))
            assert "…" in mask_keys(text.format(words))


def test_names_of_our_own_modules_and_figures_are_not_masked():
    for name in ("wsis_forum.staff.middleware", "wsis_forum_oldest_due_seconds", "whsec_ is it"):
        assert mask_keys(f"In {name}, line 4") == f"In {name}, line 4"


def test_the_hour_of_an_entry_says_how_far_it_is_from_utc():
    formatters = (handler.formatter for handler in logging.getLogger().handlers)
    formatter = next(one for one in formatters if isinstance(one, WithoutTokens))
    entry = logging.makeLogRecord({"msg": "A word.", "levelname": "INFO", "name": "invitations"})

    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} INFO", formatter.format(entry))


@pytest.mark.parametrize(
    "line",
    [
        "Key (email)=(flavia.elphberg@mfa.example.org) already exists.",
        "550 5.1.1 <flavia.elphberg@mfa.example.org>: unknown",
        "Not Found: /check/flavia.elphberg%40mfa.example.org",
        "mailto:flavia.elphberg+forum@mfa.example.org, twice",
        "smtp://flavia.elphberg:hush@mfa.example.org:587",
    ],
)
def test_an_address_is_masked_wherever_it_stands(line):
    assert not re.search(r"flavia|elphberg|hush|mfa", masked(line))
    assert "…" in masked(line)


@pytest.mark.parametrize(
    "line",
    [
        "2027-02-10 09:00:00,123 WARNING django.request Not Found: /robots.txt",
        "Task invitations.tasks.compose_planned[3f2a8c1e-5b7d-4e9f-8a6b-2c4d6e8f9a1b] succeeded",
        "letters/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.pdf",
        "<1731234567.4.wsis-2027@forum.example.org> 250 2.0.0 Ok: queued as 4F7D22A0B",
        "Strč prst skrz krk; rhythms, crypts and nymphs; http, https, ssh",
    ],
)
def test_other_words_are_logged_as_they_are(line):
    assert masked(line) == line


def test_traceback_and_stack_are_masked_with_the_message():
    fell = (ValueError, ValueError(f"no such link: /r/{TOKEN}/"), None)
    record = logging.LogRecord("x", 40, "", 1, "at %s", (f"/r/{TOKEN}",), fell)
    record.stack_info = f"Stack: open('/r/{TOKEN}/')"

    told = WithoutTokens().format(record)

    assert TOKEN not in told
    assert told.count("/r/…") == 3
    assert "ValueError: no such link" in told


def test_every_handler_of_the_site_masks():
    handlers = [*logging.getLogger().handlers, *logging.getLogger("django.server").handlers]
    formatters = [
        *settings_of_logging(as_json=True)["formatters"].values(),
        *settings.LOGGING["formatters"].values(),
    ]

    masking = ["wsis_forum.logs.JSONWithoutTokens", "wsis_forum.logs.WithoutTokens"]
    assert [each["class"] for each in formatters] == masking
    assert "mail_admins" not in str([handler.name for handler in handlers])


@pytest.mark.program
def test_gunicorn_logs_neither_request_nor_referer_with_a_token(tmp_path):
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    command = ("-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--access-logfile", "-",
               "--no-control-socket", "wsis_forum.wsgi")  # fmt: skip
    with started(tmp_path, *command) as (process, log):
        wait_for("Booting worker", process, log)
        for path, referer in ((f"/r/{TOKEN}/", ""), ("/healthz", f"{site}/r/{TOKEN}/")):
            request = urllib.request.Request(site + path, headers={"Referer": referer})
            with pytest.raises(urllib.error.HTTPError):
                urllib.request.urlopen(request, timeout=60)
        wait_for("/healthz HTTP", process, log)

    told = log.read_text()
    assert TOKEN not in told
    assert '"GET /r/…/ HTTP/1.1" 500' in told
    assert re.search(rf"GET /healthz .*{site}/r/…", told)
    assert "Error handling request GET /r/…/" in told
    assert "Traceback" in told


@pytest.mark.program
def test_celery_worker_logs_no_token_in_a_message_or_a_traceback(tmp_path):
    """To the screen, to a file of its own, and as JSON: all start and stop at the same time."""
    with ExitStack() as both:
        logs = [leaking(both, tmp_path / name, name) for name in ("log", "worker.log", "json.log")]
        for process, log in logs:
            wait_for("RuntimeError: Fell over", process, log)

    for _process, log in logs:
        told = log.read_text()
        assert TOKEN not in told
        assert told.count("A task opens") == 1
        for words in ("A task opens", "A rule opens", "Anybody opens", "Fell over"):
            assert f"{words} /r/…/" in told
    for _process, log in logs[:2]:
        entry = r"^\d{4}-\d\d-\d\dT\S+ ERROR celery\.app\.trace .* \[job=leak job_id=\S+\]$"
        assert re.search(entry, log.read_text(), re.MULTILINE)
    entries = [json.loads(line) for line in logs[2][1].read_text().splitlines()]
    (job_id,) = {entry["job_id"] for entry in entries if entry.get("job") == "leak"}
    assert re.fullmatch(r"[0-9a-f-]{36}", job_id)
    assert len([entry for entry in entries if entry.get("job_id")]) == 4


def leaking(running, folder, name):
    """A worker that gives itself a task which tells a token, and its log."""
    folder.mkdir()
    (folder / "leaky.py").write_text(LEAKY)
    worker = ("-m", "celery", "-A", "leaky", "worker", "--concurrency", "1",
              "--without-gossip", "--without-mingle", "--loglevel", "INFO")  # fmt: skip
    if name != "log":
        worker += ("--logfile", str(folder / name))
    as_json = {"LOG_JSON": "True"} if name == "json.log" else {}
    process, _stderr = running.enter_context(started(folder, *worker, **as_json))
    return process, folder / name


@pytest.mark.program
def test_what_ends_a_program_is_told_without_a_token(tmp_path):
    words = f"import wsis_forum; raise SystemError('/r/{TOKEN}/')"
    with started(tmp_path, "-c", words) as (process, log):
        assert process.wait(timeout=60) == 1

    assert "SystemError: /r/…/" in log.read_text()
    assert TOKEN not in log.read_text()
