"""No log holds what opens an office's page: here the programs themselves write one."""

import logging
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager

import pytest
from django.conf import settings

from invitations.links import (
    ALPHABET,
    CODE_ALPHABET,
    CODE_LENGTH,
    TOKEN_LENGTH,
    grouped_code,
    random_signs,
)
from invitations.text.keys import mask_keys
from scripts.peers.ports import free_port
from wsis_forum.logs import WithoutTokens

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


def test_the_hour_of_an_entry_says_how_far_it_is_from_utc():
    formatters = (handler.formatter for handler in logging.getLogger().handlers)
    formatter = next(one for one in formatters if isinstance(one, WithoutTokens))
    entry = logging.makeLogRecord({"msg": "A word.", "levelname": "INFO", "name": "invitations"})

    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} INFO", formatter.format(entry))


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
    assert mask_keys(line) == line


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
    formatters = settings.LOGGING["formatters"].values()

    assert {each["class"] for each in formatters} == {"wsis_forum.logs.WithoutTokens"}
    assert "mail_admins" not in str([handler.name for handler in handlers])


@contextmanager
def started(tmp_path, *command):
    """A program of this deployment on a folder of its own, and the log it writes."""
    environment = {name: text for name, text in os.environ.items() if name != "REDIS_URL"} | {
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3",
        "PYTHONPATH": f"{tmp_path}:{settings.BASE_DIR}",
    }
    for folder in ("broker", "static"):
        (tmp_path / folder).mkdir(exist_ok=True)
    log = tmp_path / "log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            env=environment, cwd=settings.BASE_DIR, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        yield process, log
    finally:
        process.terminate()
        process.wait(timeout=30)


def wait_for(words, process, log, seconds=60):
    stop_at = time.monotonic() + seconds
    while not log.exists() or words not in log.read_text():
        assert process.poll() is None, log
        assert time.monotonic() < stop_at, log
        time.sleep(0.1)


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


def test_celery_worker_logs_no_token_in_a_message_or_a_traceback(tmp_path):
    """To the screen and to a file of its own: both workers start and stop at the same time."""
    with ExitStack() as both:
        logs = [leaking(both, tmp_path / name, name) for name in ("log", "worker.log")]
        for process, log in logs:
            wait_for("RuntimeError: Fell over", process, log)

    for _process, log in logs:
        told = log.read_text()
        assert TOKEN not in told
        for words in ("A task opens", "A rule opens", "Anybody opens", "Fell over"):
            assert f"{words} /r/…/" in told
        assert re.search(r"^\d{4}-\d\d-\d\dT\S+ ERROR celery\.app\.trace ", told, re.MULTILINE)
        assert told.count("A task opens") == 1


def leaking(running, folder, name):
    """A worker that gives itself a task which tells a token, and its log."""
    folder.mkdir()
    (folder / "leaky.py").write_text(LEAKY)
    worker = ("-m", "celery", "-A", "leaky", "worker", "--concurrency", "1",
              "--without-gossip", "--without-mingle", "--loglevel", "INFO")  # fmt: skip
    if name != "log":
        worker += ("--logfile", str(folder / name))
    process, _stderr = running.enter_context(started(folder, *worker))
    return process, folder / name


def test_what_ends_a_program_is_told_without_a_token(tmp_path):
    words = f"import wsis_forum; raise SystemError('/r/{TOKEN}/')"
    with started(tmp_path, "-c", words) as (process, log):
        assert process.wait(timeout=60) == 1

    assert "SystemError: /r/…/" in log.read_text()
    assert TOKEN not in log.read_text()
