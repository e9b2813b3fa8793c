"""Part 7: the last hour. 200 offices answer at once while the site comes to harm.

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
from scripts.peers.clocks import Clock
from scripts.peers.disks import full
from scripts.peers.ports import answers
from scripts.peers.programs import Listening, wait_until
from scripts.soak.faults import crash_database, own_database, own_redis, restart_database
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

    def kill_a_worker(self, stage: Stage) -> None:
        os.kill(stage.random.choice(self.pids[1:]), signal.SIGKILL)

    def roll_out(self, _stage: Stage) -> None:
        """Restart the site as systemd does, while its socket stays open."""
        self.restart()

    def change_key(self, stage: Stage) -> None:
        """Sign with a new key; what the old one signed still opens."""
        self.key.write_text(f"{secrets.token_hex(50)}\n{self.key.read_text()}")
        self.roll_out(stage)


def play(stage: Stage) -> None:
    clock = Clock(stage.folder / "clock")
    call_command("collectstatic", interactive=False, verbosity=0)
    site = Site(stage.folder, **clock.environment)
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
    for title, harm, may_cut in HARM:
        began = time.monotonic()
        harm(site, stage)
        time.sleep(BETWEEN)
        wait_until(partial(have_been_told, offices, time.monotonic()), "offices have answers", 300)
        meanwhile = [one for one in told_to(offices) if one.at >= began]
        tell(f"7. {title}", meanwhile)
        cut = sum(one.status == CUT_OFF for one in meanwhile)
        if cut and not may_cut:
            stage.breaches.append(f"7. {title}: {cut} connections were cut off")


def have_been_told(offices: list[Office], since: float) -> bool:
    """Whether enough requests had an end since then to say what the harm did."""
    return sum(one.at >= since for one in told_to(offices)) >= ENOUGH


def told_to(offices: list[Office]) -> list[Told]:
    return [one for office in offices for one in list(office.told)]


def store_full(_site: Site, stage: Stage) -> None:
    """Fill the disk of the files; an answer needs none."""
    with full(stage.folder / "files"):
        time.sleep(BETWEEN)


def database_full(_site: Site, stage: Stage) -> None:
    """Fill the disk of the database; start it again if it has given up."""
    cluster = own_database(stage)
    with full(cluster.folder):
        time.sleep(BETWEEN)
    if not answers(cluster.port):
        cluster.start()


def clock_jumps(_site: Site, stage: Stage) -> None:
    """Set the site's clock three hours ahead, two hours back, and right again."""
    clock = Clock(stage.folder / "clock")
    for seconds in (3 * 3600, -2 * 3600, 0):
        clock.is_off_by(seconds)
        stage.pause(4, 5)


def redis_away(_site: Site, stage: Stage) -> None:
    broker = own_redis(stage)
    broker.stop()
    stage.pause(5, 6)
    broker.start()


HARM: tuple[tuple[str, Callable[[Site, Stage], object], bool], ...] = (
    ("a worker is killed", Site.kill_a_worker, True),
    ("another worker is killed", Site.kill_a_worker, True),
    ("Redis is away", redis_away, False),
    (
        "PostgreSQL is stopped, and started again",
        lambda _site, stage: restart_database(stage),
        False,
    ),
    ("PostgreSQL crashes, and is started again", lambda _site, stage: crash_database(stage), False),
    ("the disk of the files is full", store_full, False),
    ("the disk of the database is full", database_full, False),
    ("the clock jumps ahead, back, and right again", clock_jumps, False),
    ("a new version is rolled out", Site.roll_out, False),
    ("SECRET_KEY is another one", Site.change_key, False),
)


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
