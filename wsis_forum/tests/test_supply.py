"""What is installed: pinned by hashes, with its reasons, audited where somebody answers."""

import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from wsis_forum import __version__

pytestmark = pytest.mark.program

# What is asked of nobody: a proxy that refuses, but for the servers of the tests themselves.
ALONE = {"HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1", "PIP_NO_CACHE_DIR": "1"}


def read(name):
    return (settings.BASE_DIR / name).read_text()


def pins(text):
    found = re.findall(r"^([\w.-]+)(?:\[[^]]+\])?==(\S+)", text, re.M)
    return {(canonicalize_name(name), version) for name, version in found}


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_each_version_is_pinned_by_its_hashes_and_no_index_is_named(name):
    compiled = read(f"{name}.txt")

    entries = [entry for entry in re.split(r"\n(?=\S)", compiled) if not entry.startswith("#")]
    assert len(entries) > len(pins(read(f"{name}.in")))
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert not re.search(r"^-|://", compiled, re.M)


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_an_extra_that_a_package_asks_for_is_pinned_with_it(name):
    pinned = [Requirement(line) for line in re.findall(r"^\w.*==[^ ]+", read(f"{name}.txt"), re.M)]
    extras = {canonicalize_name(one.name): one.extras for one in pinned}
    asked = [Requirement(line) for one in extras for line in installed(one)]

    # Without it, older installers take the newest version of all, which has no hash here.
    assert {(one.name, *one.extras) for one in asked if one.extras} >= {("fonttools", "woff")}
    assert not [
        one for one in asked if one.extras - extras.get(canonicalize_name(one.name), one.extras)
    ]


def installed(name):
    """What the installed package requires; nothing of one that another system or Python needs."""
    try:
        return [line for line in requires(name) or () if "extra ==" not in line]
    except PackageNotFoundError:
        return []


def test_what_is_installed_is_what_the_reasons_name():
    assert pins(read("requirements.in")) <= pins(read("requirements.txt"))
    assert pins(read("requirements-dev.in")) <= pins(read("requirements-dev.txt"))
    assert pins(read("requirements.txt")) <= pins(read("requirements-dev.txt"))


def test_each_direct_dependency_has_its_reason_beside_it():
    lines = (read("requirements.in") + read("requirements-dev.in")).splitlines()

    assert not [line for line in lines if "==" in line and not re.search(r" # \S", line)]


# The container


def test_hadolint_is_content_with_the_image():
    hadolint = Path(sys.executable).with_name("hadolint")

    done = subprocess.run(
        [hadolint, "deploy/container/Containerfile"],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, "")


# The list of packages


def test_the_list_of_a_release_has_each_pinned_version_with_its_hashes():
    done = subprocess.run(
        [sys.executable, "-m", "scripts.sbom"],
        cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip

    listed = json.loads(done.stdout)
    components = listed["components"]
    assert (listed["bomFormat"], listed["specVersion"]) == ("CycloneDX", "1.6")
    assert listed["metadata"]["component"]["version"] == __version__
    assert {(one["name"], one["version"]) for one in components} == pins(read("requirements.txt"))
    assert all(one["externalReferences"][0]["hashes"] for one in components)
    assert len(listed["dependencies"][0]["dependsOn"]) == len(components)


# The audit


@pytest.fixture
def advisories():
    """A server that speaks as OSV does, and knows one fault of Django."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            faults = [fault()] if asked["package"]["name"] == "django" else []
            body = json.dumps({"vulns": faults} if faults else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()


def fault():
    ranges = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}]
    package = {"name": "django", "ecosystem": "PyPI"}
    return {
        "id": "PYSEC-2099-1",
        "summary": "A fault of this test.",
        "published": "2026-01-01T00:00:00Z",
        "affected": [{"package": package, "ranges": ranges, "versions": []}],
    }


def audit(**more):
    return subprocess.run(
        [sys.executable, "scripts/audit.py"],
        cwd=settings.BASE_DIR, env=os.environ | ALONE | more,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_without_a_source_of_advisories_the_audit_says_so_and_fails_nothing():
    done = audit(PIP_AUDIT_OSV_URL="http://127.0.0.1:9/")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == (
        "No source of advisories answers here: the pinned versions were NOT audited."
    )


def test_a_known_fault_of_a_pinned_version_fails_the_audit(advisories):
    done = audit(PIP_AUDIT_OSV_URL=advisories)

    version = dict(pins(read("requirements.txt")))["django"]
    assert f"django {version}: PYSEC-2099-1, mended in 99.1\n" in done.stdout
    assert re.search(r"\n(\d+) of \1 pinned versions audited\.$", done.stdout.strip())
    assert done.returncode == 1
