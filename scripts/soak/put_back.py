"""A dump restored over the same database, which has the same identity and the same key."""

import os
import subprocess
import time

from django.db import connection

from invitations.models import JobRun
from invitations.times.jobs import Job
from scripts.peers.programs import wait_until
from scripts.soak.letters import Invited
from scripts.soak.stage import Stage

LETTERS = 60
AT_WORK = 10  # seconds


def play(stage: Stage) -> None:
    letters, dump = Invited(LETTERS, seconds=1), str(stage.folder / "dump")
    call("pg_dump", "--format=custom", f"--file={dump}", os.environ["DATABASE_URL"])
    stage.host("zenda")
    letters.settle()
    for program in stage.programs:
        program.end()
    connection.close()
    again = time.time()
    call("pg_restore", "--clean", "--if-exists", f"--dbname={os.environ['DATABASE_URL']}", dump)
    stage.host("zenda")
    wait_until(lambda: has_run_since(again + AT_WORK), "the outbox was looked at")
    received = len(stage.mail.received())
    row = ("a dump put back in place", 1, received, LETTERS, 0, 0, received - LETTERS, 0, 0)
    stage.print_row(*row, round(letters.age))
    if received != LETTERS:
        stage.breaches.append(f"{received} received of {LETTERS} letters")


def call(*command: str) -> None:
    subprocess.run(command, check=True)


def has_run_since(began: float) -> bool:
    run = JobRun.objects.filter(name=Job.DISPATCH_OUTBOX, ended_at__isnull=False).first()
    return run is not None and run.began_at.timestamp() > began
