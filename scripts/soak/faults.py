"""Do harm to broker, database and mail server, one after another."""

import time
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from scripts.peers.ports import open_lines
from scripts.peers.programs import Program, wait_until
from scripts.soak.letters import Invited
from scripts.soak.stage import LINES, WORKERS, Stage

STALL = settings.SMTP_TIMEOUT + 2
LEASE = 15 * settings.SMTP_TIMEOUT


class Fault(NamedTuple):
    title: str
    times: int
    strikes: Callable[[Stage], int]  # returns how many deliveries it may leave uncertain


def play(stage: Stage) -> None:
    stage.host("zenda")
    for fault in FAULTS:
        stage.mail.behaves(seconds=0.4)
        letters, at_most = Invited(150, seconds=fault.times * 10), 0
        for _time in range(fault.times):
            stage.pause(3, 9)
            at_most += fault.strikes(stage)
        stage.judge(f"{fault.title}", fault.times, letters, at_most)


def flush_broker(stage: Stage) -> int:
    stage.broker.call("FLUSHALL")
    return 0


def restart_broker(stage: Stage) -> int:
    stage.broker.stop()
    stage.pause(0, 4)
    stage.broker.start()
    return 0


def restart_database(stage: Stage) -> int:
    return stop_database(stage, "fast")


def crash_database(stage: Stage) -> int:
    return stop_database(stage, "immediate")


def stop_database(stage: Stage, mode: str) -> int:
    """Restart the database; each connection may have a message whose outcome is not recorded."""
    connection.close()
    stage.database.stop(mode)
    stage.pause(0, 4)
    stage.database.start()
    return WORKERS * LINES


def mail_server_gone(stage: Stage) -> int:
    lines = stage.mail.goes_away()
    stage.pause(2, 6)
    stage.mail.start()
    return lines


def mail_server_slow(stage: Stage) -> int:
    return for_a_while(stage, stalls=0.1, stall=STALL)


def mail_server_drops(stage: Stage) -> int:
    return for_a_while(stage, drops=0.3)


def for_a_while(stage: Stage, **manners: float) -> int:
    """Misbehave for a while; each answer that nobody hears may leave one delivery uncertain."""
    before = stage.mail.unheard()
    stage.mail.behaves(seconds=0.4, **manners)
    stage.pause(6, 9)
    stage.mail.behaves(seconds=0.4)
    time.sleep(2 * STALL)  # until the last answer is given
    return stage.mail.unheard() - before


def worker_stands_still(stage: Stage) -> int:
    """Put a machine to sleep: its leases end, others take over, and then it goes on."""
    wait_until(lambda: bool(on_the_line(stage)), "a worker is on the line")
    # Others may have taken what was left for it; then it stands still between two letters.
    worker = stage.random.choice(on_the_line(stage) or stage.programs[:WORKERS])
    worker.stands_still()
    lines = open_lines(worker.pids, stage.mail.port)
    time.sleep(LEASE + 5)
    worker.goes_on()
    return lines


def on_the_line(stage: Stage) -> list[Program]:
    return [one for one in stage.programs[:WORKERS] if open_lines(one.pids, stage.mail.port)]


FAULTS = (
    Fault("FLUSHALL", 6, flush_broker),
    Fault("Redis stopped, and started again", 4, restart_broker),
    Fault("PostgreSQL stopped, and started again", 4, restart_database),
    Fault("PostgreSQL crashed, and started again", 4, crash_database),
    Fault("mail server killed, gone for a while", 4, mail_server_gone),
    Fault("mail server slower than its time-out", 3, mail_server_slow),
    Fault("mail server drops the line after the final dot", 3, mail_server_drops),
    Fault("a worker stands still beyond its leases", 1, worker_stands_still),
)
