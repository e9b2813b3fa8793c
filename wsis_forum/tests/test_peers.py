"""What trials are played with: programs that stand still before a kill."""

import sys
from itertools import repeat

import pytest

from scripts.peers.programs import Program

pytestmark = pytest.mark.program

BEGINS_OTHERS = "import subprocess\nwhile True: subprocess.run(['true'])"


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
