import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.conf import settings as the_settings
from django.core.checks import run_checks
from django.urls import reverse

from delegations.office.throttle import WRONG_FROM_ALL, WRONG_FROM_ONE, count_wrong

START = 1_800_000_000  # a whole number of windows
HERE, THERE = "192.0.2.1", "2001:db8::1"
AWAY = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(START, tick=False) as clock:
        yield clock


@pytest.fixture
def in_files(settings, tmp_path):
    """The cache of a deployment without Redis."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": tmp_path,
        }
    }
    return tmp_path


@pytest.fixture
def as_shipped_without_redis(settings, tmp_path):
    backend = "wsis_forum.backends.FilesOrOwnMemory"
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": backend, "LOCATION": tmp_path}}


def count(times, page="code", address=HERE):
    """The waits that these tries are told."""
    return [count_wrong(page, address) for _time in range(times)]


def test_an_address_may_be_wrong_ten_times():
    assert count(WRONG_FROM_ONE + 2) == [0] * WRONG_FROM_ONE + [600, 600]


@pytest.mark.usefixtures("as_shipped_without_redis")
def test_of_forty_at_once_ten_may_be_wrong_without_redis_too():
    for number in range(5):
        with ThreadPoolExecutor(40) as tries:
            waits = list(tries.map(count_wrong, ["code"] * 40, [f"192.0.2.{number}"] * 40))
        assert waits.count(0) == WRONG_FROM_ONE


def test_one_address_and_one_page_do_not_slow_another():
    count(WRONG_FROM_ONE)

    assert count(1, address=THERE) == [0]
    assert count(1, page="check") == [0]


def test_all_addresses_together_may_be_wrong_three_hundred_times():
    for number in range(WRONG_FROM_ALL):
        assert count_wrong("code", f"192.0.2.{number % 30}") == 0

    assert count(1, address=THERE) == [600]
    assert count(1, page="check", address=THERE) == [0]


def test_who_runs_the_site_is_told_once_of_many_wrong_tries(caplog):
    for number in range(WRONG_FROM_ALL + 20):
        count_wrong("code", f"192.0.2.{number % 30}")

    [told] = caplog.records
    assert told.levelname == "WARNING"
    assert told.getMessage() == "More than 300 wrong tries at the code page in these ten minutes."


@pytest.mark.parametrize(
    ("first", "then", "counted_together"),
    [
        ("2001:db8::1", "2001:db8:0:0:ffff::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1:4711", "192.0.2.1", True),
        ("[2001:db8::1]:4711", " 2001:db8::2", True),
        ("", "unix:", True),
        ("<script>" * 1000, "\0\r\n %s", True),
        ("1.2.3", "9" * 5000, True),
    ],
)
def test_addresses_that_one_visitor_has_are_counted_together(first, then, counted_together):
    count(WRONG_FROM_ONE, address=first)

    assert (count(1, address=then) != [0]) is counted_together


def test_few_are_counted_again_when_the_page_said(clock):
    clock.shift(240)
    wait = count(WRONG_FROM_ONE + 1)[-1]
    assert wait == 360

    clock.shift(wait - 1)
    assert count(1) == [1]
    clock.shift(1)
    assert count(1) == [0]


def test_a_count_kept_in_a_file_lasts_to_the_end_of_its_window(in_files, clock):
    count(WRONG_FROM_ONE)

    clock.shift(599)

    assert count(1) == [1]


def test_a_count_that_the_cache_drops_at_once_begins_again(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

    assert count(2) == [0, 0]


@pytest.mark.program
def test_two_processes_count_together(in_files, clock):
    count(WRONG_FROM_ONE - 1)
    other = f"""
import time
from django.conf import settings
settings.configure(CACHES={the_settings.CACHES!r})
time.time = lambda: {START}
from delegations.office.throttle import count_wrong
count_wrong("code", "{HERE}")
"""
    subprocess.run(
        [sys.executable, "-c", other.replace("PosixPath", "str")],
        check=True,
        cwd=the_settings.BASE_DIR,
    )

    assert count(1) == [600]


def test_two_threads_are_given_two_numbers():
    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(lambda _time: count_wrong("code", HERE), range(100)))

    assert waits.count(0) == WRONG_FROM_ONE


def test_the_count_writes_no_line_of_a_log(caplog):
    caplog.set_level(logging.DEBUG)

    count(WRONG_FROM_ONE + 1)

    assert caplog.text == ""


@pytest.mark.django_db
def test_without_redis_wrong_codes_are_told_and_counted_and_the_programme_is_read(client, settings):
    away = {"BACKEND": "wsis_forum.backends.RedisOrOwnMemory", "LOCATION": AWAY}
    settings.CACHES = {**settings.CACHES, "default": away}
    page, wrong = reverse("office:code"), {"code": "abcd-efgh-jkmn"}

    told = [client.post(page, wrong, follow=True) for _ in range(WRONG_FROM_ONE + 1)]
    read = client.get("/api/v1/states")

    assert [answer.status_code for answer in told] == [200] * WRONG_FROM_ONE + [429]
    assert "This code opens nothing" in told[0].text
    assert read.status_code == 200


@pytest.mark.parametrize(
    ("site", "proxies", "warned"),
    [
        ("https://forum.example.org", 0, ["invitations.W001"]),
        ("https://forum.example.org", 1, []),
        ("http://127.0.0.1:8000", 0, []),
    ],
)
def test_a_deployment_whose_proxy_is_not_named_is_warned(settings, site, proxies, warned):
    settings.SITE_URL, settings.PROXIES = site, proxies

    found = run_checks(tags=["security"], include_deployment_checks=True)

    assert [said.id for said in found if said.id.startswith("invitations.")] == warned
