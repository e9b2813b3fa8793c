"""What lies in deploy/: units, proxy and variables, as far as one can see without a host."""

import datetime as dt
import json
import os
import re
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.conf import settings
from honcho.environ import parse_procfile

from conftest import VARIABLES
from scripts.follow_guide import commands, restoring
from scripts.peers.programs import Listening, wait_until
from wsis_forum.tests.deployed import DEPLOY, described, given_variables, unit
from wsis_forum.tests.proxies import shipped_nginx

pytestmark = pytest.mark.program

UNITS = {"web": "wsis-forum-web", "worker": "wsis-forum-worker@1", "beat": "wsis-forum-beat"}
TOKEN = "abcdefghjkmnpqrstuvwx"


# The units


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_runs_what_the_procfile_runs(name):
    program = parse_procfile((settings.BASE_DIR / "Procfile").read_text()).processes[name]

    line = unit(UNITS[name])["ExecStart"].removeprefix("/opt/wsis-forum/.venv/bin/")
    for added in ("--workers 2 ", "--hostname %i@%%h "):
        line = line.replace(added, "")
    assert line == program.replace("--bind 127.0.0.1:$PORT ", "")


def test_the_site_answers_where_the_proxy_asks_and_its_socket_outlives_it():
    files = [DEPLOY / "systemd" / f"wsis-forum-web.{kind}" for kind in ("service", "socket")]
    service, socket = (described(path) for path in files)
    proxy = (DEPLOY / "nginx/wsis-forum.conf").read_text()

    assert f"proxy_pass http://{socket['Socket']['ListenStream']};" in proxy
    assert service["Unit"]["Requires"] == "wsis-forum-web.socket"
    assert "wsis-forum-web.socket" in service["Unit"]["After"].split()
    assert "--bind" not in service["Service"]["ExecStart"]


@pytest.mark.parametrize("name", [*UNITS.values(), "wsis-forum-backup"])
def test_what_holds_for_all_units_takes_nothing_from_one(name):
    of_all = described(DEPLOY / "systemd/wsis-forum-.service.d/hardened.conf")["Service"]

    # systemd reads it after the unit, so that its word would count.
    assert not of_all.keys() & unit(name).keys()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here.")
def test_systemd_understands_each_line_of_the_units():
    units = [path for path in (DEPLOY / "systemd").iterdir() if path.is_file()]

    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert not re.search("wsis-forum.*(Unknown|Invalid|Failed to parse)", told.stderr), told.stderr


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here.")
@pytest.mark.parametrize("name", [*UNITS.values(), "wsis-forum-backup"])
def test_a_unit_is_exposed_little(name, tmp_path):
    shutil.copytree(DEPLOY / "systemd", tmp_path / "etc/systemd/system")

    told = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--root={tmp_path}", "--no-pager",
         "--threshold=20", f"{name}.service"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert told.returncode == 0, told.stdout + told.stderr
    assert float(re.search(r"exposure level for \S+: ([\d.]+)", told.stdout)[1]) < 2


# A rollout

VERSIONED = """
import pathlib, time
VERSION = pathlib.Path(__file__).with_name("version").read_bytes()

def application(environ, start_response):
    typed = environ["wsgi.input"].read()
    time.sleep(0.3)
    start_response("200 OK", [])
    return [VERSION, b" took ", typed]
"""


class Visitor(threading.Thread):
    """An office that sends one answer after another, and keeps what it was told."""

    def __init__(self, address, over, context=None):
        super().__init__(daemon=True)
        self.address, self.over, self.told = address, over, []
        self.context = context
        self.start()

    def run(self):
        while not self.over.is_set():
            try:
                with urllib.request.urlopen(
                    self.address, b"an answer", timeout=300, context=self.context
                ) as answer:
                    self.told.append(answer.read().decode())
            except (OSError, HTTPException) as cut_off:
                self.told.append(repr(cut_off))


def test_a_rollout_refuses_nobody_cuts_nobody_off_and_brings_the_new_version(tmp_path):
    command = unit("wsis-forum-web")["ExecStart"].replace("wsis_forum.wsgi", "versioned").split()
    (tmp_path / "versioned.py").write_text(VERSIONED)
    (tmp_path / "version").write_text("The first")
    over = threading.Event()
    gunicorn = (sys.executable, "-m", "gunicorn", *command[1:])
    site = Listening(*gunicorn, log=tmp_path / "log", PYTHONPATH=str(tmp_path))
    visitors = [Visitor(site.url, over) for _each in range(24)]
    wait_until(lambda: all(one.told for one in visitors), "each has an answer", 300)

    (tmp_path / "version").write_text("The next")
    site.restart()

    enough = {one: len(one.told) + 2 for one in visitors}
    wait_until(lambda: all(len(one.told) >= enough[one] for one in visitors), "as before", 300)
    over.set()
    for one in visitors:
        one.join()
    site.end()

    told = [word for one in visitors for word in one.told]
    assert {*told} == {"The first took an answer", "The next took an answer"}
    assert all(one.told == sorted(one.told) for one in visitors), "The first came back."


# The variables


def test_each_variable_of_the_example_is_one_of_the_readme():
    assert {name.removesuffix("_FILE") for name in given_variables()} <= VARIABLES


def test_the_settings_of_the_example_pass_the_check_of_a_deployment(tmp_path):
    given = given_variables() | {"VAR_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
    contents = {
        "secret-key": secrets.token_hex(50),
        "email-url": "smtp://user:password@mail.example.org:587/?security=starttls",
        "arming-key": "a" * 48,
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    for name, value in given.items():
        given[name] = value.replace("/etc/wsis-forum/", f"{tmp_path}/")

    told = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR, env=given, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert told.returncode == 0, told.stderr


# The guide


def test_each_file_that_the_guide_uses_is_there():
    used = set(re.findall(r"\bdeploy/[\w./-]*\w", "\n".join(commands())))

    assert {"deploy/environment", "deploy/run", "deploy/nginx/wsis-forum.conf"} <= used
    assert not [path for path in used if not (settings.BASE_DIR / path).exists()]


def test_the_guide_restores_what_its_backup_has_written():
    made, restored = restoring(Path("/run/key"), Path("/var/lib/wsis-forum/backups/of-tonight"))

    assert made.startswith("runuser --user postgres -- createdb ")
    assert restored.startswith("/opt/wsis-forum/deploy/run deploy/restore ")
    assert " /run/key /var/lib/wsis-forum/backups/of-tonight postgres://" in restored


def test_the_guide_starts_each_unit():
    enabled = " ".join(line for line in commands() if line.startswith("systemctl enable --now "))

    units = [path for path in (DEPLOY / "systemd").iterdir() if path.is_file()]
    wanted = {path.name for path in units if "[Install]" in path.read_text()}
    assert {"wsis-forum-backup.timer", "wsis-forum-web.socket"} <= wanted
    told = enabled.replace(" --now", "").replace("systemctl enable", "").split()
    named = {name if "." in name else f"{name}.service" for name in told}
    assert {re.sub(r"@\d", "@", name) for name in named} == wanted


def test_the_backup_is_written_where_its_age_is_read_by_the_keys_of_the_guide():
    _script, keys, folder, number = unit("wsis-forum-backup")["ExecStart"].split()

    assert folder == f"{given_variables()['VAR_DIR']}/backups"
    of_the_unit = described(DEPLOY / "systemd/wsis-forum-backup.service")["Unit"]
    assert of_the_unit["RequiresMountsFor"].split() == [
        folder,
        f"{given_variables()['VAR_DIR']}/files",
    ]
    assert any(line.endswith(f" {keys}") for line in commands())
    assert f"The last {number} stay" in (settings.BASE_DIR / "docs/deploy.md").read_text()


# The proxy


class Site(BaseHTTPRequestHandler):
    """A site that says which headers it was given, or what was sent."""

    def do_GET(self):
        self.say("\n".join(f"{name}: {value}" for name, value in self.headers.items()).encode())

    def do_POST(self):
        self.say(self.rfile.read(int(self.headers["Content-Length"])))

    def say(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def proxy(tmp_path):
    """The nginx of the deployment before a site that tells what it was given."""
    site = HTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    with shipped_nginx(tmp_path, site.server_port) as (plain, tls):
        yield plain, tls, tmp_path
    site.shutdown()
    site.server_close()


def fetch(address, **headers):
    """Fetch it as curl does, from a proxy whose certificate nobody knows."""
    told = subprocess.run(
        ["curl", "--silent", "--insecure", "--include", "--noproxy", "*", address,
         *(word for name, value in headers.items() for word in ("-H", f"{name}: {value}")),],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return told.stdout


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here.")
def test_the_proxy_leads_to_tls_and_says_so_itself(proxy):
    plain, tls, _folder = proxy

    assert "301" in fetch(f"http://127.0.0.1:{plain}/check/").splitlines()[0]
    told = fetch(f"https://127.0.0.1:{tls}/", **{"X-Forwarded-Proto": "http", "Host": "forum"})
    assert "X-Forwarded-Proto: https" in told
    assert "X-Forwarded-Proto: http\n" not in told
    assert "Host: forum" in told


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here.")
def test_the_log_of_the_proxy_holds_no_reply_link(proxy):
    _plain, tls, folder = proxy

    fetch(f"https://127.0.0.1:{tls}/r/{TOKEN}/", Referer=f"https://forum/r/{TOKEN}/")
    fetch(f"https://127.0.0.1:{tls}/%72/{TOKEN}/")

    # It answers first, and writes down afterwards.
    log = folder / "wsis-forum.log"
    wait_until(lambda: log.read_text().count("\n") == 2, "both requests in the log")
    assert log.read_text().count("***") == 3
    assert TOKEN not in log.read_text()


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here.")
def test_the_proxy_names_each_request_in_its_own_log_and_to_the_site(proxy):
    _plain, tls, folder = proxy

    told = fetch(f"https://127.0.0.1:{tls}/", **{"X-Request-ID": "chosen-by-a-visitor"})

    name = re.search(r"X-Request-ID: ([0-9a-f]{32})\s", told)[1]
    log = folder / "wsis-forum.log"
    # It is written once the answer has gone.
    for _again in range(100):
        if log.read_text():
            break
        time.sleep(0.1)
    assert log.read_text().endswith(f" {name}\n")


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here.")
@pytest.mark.parametrize(
    ("offered", "taken"),
    [("-tls1_1 -cipher ALL:@SECLEVEL=0", False), ("-tls1_2 -cipher AES256-SHA", False),
     ("-tls1_2 -cipher ECDHE-RSA-AES128-SHA", False), ("-tls1_2", True), ("-tls1_3", True)],
)  # fmt: skip
def test_the_proxy_speaks_no_tls_of_yesterday(proxy, offered, taken):
    _plain, tls, _folder = proxy

    told = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{tls}", *offered.split()],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (told.returncode == 0) is taken, told.stderr


# Its certificate


def put_certificate(folder, days, key=None):
    """Move certificate and key into their place; the key may be another one's."""
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "forum.example.org")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, own.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=100))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOCAL)]), critical=False)
        .sign(own, hashes.SHA256())
    )
    made = {
        "fullchain.pem": certificate.public_bytes(Encoding.PEM),
        "key.pem": (key or own).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    }
    for file, content in made.items():
        (folder / f"{file}.new").write_bytes(content)
        (folder / f"{file}.new").replace(folder / file)


LOCAL = ip_address("127.0.0.1")


def reload(folder):
    os.kill(nginx_of(folder), signal.SIGHUP)


def nginx_of(folder):
    return int((folder / "pid").read_text())


def workers(folder):
    """The processes that answer: for a moment, also those with the earlier certificate."""
    master = nginx_of(folder)
    return {*Path(f"/proc/{master}/task/{master}/children").read_text().split()}


def seen_by_a_visitor(tls, issuer):
    """What a visitor hears who trusts that certificate; empty if all is well."""
    trusting = ssl.create_default_context(cafile=issuer)
    try:
        urllib.request.urlopen(f"https://127.0.0.1:{tls}/", context=trusting).close()
    except urllib.error.URLError as refused:
        return str(refused)
    return ""


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here.")
def test_a_certificate_that_has_ended_is_shown_until_nginx_is_told_of_the_new_one(proxy):
    _plain, tls, folder = proxy
    put_certificate(folder, days=-1)
    ended = shutil.copy(folder / "fullchain.pem", folder / "ended.pem")
    earlier = workers(folder)
    reload(folder)
    wait_until(lambda: earlier.isdisjoint(workers(folder)), "those with the first one have gone")
    wait_until(lambda: "has expired" in seen_by_a_visitor(tls, ended), "it has ended")
    over = threading.Event()
    visitor = Visitor(f"https://127.0.0.1:{tls}/", over, ssl._create_unverified_context())

    put_certificate(folder, days=90)
    before = seen_by_a_visitor(tls, ended)
    reload(folder)
    wait_until(lambda: not seen_by_a_visitor(tls, folder / "fullchain.pem"), "the new one is shown")

    enough = len(visitor.told) + 2
    wait_until(lambda: len(visitor.told) >= enough, "there are visitors as before")
    over.set()
    visitor.join()
    assert "has expired" in before
    assert {*visitor.told} == {"an answer"}


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here.")
def test_a_certificate_without_its_key_is_refused_and_the_old_one_stays(proxy):
    _plain, tls, folder = proxy
    before = ssl.get_server_certificate(("127.0.0.1", tls))

    put_certificate(folder, days=90, key=ec.generate_private_key(ec.SECP256R1()))
    tried = subprocess.run(
        ["nginx", "-t", "-c", folder / "nginx.conf", "-e", folder / "errors"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    reload(folder)

    assert tried.returncode != 0
    assert "key values mismatch" in tried.stderr
    wait_until(lambda: "key values mismatch" in (folder / "errors").read_text(), "it is refused")
    assert ssl.get_server_certificate(("127.0.0.1", tls)) == before


# A site beside, as in containers


def lead_to(site, folder):
    """Let the proxy lead to the site, as the guide does."""
    place, conf = site.url.removeprefix("http://").strip("/"), folder / "nginx.conf"
    conf.write_text(re.sub(r"(?<=proxy_pass http://)[\d.:]+", place, conf.read_text()))
    reload(folder)


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not here.")
def test_a_site_beside_takes_the_place_of_another_and_nobody_is_cut_off(proxy):
    _plain, tls, folder = proxy
    (folder / "versioned.py").write_text(VERSIONED)
    image = (DEPLOY / "container/Containerfile").read_text()
    words = json.loads(re.search(r"^CMD (.*)$", image, re.M)[1])
    command = ["versioned" if word == "wsis_forum.wsgi" else word for word in words]
    del command[command.index("--bind") : command.index("--bind") + 2]
    gunicorn = (sys.executable, "-m", "gunicorn", *command[1:])

    def version(name):
        (folder / "version").write_text(name)
        site = Listening(*gunicorn, log=folder / "log", PYTHONPATH=str(folder))
        wait_until(lambda: name in fetch(site.url), "it has loaded", 300)
        lead_to(site, folder)
        return site

    first, over = version("The first"), threading.Event()
    wait_until(lambda: "first" in fetch(f"https://127.0.0.1:{tls}/"), "the proxy leads there", 300)
    trusting = ssl._create_unverified_context()
    visitors = [Visitor(f"https://127.0.0.1:{tls}/", over, trusting) for _each in range(12)]
    wait_until(lambda: all(one.told for one in visitors), "each has an answer", 300)

    beside = version("The next")
    wait_until(lambda: all("next" in one.told[-1] for one in visitors), "all are led there", 300)
    first.process.terminate()
    first.process.wait(60)

    enough = {one: len(one.told) + 2 for one in visitors}
    wait_until(lambda: all(len(one.told) >= enough[one] for one in visitors), "as before", 300)
    over.set()
    for one in visitors:
        one.join()
    first.end()
    beside.end()
    told = [word for one in visitors for word in one.told]
    assert {*told} == {"The first took an answer", "The next took an answer"}
