import logging
import subprocess
import sys

import pytest
import time_machine
from django.conf import settings as the_settings

from invitations.throttle import WRONG_FROM_ALL, WRONG_FROM_ONE, count_wrong, wait_for

START = 1_800_000_000  # a whole number of windows
HERE, THERE = "192.0.2.1", "2001:db8::1"


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


def count(times, page="code", address=HERE):
    for _time in range(times):
        count_wrong(page, address)


def test_an_address_may_be_wrong_ten_times():
    count(WRONG_FROM_ONE - 1)
    assert wait_for("code", HERE) == 0

    count(1)

    assert wait_for("code", HERE) == 600


def test_one_address_and_one_page_do_not_close_another():
    count(WRONG_FROM_ONE)

    assert wait_for("code", THERE) == 0
    assert wait_for("check", HERE) == 0


def test_all_addresses_together_may_be_wrong_three_hundred_times():
    for number in range(WRONG_FROM_ALL - 1):
        count_wrong("code", f"192.0.2.{number}")
    assert wait_for("code", THERE) == 0

    count_wrong("code", "198.51.100.1")

    assert wait_for("code", THERE) == 600
    assert wait_for("check", THERE) == 0


def test_the_page_opens_again_when_it_said(clock):
    clock.shift(240)
    count(WRONG_FROM_ONE)
    wait = wait_for("code", HERE)
    assert wait == 360

    clock.shift(wait - 1)
    assert wait_for("code", HERE) == 1
    clock.shift(1)
    assert wait_for("code", HERE) == 0


def test_a_count_kept_in_a_file_lasts_to_the_end_of_its_window(in_files, clock):
    count(WRONG_FROM_ONE)

    clock.shift(599)

    assert wait_for("code", HERE) == 1


def test_two_processes_count_together(in_files, clock):
    count(WRONG_FROM_ONE - 1)
    other = f"""
import time
from django.conf import settings
settings.configure(CACHES={the_settings.CACHES!r})
time.time = lambda: {START}
from invitations.throttle import count_wrong
count_wrong("code", "{HERE}")
"""
    subprocess.run(
        [sys.executable, "-c", other.replace("PosixPath", "str")],
        check=True,
        cwd=the_settings.BASE_DIR,
    )

    assert wait_for("code", HERE) == 600


def test_the_count_writes_no_line_of_a_log(caplog):
    caplog.set_level(logging.DEBUG)

    count(WRONG_FROM_ONE + 1)

    assert caplog.text == ""
