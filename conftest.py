"""What every test run shares: its environment, and what becomes of a skipped test."""

import functools
import gc
import hashlib
import os
import random
import re
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path
from uuid import uuid4

import django
import pytest
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.cache import cache, caches
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import override_settings
from django.utils import translation

# Modules and tests stay to the end: the collector need not look at them again and again.
gc.set_threshold(100_000, 20, 50)
WORKER = os.getenv("PYTEST_XDIST_WORKER")
SERVICES_REQUIRED = os.getenv("REQUIRE_SERVICES") == "1"


def redis_of(worker: str, url: str) -> str:
    """Give each worker process a Redis database of its own: gw0 the one named, gw1 the next …"""
    return re.sub(r"(?<=/)\d*$", lambda n: str(int(n[0] or 0) + int(worker[2:])), url, count=1)


# A run starts from the same settings everywhere and never touches the data in var/; only
# DATABASE_URL and REDIS_URL come from outside.
if WORKER:
    os.environ["VAR_DIR"] = str(Path(os.environ["VAR_DIR"], WORKER))
    if os.getenv("REDIS_URL"):
        os.environ["REDIS_URL"] = redis_of(WORKER, os.environ["REDIS_URL"])
else:
    # In memory where there is room: whatever is frozen waits until the disk has it.
    memory = Path("/dev/shm")  # noqa: S108 -- a folder of our own is made there
    has_room = memory.is_dir() and shutil.disk_usage(memory).free > 4 * 1024**3
    folder = tempfile.TemporaryDirectory(
        prefix="wsis-forum-tests-", dir=memory if has_room else None
    )
    os.environ["VAR_DIR"] = folder.name
# What the processes of a run share.
RUN = Path(os.environ["VAR_DIR"], *([".."] if WORKER else [])).resolve()
TYPESET = RUN / "typeset"
if not WORKER:
    TYPESET.mkdir()
for name in ("static", "broker"):
    Path(os.environ["VAR_DIR"], name).mkdir(parents=True)
# This table names each variable that a deployment may set.
TABLE = Path(__file__).with_name("docs").joinpath("configuration.md").read_text()
VARIABLES = set(re.findall(r"[A-Z_]+", " ".join(re.findall(r"^\| (`[A-Z].*?) \|", TABLE, re.M))))
for name in VARIABLES - {"DATABASE_URL", "REDIS_URL", "VAR_DIR"}:
    os.environ.pop(name, None)
    os.environ.pop(f"{name}_FILE", None)
os.environ |= {
    "DEBUG": "False",
    "SECRET_KEY": "of-the-tests-alone",
    "SITE_URL": "http://127.0.0.1:8000",
    "DEPLOYMENT": "tests",
    "AUTHSERV_ID": "mx.forum.example.org",
}
os.environ["DJANGO_SETTINGS_MODULE"] = "wsis_forum.settings"
django.setup()
if connection.vendor == "sqlite":
    # Tests ask the same questions in turn: SQLite keeps those that it has understood, not the last
    # 128 alone.
    connection.settings_dict["OPTIONS"]["cached_statements"] = 1000

# Worker processes inherit the environment, and would read their settings before the lines above.
del os.environ["DJANGO_SETTINGS_MODULE"]
pytest_plugins = ["wsis_forum.tests.shipped_rows"]


def pytest_collection_modifyitems(items):
    """Let files that need no tables follow the first one: while it migrates, nobody has to wait.

    Those that start programs and commit come next; the many short ones even out the end.
    """
    committing = {one.path for one in items if commits(one)}
    filling = committing | {one.path for one in items if fills_tables(one)}
    first = items[0].path if items else None

    def turn(item):
        path = item.path
        return [path == first, path not in filling, path in committing, True].index(True)

    items.sort(key=turn)


def commits(item):
    marker = item.get_closest_marker("django_db")
    asked = {"transactional_db", "live_server"} & {*item.fixturenames}
    return bool(asked) or (marker is not None and marker.kwargs.get("transaction", False))


def fills_tables(item):
    return item.cls or "db" in item.fixturenames or item.get_closest_marker("django_db")


def pytest_collection_finish():
    gc.freeze()


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: tests wait for disks, clocks and other programs."""
    return len(os.sched_getaffinity(0)) + 1


SECONDS: Counter[str] = Counter()


def pytest_runtest_logreport(report):
    SECONDS[report.nodeid.partition("::")[0]] += report.duration


def pytest_terminal_summary(terminalreporter):
    """Name the dearest files: whoever waits for the tests finds there what to look at."""
    terminalreporter.section("ten dearest files")
    for file, seconds in SECONDS.most_common(10):
        terminalreporter.line(f"{seconds:7.1f} s  {file}")


@pytest.fixture(autouse=True, scope="session")
def static_files_as_they_are():
    """Pages find their static files without `collectstatic` beforehand."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": plain}):
        yield


@pytest.fixture(autouse=True)
def no_mark_of_what_was_rolled_back():
    """A rolled back count of batches is no database that was put back."""
    yield
    for mark in Path(os.environ["VAR_DIR"]).glob("batches-sent-*"):
        mark.unlink()


@pytest.fixture(autouse=True, scope="session")
def passwords_hashed_in_no_time():
    """Demonstrations make users, and what guards their passwords takes its time."""
    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=quick):
        yield


@pytest.fixture(autouse=True, scope="session")
def counted_in_memory():
    """Each process counts in its own memory: settings that change for each test take their time."""
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    with override_settings(CACHES={**settings.CACHES, "default": memory}):
        yield


@pytest.fixture(autouse=True)
def nothing_counted_yet():
    """Each test counts wrong codes by itself, and keeps no part of a page."""
    cache.clear()
    caches["template_fragments"].clear()


@pytest.fixture(autouse=True, scope="session")
def same_letters_typeset_once():
    """The same HTML is typeset once in a run, by whichever process; nothing else decides on a PDF.

    Each PDF was made in this run, by the typesetting that is tested; the run's folder holds it.
    """
    from delegations.office import receipt  # noqa: PLC0415 -- not before Django is set up
    from invitations.letters import pdf  # noqa: PLC0415
    from invitations.letters.typesetting import typeset_pdf  # noqa: PLC0415

    @functools.wraps(typeset_pdf)
    def typeset_once(html: str, pages: int) -> bytes:
        kept = TYPESET / hashlib.sha256(f"{pages} {html}".encode()).hexdigest()
        if not kept.exists():
            # Two may typeset it at once: each writes a whole file before it has this name.
            own = kept.with_suffix(f".{uuid4()}")
            own.write_bytes(typeset_pdf(html, pages))
            own.replace(kept)
        return kept.read_bytes()

    with pytest.MonkeyPatch.context() as patch:
        for module in (pdf, receipt):
            patch.setattr(module, "typeset_pdf", typeset_once)
        yield


@pytest.fixture(autouse=True)
def same_numbers_in_each_test(monkeypatch):
    """Each test counts its rows from one and draws the same links: many begin with one letter."""
    from factory.django import DjangoModelFactory  # noqa: PLC0415

    from invitations import links  # noqa: PLC0415

    monkeypatch.setattr(links, "secrets", random.Random(2020))  # noqa: S311 -- no secret of a test
    for factory in with_subclasses(DjangoModelFactory):
        factory.reset_sequence(1, force=True)


# There nobody reads how the rows came about with which a test begins; each entry is a row more.
WITHOUT_HISTORY = tuple(
    str(Path(__file__).parent / folder)
    for folder in (
        "delegations/tests/api",
        "delegations/tests/desk",
        "delegations/tests/office",
        "delegations/tests/date_change",
        "invitations/tests/admin/circulars",
        "invitations/tests/admin/letters",
        "invitations/tests/admin/corrections",
        "invitations/tests/admin/outbox",
        "invitations/tests/admin/replies",
        "invitations/tests/admin/setup",
        "invitations/tests/inbox",
        "invitations/tests/letters",
        "invitations/tests/outbox",
        "invitations/tests/reminders",
        "invitations/tests/replies",
    )
)


@pytest.fixture(autouse=True)
def no_history_where_nobody_reads_it(request, monkeypatch):
    from invitations.tests.factories import RowFactory  # noqa: PLC0415

    if str(request.path).startswith(WITHOUT_HISTORY):
        monkeypatch.setattr(RowFactory, "_has_history", False)


def with_subclasses(factory):
    """The factories of rows below this one that have a model of their own."""
    for one in factory.__subclasses__():
        if not one._meta.abstract:
            yield one
        yield from with_subclasses(one)


def give_second_factor(sender, request, user, **kwargs):
    """Make ``force_login`` of the test client what it says: a whole sign-in, second factor and all.

    The site lets nobody to the desk by a password alone, and takes its word only from the records
    that django-allauth keeps in the session. A request without an address comes from no browser:
    it is the one that the test client makes up. Tests of the sign-in itself use the form.
    """
    if "REMOTE_ADDR" not in request.META:
        records = [{"method": name, "at": time.time()} for name in ("password", "mfa")]
        request.session["account_authentication_methods"] = records
        request.session["account_authentication_methods_user"] = str(user.pk)
        request.session["seen_at"] = time.time()


user_logged_in.connect(give_second_factor)


@pytest.fixture(autouse=True)
def no_language_chosen_yet():
    """A page leaves its language with the thread, as between two requests of a server."""
    translation.deactivate()


@pytest.fixture(scope="session")
def historical():
    """The models as the last migration knows them."""
    return MigrationLoader(None).project_state().apps


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    return failed_where_required((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    return failed_where_required((yield))


def failed_where_required(report):
    """With REQUIRE_SERVICES=1 a skipped test fails and says why it was skipped."""
    if SERVICES_REQUIRED and report.skipped and not hasattr(report, "wasxfail"):
        *_place, reason = report.longrepr
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_SERVICES=1 allows no skipped test. {reason}"
    return report
