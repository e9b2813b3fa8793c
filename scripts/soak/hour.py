"""The last hour. 200 offices answer at once while the site comes to harm.

Each thanks that an office reads must have its reply in the database, once; each 503 must say when
to come again and keep what was typed; no summary may be lost; a rollout and a new SECRET_KEY must
cut off nobody.
"""

import os
import secrets
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event

from django.core.management import call_command
from django.db import connection

from invitations.models import Reply, ReplyLink
from scripts.peers.disks import full
from scripts.peers.ports import answers
from scripts.peers.programs import Listening, wait_until
from scripts.soak.faults import crash_database, restart_database
from scripts.soak.letters import Invited
from scripts.soak.offices import CUT_OFF, SILENCE, Office, Told
from scripts.soak.stage import Stage

OFFICES = 200
WORKERS, THREADS = 2, 8
BETWEEN = 8  # seconds after each harm
ENOUGH = 20  # requests after that, whatever the machine


class Site(Listening):
    """The site as a deployment serves it, with its SECRET_KEY in a file."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.key = folder / "secret-key"
        self.key.write_text(secrets.token_hex(50))
        command = (
            sys.executable, "-m", "gunicorn",
            "--workers", str(WORKERS), "--threads", str(THREADS), "--no-control-socket",
            "--log-level", "warning", "wsis_forum.wsgi",
        )  # fmt: skip
        super().__init__(*command, log=folder / "site.log", SECRET_KEY_FILE=str(self.key), **more)

    def kill_a_worker(self) -> None:
        """Kill the one that has served longest."""
        os.kill(self.pids[1], signal.SIGKILL)

    def change_key(self) -> None:
        """Sign with a new key; what the old one signed still opens."""
        self.key.write_text(f"{secrets.token_hex(50)}\n{self.key.read_text()}")
        self.restart()


def play(stage: Stage) -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    site = Site(stage.folder)
    stage.programs.append(site)
    with at_work(stage, site, Invited(OFFICES, seconds=1)) as offices:
        strike(stage, site, offices)


@contextmanager
def at_work(stage: Stage, site: Site, invited: Invited) -> Iterator[list[Office]]:
    """Let each office answer again and again meanwhile, then judge what they were told."""
    links = ReplyLink.objects.filter(invitation__in=invited.invitations).order_by("pk")
    over = Event()
    offices = [Office(site.url, link.token, link.invitation_id, over) for link in links]
    connection.close()
    for office in offices:
        office.start()
    wait_until(lambda: all(office.told for office in offices), "each office is at work", 600)
    yield offices
    over.set()
    for office in offices:
        office.join()
    judge(stage, offices)


def strike(stage: Stage, site: Site, offices: list[Office]) -> None:
    """Do one harm after another, and tell what offices were answered meanwhile."""
    for title, harm in harms(stage, site).items():
        began = time.monotonic()
        harm()
        time.sleep(BETWEEN)
        wait_until(partial(have_been_told, offices, time.monotonic()), "offices have answers", 300)
        meanwhile = [one for one in told_to(offices) if one.at >= began]
        tell(title, meanwhile)
        cut = sum(one.status == CUT_OFF for one in meanwhile)
        # Only who is served by a worker that is killed may be cut off.
        if cut and harm != site.kill_a_worker:
            stage.breaches.append(f"{title}: {cut} connections were cut off")


def harms(stage: Stage, site: Site) -> dict[str, Callable[[], object]]:
    return {
        "a worker is killed": site.kill_a_worker,
        "another worker is killed": site.kill_a_worker,
        "Redis is away": partial(redis_away, stage),
        "PostgreSQL is stopped, and started again": partial(restart_database, stage),
        "PostgreSQL crashes, and is started again": partial(crash_database, stage),
        "the disk of the files is full": partial(store_full, stage),
        "the disk of the database is full": partial(database_full, stage),
        "a new version is rolled out": site.restart,
        "SECRET_KEY is another one": site.change_key,
    }


def have_been_told(offices: list[Office], since: float) -> bool:
    """Whether enough requests had an end since then to say what the harm did."""
    return sum(one.at >= since for one in told_to(offices)) >= ENOUGH


def told_to(offices: list[Office]) -> list[Told]:
    return [one for office in offices for one in list(office.told)]


def store_full(stage: Stage) -> None:
    """Fill the disk of the files; an answer needs none."""
    with full(stage.folder / "files"):
        time.sleep(BETWEEN)


def database_full(stage: Stage) -> None:
    """Fill the disk of the database; start it again if it has given up."""
    with full(stage.database.folder):
        time.sleep(BETWEEN)
    if not answers(stage.database.port):
        stage.database.start()


def redis_away(stage: Stage) -> None:
    stage.broker.stop()
    stage.pause(5, 6)
    stage.broker.start()


def judge(stage: Stage, offices: list[Office]) -> None:
    """Compare what offices were told with what is on file."""
    thanked = {(office.invitation, words) for office in offices for words in office.thanked}
    recorded = Reply.objects.values_list("invitation", "remarks")
    tell(f"   {len(offices)} offices, {len(thanked)} replies thanked for", told_to(offices))
    stage.breaches += sorted({breach for office in offices for breach in office.breaches})
    if missing := thanked - {*recorded}:
        stage.breaches.append(f"{len(missing)} replies were thanked for and are not on file")
    if twice := len(recorded) - len({*recorded}):
        stage.breaches.append(f"{twice} replies were recorded twice")
    if silent := sum(not office.thanked for office in offices):
        stage.breaches.append(f"{silent} offices were never thanked")


def tell(title: str, told: list[Told]) -> None:
    """Print how many requests were answered, sent away and cut off, and how long they took."""
    seconds = sorted(one.seconds for one in told if one.status > 0) or [0.0]
    print(
        f"{title:60}{len(told):6} requests"
        f"{sum(one.status == 503 for one in told):6} come again"
        f"{sum(one.status == CUT_OFF for one in told):5} cut off"
        f"{sum(one.status == SILENCE for one in told):5} silent"
        f"{statistics.median(seconds):8.2f} s"
        f"{seconds[len(seconds) * 19 // 20]:7.2f} s at 95 %",
        flush=True,
    )
