"""A database that takes each question and answers none, behind a proxy that stays open."""

import socket
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest
from django.db import connection

from delegations.tests.offices import invited
from invitations.tests.databases import address_of
from scripts.peers.ports import free_port
from wsis_forum.tests.running import said_by, started, wait_for

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has no server: set DATABASE_URL."
)
PATIENCE = 20  # seconds
SHOWN = """
import django; django.setup(); {before}
from django.db import connection as c
with c.cursor() as cursor:
    for name in ("statement_timeout", "lock_timeout"):
        cursor.execute(f"SHOW {{name}}"); print(cursor.fetchone()[0])
"""


COLLECTED = """
import django; django.setup()
from django.core.management import call_command; call_command("collectstatic", interactive=False)
"""


class Proxy:
    """Passes on what is said to the database, until a question holds ``silent_at``."""

    def __init__(self, host, port):
        self.to, self.silent_at, self.is_silent = (host, port), b"\0never\0", Event()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.lines = []

    def serve(self):
        with suppress(OSError):
            while True:
                client, _address = self.server.accept()
                database = socket.create_connection(self.to)
                self.lines += [client, database]
                for pair in ((client, database), (database, client)):
                    Thread(target=self.pass_on, args=pair, daemon=True).start()

    def pass_on(self, source, target):
        with suppress(OSError):
            while said := source.recv(65536):
                if self.silent_at in said:
                    self.is_silent.set()
                if not self.is_silent.is_set():
                    target.sendall(said)

    def close(self):
        for line in (self.server, *self.lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


@pytest.fixture
def database(transactional_db):
    real = urlsplit(address_of(connection.settings_dict["NAME"]))
    proxy = Proxy(real.hostname, real.port)
    Thread(target=proxy.serve, daemon=True).start()
    place = real.netloc.rpartition("@")[0]
    proxy.url = real._replace(netloc=f"{place}@127.0.0.1:{proxy.port}").geturl()
    yield proxy
    proxy.close()


@contextmanager
def site_on(database, folder):
    site = f"127.0.0.1:{free_port()}"
    command = ("-m", "gunicorn", "--threads", "8", "--bind", site, "--no-control-socket",
               "wsis_forum.wsgi")  # fmt: skip
    known = {"DATABASE_URL": database.url, "SITE_URL": f"http://{site}"}
    said_by(COLLECTED, folder)
    with started(folder, *command, **known) as (process, log):
        wait_for("Booting worker", process, log)
        yield f"http://{site}"


def asked(url):
    request = urllib.request.Request(url, headers={"Accept-Language": "fr"})
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    began = time.monotonic()
    try:
        with browser.open(request, timeout=3 * PATIENCE) as answer:
            return answer.status, answer.read().decode(), time.monotonic() - began
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), time.monotonic() - began


def test_an_office_is_told_in_its_language_while_the_database_hangs(database, tmp_path):
    link = f"/r/{invited('Ruritania').links.get().token}/"
    with site_on(database, tmp_path) as site:
        before = asked(site + link)[0]
        database.silent_at = b"invitations_"

        with ThreadPoolExecutor(4) as offices:
            told = list(offices.map(asked, [site + link] * 4))
        at_once_after = asked(site + link)
        database.silent_at = b"\0never\0"
        database.is_silent.clear()
        time.sleep(1)
        again = asked(site + link)[0]

    assert (before, again) == (200, 200)
    for status, page, seconds in (*told, at_once_after):
        assert status == 503
        assert 'lang="fr"' in page
        assert seconds < PATIENCE
    assert at_once_after[2] < PATIENCE / 2


@pytest.mark.parametrize(
    ("before", "limits"),
    [("", "0\n0\n"), ("import wsis_forum.wsgi", "12s\n10s\n")],
    ids=["command", "web"],
)
def test_web_processes_alone_have_their_statements_and_locks_ended(
    transactional_db, tmp_path, before, limits
):
    url = address_of(connection.settings_dict["NAME"])

    assert said_by(SHOWN.format(before=before), tmp_path, DATABASE_URL=url) == limits
