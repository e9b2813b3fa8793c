import os
import subprocess
import sys

import pikepdf
from django.conf import settings

GROWTH = 60  # megabytes; the files of the long run have 120 more than those of the short one


def peak_of(letters, folder):
    """Make a run in a process of its own; return its peak in megabytes."""
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.long_run", str(letters), f"{folder}/{letters}.pdf"],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "SECRET_KEY": "of-this-test-alone",
            "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
            "DATABASE_URL": "sqlite://:memory:",
            "VAR_DIR": str(folder),
        },
        stdout=subprocess.PIPE,
        check=True,
    )
    return int(done.stdout)


def test_a_long_print_run_takes_hardly_more_memory_than_a_short_one(tmp_path):
    few, many = peak_of(20, tmp_path), peak_of(120, tmp_path)

    assert many - few < GROWTH
    with pikepdf.open(tmp_path / "120.pdf") as book:
        assert len(book.attachments) == 120
        assert len([page for page in book.pages if page.mediabox[2] == 700]) == 120
