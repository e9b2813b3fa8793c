"""Programs of this deployment on a folder of their own, and the log that each writes."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

from django.conf import settings


@contextmanager
def started(tmp_path, *command, **variables):
    """A program of this deployment on a folder of its own, and the log it writes."""
    environment = {name: text for name, text in os.environ.items() if name != "REDIS_URL"} | {
        "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"sqlite:///{tmp_path}/empty.sqlite3",
        "PYTHONPATH": f"{tmp_path}:{settings.BASE_DIR}",
        **variables,
    }
    for folder in ("broker", "static"):
        (tmp_path / folder).mkdir(exist_ok=True)
    log = tmp_path / "log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *command],
            env=environment, cwd=settings.BASE_DIR, stdout=output, stderr=output,
        )  # fmt: skip
    try:
        yield process, log
    finally:
        process.terminate()
        process.wait(timeout=30)


def said_by(program, folder, **variables):
    """What a program in Python prints that knows these variables of the deployment alone."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
            "SECRET_KEY": "of-this-test-alone",
            "VAR_DIR": str(folder),
            **variables,
        },
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def wait_for(words, process, log, seconds=300):
    stop_at = time.monotonic() + seconds
    while not log.exists() or words not in log.read_text():
        assert process.poll() is None, log
        assert time.monotonic() < stop_at, log
        time.sleep(0.1)
