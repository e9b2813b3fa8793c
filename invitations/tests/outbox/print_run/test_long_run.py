import os
import subprocess
import sys

import pikepdf
import pytest
from django.conf import settings

pytestmark = pytest.mark.program

# A short run of one part, then a long one of nine, in one process.
TWO_RUNS = f"""
import sys
from {__package__} import long_run
from invitations.outbox import print_run
print_run.ENVELOPES_AT_ONCE = 5
long_run.make(5, sys.argv[1])
long_run.make(45, sys.argv[2])
"""
GROWTH = 30  # megabytes; the file of the long run has 48 more than that of the short one


def peaks_of(*files):
    """Make both runs in a process of its own; return its peak after each, in megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", TWO_RUNS, *files],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "SECRET_KEY": "of-this-test-alone",
            "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
            "DATABASE_URL": "sqlite://:memory:",
            "VAR_DIR": str(files[0].parent),
        },
        stdout=subprocess.PIPE,
        check=True,
    )
    return [int(peak) for peak in done.stdout.split()]


def test_a_long_print_run_takes_hardly_more_memory_than_a_short_one(tmp_path):
    few, many = peaks_of(tmp_path / "short.pdf", tmp_path / "long.pdf")

    assert many - few < GROWTH
    with pikepdf.open(tmp_path / "long.pdf") as book:
        assert len(book.attachments) == 45
        assert len([page for page in book.pages if page.mediabox[2] == 700]) == 45
