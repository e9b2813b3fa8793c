"""What trials are played with: programs that stand still before a kill, and a clock of theirs."""

import os
import subprocess
import sys
from itertools import repeat

import pytest

from scripts.peers.clocks import Clock
from scripts.peers.programs import Program
from scripts.peers.servers import ProgramMissing

pytestmark = pytest.mark.program

BEGINS_OTHERS = "import subprocess\nwhile True: subprocess.run(['true'])"
# As a thread waits for Python's lock: on a condition, by the clock that nobody sets.
WAITS = """
import ctypes, time
libc, SECONDS = ctypes.CDLL(None), 0.2
kind, condition, lock = (ctypes.create_string_buffer(64) for _ in range(3))
libc.pthread_condattr_init(kind)
libc.pthread_condattr_setclock(kind, time.CLOCK_MONOTONIC)
libc.pthread_cond_init(condition, kind)
libc.pthread_mutex_init(lock, None)
libc.pthread_mutex_lock(lock)
until = int((time.monotonic() + SECONDS) * 1e9)
libc.pthread_cond_timedwait(condition, lock, (ctypes.c_long * 2)(*divmod(until, 10**9)))
print(time.monotonic_ns() >= until)
"""


@pytest.fixture
def program(tmp_path):
    started = Program(sys.executable, "-c", BEGINS_OTHERS, log=tmp_path / "log")
    yield started
    started.end()


def test_a_program_that_begins_others_all_the_time_stands_still(program):
    for _again in repeat(None, 100):
        program.stands_still()
        assert program.was_stopped()
        program.goes_on()


@pytest.fixture
def clock(tmp_path):
    try:
        return Clock(tmp_path / "clock")
    except ProgramMissing as missing:
        pytest.skip(str(missing))


def test_a_thread_waits_as_long_under_a_clock_that_is_set(clock):
    waited = subprocess.run(
        (sys.executable, "-c", WAITS),
        env=os.environ | clock.environment,
        capture_output=True,
        check=True,
        text=True,
    )
    assert waited.stdout == "True\n"
