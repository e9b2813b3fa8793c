"""What `make test-all` runs: everything that is there."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.program


def run_by(target):
    """Return the command that make would run for the target, without its processes."""
    lines = subprocess.run(
        ["make", "--dry-run", target],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    ).stdout.replace("\\\n", " ").splitlines()  # fmt: skip
    (command,) = [line for line in lines if " -m pytest " in line]
    return re.search(r'-m ("(?P<markers>[^"]*)")', command)["markers"]


def collected(*arguments):
    # No worker of the run that plays this test: it has a folder of its own.
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    said = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "--quiet", *arguments], env=own,
        cwd=settings.BASE_DIR, capture_output=True, text=True, timeout=300, check=True,
    ).stdout  # fmt: skip
    return {line for line in said.splitlines() if "::" in line}


def test_all_tests_are_those_that_pytest_finds_by_itself():
    everything = collected()

    assert collected("-m", run_by("test-all")) == everything
    assert len(everything) > 5000


def test_what_takes_long_is_left_out_by_its_markers_alone():
    assert run_by("test") == "not (browser or walk or program)"
