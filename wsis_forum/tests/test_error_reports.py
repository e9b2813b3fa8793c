"""What is reported of an error, to a server that takes it as one of Sentry's kind would."""

import gzip
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli
import pytest
from django.conf import settings

from wsis_forum import __version__

pytestmark = pytest.mark.program

TOKEN = "kwfdud8qt7e8nyrk8ktv5"
# What the program has in its hands, but its source does not say.
HELD = {"MINISTER": "Flavia Elphberg", "LINK": f"/r/{TOKEN}/", "MAIL": "flavia@mfa.example.org"}
# The site with two pages more: one falls over with a letter in its hands, one tells of a letter.
FALLING = """
import logging, os
import django
django.setup()
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import path

minister, link, mail = (os.environ[name] for name in ("MINISTER", "LINK", "MAIL"))

def fall(request, name):
    typed = request.POST["remarks"] + request.COOKIES["forum"]
    raise RuntimeError(f"{minister} of {link} typed {typed}")

def tell(request):
    told = f"Letter %s of %s: {link} to {mail}"
    logging.getLogger("invitations").error(told, 5, minister, extra={"letter": 5, "to": minister})
    return HttpResponse()

urlpatterns = [path("fall/<name>", fall), path("tell", tell)]
handler500 = lambda request: HttpResponse(status=500)
settings.ROOT_URLCONF = __name__
settings.MIDDLEWARE = settings.MIDDLEWARE[:1]
client = Client(raise_request_exception=False, headers={"User-Agent": minister})
client.cookies["forum"] = mail
answers = [
    client.post(f"/fall/{mail}?name={mail}", {"remarks": f"{minister}, {mail}"}),
    client.get("/tell"),
]
print(*[answer["X-Request-ID"] for answer in answers])
raise SystemError(f"{minister} ended it.")
"""
HIDDEN = re.compile(rf"{TOKEN}|flavia|elphberg|mfa\.example", re.I)


@pytest.fixture
def receiver():
    """A server that keeps what it is sent, headers and all."""
    sent = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = {"gzip": gzip.decompress, "br": brotli.decompress}
            body = packed.get(self.headers["Content-Encoding"], bytes)(body)
            sent.append((self.path, str(self.headers), body.decode()))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_said):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Take) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://0123456789abcdef@127.0.0.1:{server.server_port}/7", sent
        server.shutdown()


def run(tmp_path, words, **variables):
    """Run it as a program of this deployment."""
    (tmp_path / "falling.py").write_text(words)
    return subprocess.run(
        [sys.executable, str(tmp_path / "falling.py")],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(settings.BASE_DIR),
            "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
            "SECRET_KEY": "of-this-test-alone",
            "DEPLOYMENT": "strelsau",
            "VAR_DIR": str(tmp_path),
            **variables,
        },
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_a_report_tells_what_fell_where_and_nothing_of_whom(tmp_path, receiver):
    address, sent = receiver

    done = run(tmp_path, FALLING, SENTRY_DSN=address, **HELD)

    assert "SystemError: Flavia Elphberg ended it." in done.stderr
    assert {path for path, _headers, _body in sent} == {"/api/7/envelope/"}
    assert not HIDDEN.search("".join(headers + body for _path, headers, body in sent))
    fell, told, ended = reports(sent)
    by_request = [report["tags"]["request"] for report in (fell, told)]
    assert by_request == done.stdout.split()
    for report in (fell, told, ended):
        assert (report["environment"], report["release"]) == ("strelsau", __version__)
        assert not {"request", "user", "breadcrumbs", "extra", "server_name"} & set(report)
    assert told["tags"]["letter"] == "5"
    assert told["logentry"]["message"] == "Letter %s of %s: /r/…/ to …"
    assert ended["exception"]["values"][0]["type"] == "SystemError"
    (error,) = fell["exception"]["values"]
    (frame,) = error["stacktrace"]["frames"][-1:]
    assert (error["type"], frame["function"]) == ("RuntimeError", "fall")
    assert "raise RuntimeError" in frame["context_line"]
    assert "vars" not in frame


def reports(sent):
    """The events in the envelopes, in the order in which they were sent."""
    lines = [line for _path, _headers, body in sent for line in body.splitlines() if line]
    found = [json.loads(line) for line in lines]
    return [one for one in found if "platform" in one]


def test_without_an_address_nothing_is_loaded_for_it(tmp_path):
    told = "import sys, wsis_forum.wsgi; print('sentry_sdk' in sys.modules)"

    assert run(tmp_path, told).stdout == "False\n"


def test_an_address_that_cannot_be_read_is_said_in_one_line_without_its_key(tmp_path):
    done = run(tmp_path, "import django; django.setup()", SENTRY_DSN="hush@nowhere")

    assert "SENTRY_DSN cannot be read: set it to https://" in done.stderr
    assert "hush" not in done.stderr
