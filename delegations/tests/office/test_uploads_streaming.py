"""More than anyone may send, through a real server and a socket."""

import os
import re
import select
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection
from django.urls import reverse

from delegations.office import access, request_limits
from delegations.office.forms.codes import LETTER_LIMIT
from delegations.tests.offices import invited, page_of
from invitations.admin.replies.dropped_scans import LARGEST_PILE
from invitations.models import Minister, Reply
from wsis_forum.tests.deployed import DEPLOY
from wsis_forum.tests.proxies import shipped_nginx

pytestmark = [
    pytest.mark.program,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="Memory is read from /proc."),
]

ROOT = Path(__file__).resolve().parents[3]
MB = 1024 * 1024
TWO_GB = 2 * 1024 * MB
CHUNK = b"x" * 65536
MULTIPART = "Content-Type: multipart/form-data; boundary=edge\r\n"
BEGINNING = (
    b"--edge\r\nContent-Disposition: form-data; name=texts; filename=speech.pdf\r\n"
    b"Content-Type: application/pdf\r\n\r\n%PDF-1.7\n"
)


@pytest.fixture(scope="module")
def address(django_db_setup, tmp_path_factory):
    """The database of the server: that of the tests, or a file that takes its rows."""
    if connection.vendor == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('served') / 'rows.sqlite3'}"
    said = connection.settings_dict
    who = f"{quote(said['USER'])}:{quote(said['PASSWORD'])}@{said['HOST']}:{said['PORT'] or 5432}"
    return f"postgres://{who}/{said['NAME']}"


def show_rows(address):
    """Let the server find the rows of the test."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(address.removeprefix("sqlite:///"))) as copy:
            connection.connection.backup(copy)


class Site:
    is_proxy = False

    def __init__(self, port, process, temporary):
        self.port, self.process, self.temporary = port, process, temporary

    def workers(self):
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def memory(self):
        """The pages that each worker holds, in bytes."""
        page = os.sysconf("SC_PAGE_SIZE")
        statm = [Path(f"/proc/{pid}/statm").read_text() for pid in self.workers()]
        return [int(line.split()[1]) * page for line in statm]

    def left_behind(self):
        return list(self.temporary.iterdir())


@pytest.fixture(scope="module")
def started(address, tmp_path_factory):
    """Two sync workers of gunicorn for the tests here, with a folder for temporary files."""
    temporary = tmp_path_factory.mktemp("temporary")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
        "DATABASE_URL": address,
        "TMPDIR": str(temporary),
        "DEBUG": "True",
    }
    command = [sys.executable, "-m", "gunicorn", "--no-control-socket"]
    command += ["--workers", "2", "--preload"]  # loaded once for both
    command += ["--bind", f"127.0.0.1:{port}", "--log-level", "error", "wsis_forum.wsgi"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    yield Site(port, process, temporary)
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)


@pytest.fixture
def serve(db, address, started):
    def shown():
        show_rows(address)
        wait_until_it_answers(started)
        return started

    return shown


def wait_until_it_answers(site):
    for _again in range(200):
        with suppress(OSError):
            _sent, answer = request(site, "GET", "/healthz")
            if answer.startswith("HTTP/1.1"):
                break
        time.sleep(0.1)
    for _worker in range(6):
        request(site, "GET", "/code/")


@contextmanager
def connected(site):
    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as wire:
        if not site.is_proxy:
            yield wire
            return
        context = ssl._create_unverified_context()
        # Later ones send tickets, which would pass for the beginning of an answer.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with context.wrap_socket(wire) as hidden:
            yield hidden


def request(site, method, path, headers="", body=()):
    """Send until the site answers or hangs up; return the bytes sent and the whole answer."""
    with connected(site) as wire:
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{headers}\r\n"
        wire.sendall(head.encode())
        sent = 0
        for piece in body:
            if select.select([wire], [], [], 0)[0]:
                break
            try:
                wire.sendall(piece)
            except OSError:
                break
            sent += len(piece)
        answer = b""
        with suppress(OSError):
            while got := wire.recv(65536):
                answer += got
    return sent, answer.decode()


def plain(times=32_768):
    yield BEGINNING
    for _piece in range(times):
        yield CHUNK


def in_chunks():
    for piece in plain():
        yield b"%x\r\n%b\r\n" % (len(piece), piece)


def status(answer):
    return int(answer.split(" ", 2)[1])


def cookies_of(answer):
    pairs = re.findall(r"(?im)^set-cookie: ([^;]+)", answer)
    return f"Cookie: {'; '.join(pairs)}\r\n"


LENGTH = MULTIPART + f"Content-Length: {TWO_GB}\r\n"
CHUNKED = MULTIPART + "Transfer-Encoding: chunked\r\n"


def test_two_gigabytes_are_refused_while_they_stream(serve):
    invitation = invited("Ruritania")
    link = reverse("office:open", args=[invitation.links.get().token])
    public = ["/code/", "/check/", "/i18n/setlang/", "/admin/login/"]
    office = [page_of(invitation, name) for name in ("answer", "statement", "files", "list")]
    site = serve()
    held = cookies_of(request(site, "GET", link)[1])
    before = site.memory()

    for path, cookies in [(path, c) for c in ("", held) for path in public + office]:
        sent, answer = request(site, "POST", path, cookies + LENGTH, plain())
        assert status(answer) == 413, path
        assert "A file may have 10 MB at most, the photo of a speaker 20 MB; please" in answer
        assert sent < 16 * MB, (path, sent)

    assert site.left_behind() == []
    assert max(site.memory()) - max(before) < 8 * MB
    assert not Reply.objects.exists()


def test_what_does_not_say_its_length_is_refused_while_it_streams(serve):
    invitation = invited("Ruritania")
    site = serve()

    for path in ("/code/", "/check/", page_of(invitation, "files")):
        sent, answer = request(site, "POST", path, CHUNKED, in_chunks())
        assert status(answer) == 411, path
        assert "did not say how large it is" in answer
        assert sent < 16 * MB, (path, sent)
    assert site.left_behind() == []


def test_files_without_a_session_are_not_read(serve):
    invitation = invited("Ruritania")
    site = serve()
    hundred = MULTIPART + f"Content-Length: {100 * MB}\r\n"

    sent, answer = request(site, "POST", page_of(invitation, "files"), hundred, plain())

    assert status(answer) == 404
    assert "Please open the link in your letter" in answer
    assert "choose the files again" in answer
    assert sent < 16 * MB


def test_who_hangs_up_while_sending_leaves_nothing_behind(serve):
    invitation = invited("Ruritania")
    link = reverse("office:open", args=[invitation.links.get().token])
    site = serve()
    held = cookies_of(request(site, "GET", link)[1])
    length = held + MULTIPART + f"Content-Length: {60 * MB}\r\n"

    with socket.create_connection(("127.0.0.1", site.port), timeout=30) as wire:
        head = f"POST {page_of(invitation, 'files')} HTTP/1.1\r\nHost: 127.0.0.1\r\n{length}\r\n"
        wire.sendall(head.encode())
        for piece in plain(times=200):
            wire.sendall(piece)

    for _again in range(50):
        if not site.left_behind():
            break
        time.sleep(0.1)
    assert site.left_behind() == []
    assert status(request(site, "GET", "/code/")[1]) == 200


# Behind the proxy that is shipped, which reads a body before the site is asked

ONE_TB = 1024**4
needs_nginx = pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here.")


class Proxy:
    is_proxy = True

    def __init__(self, port, folder):
        self.port, self.folder = port, folder

    def on_disk(self):
        return sum(file.stat().st_blocks * 512 for file in (self.folder / "client_body").iterdir())


@pytest.fixture
def proxied(serve, started, tmp_path):
    """Show the rows of the test behind nginx, which gives slow senders so many seconds."""

    def shown(seconds=2):
        serve()
        quick = {f"client_{part}_timeout": f"{seconds}s" for part in ("header", "body")}
        _plain, tls = ended.enter_context(shipped_nginx(tmp_path, started.port, **quick))
        return Proxy(tls, tmp_path)

    with ExitStack() as ended:
        yield shown


def watched(proxy, most, pieces):
    """Give the pieces, and note the most that lay on the disk meanwhile."""
    for piece in pieces:
        yield piece
        most.append(proxy.on_disk())


@needs_nginx
@pytest.mark.parametrize("headers", [MULTIPART + f"Content-Length: {ONE_TB}\r\n", CHUNKED])
@pytest.mark.parametrize(("name", "bound"), [("answer", 135 * MB), ("code", 2 * MB)])
def test_an_endless_body_ends_at_the_proxy_in_the_offices_language(proxied, headers, name, bound):
    invitation, most = invited("Ruritania"), [0]
    Minister.objects.update(language="ar")
    link = reverse("office:open", args=[invitation.links.get().token])
    proxy = proxied()
    held = cookies_of(request(proxy, "GET", link)[1])
    path = page_of(invitation) if name == "answer" else "/code/"
    body = in_chunks() if headers == CHUNKED else plain()

    wanted = held + headers + "Accept-Language: ar\r\n"
    sent, answer = request(proxy, "POST", path, wanted, watched(proxy, most, body))

    assert status(answer) == 413
    assert '<html lang="ar" dir="rtl">' in answer
    assert "10" in answer
    assert max(most) < bound
    assert sent < TWO_GB  # what nginx discards until the site answered takes no place
    assert not Reply.objects.exists()


@needs_nginx
def test_what_one_office_may_file_at_once_reaches_the_site(proxied):
    invitation = invited("Ruritania")
    proxy = proxied()
    hundred = MULTIPART + f"Content-Length: {len(BEGINNING) + 100 * MB}\r\n"

    sent, answer = request(proxy, "POST", page_of(invitation, "files"), hundred, plain(1600))

    assert sent == len(BEGINNING) + 100 * MB
    assert status(answer) == 404
    assert "Please open the link in your letter" in answer


@needs_nginx
@pytest.mark.parametrize("begun", ["POST /code/ HTTP/1.1\r\nHost: 127.0.0.1\r\n",
                                   "POST /code/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                   "Content-Length: 1000\r\n\r\ncode="])  # fmt: skip
def test_a_slow_sender_is_given_up(proxied, begun):
    proxy = proxied()

    with connected(proxy) as wire:
        wire.sendall(begun.encode())
        began = time.monotonic()
        with suppress(OSError):
            while wire.recv(65536):
                pass

    assert time.monotonic() - began < 10


@needs_nginx
def test_one_address_holds_so_many_places_for_senders_and_no_more(proxied):
    proxy = proxied(seconds=15)
    begun = b"POST /code/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\ncode="

    with ExitStack() as opened:
        wires = [opened.enter_context(connected(proxy)) for _place in range(17)]
        for wire in wires:
            wire.sendall(begun)
        (refused,) = select.select(wires, [], [], 10)[0]
        answer = refused.recv(65536).decode()
        reading = request(proxy, "GET", "/code/")[1]

    assert status(answer) == 429
    assert status(reading) == 200


def test_the_proxy_takes_what_the_site_takes_and_hardly_more():
    conf = (DEPLOY / "nginx/wsis-forum.conf").read_text()
    places = re.findall(r"location (/\S+) \{\s+client_max_body_size (\d+)m;", conf)
    told = int(re.search(r"Content-Length (\d+);", conf)[1])

    site = {
        "/office/": access.LARGEST_REQUEST, "/admin/": LARGEST_PILE, "/check/": LETTER_LIMIT,
    }  # fmt: skip
    assert {place for place, _limit in places} == {*site}
    for place, limit in places:
        assert site[place] < int(limit) * MB <= site[place] + 10 * MB, place
    assert told > max(*site.values(), request_limits.LARGEST_REQUEST)
