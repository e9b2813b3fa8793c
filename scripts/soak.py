# ruff: noqa: PLC0415 -- each part has its own environment, and reads its settings in it
"""Do harm to the outbox for a quarter of an hour, and account for every letter.

    soak.py [--seed N] [kills] [faults] [together] [answers] [poison] [limit]

Real Celery workers and beats, and a mail server that writes down what it took. What is handed over
has to have arrived exactly once; what is uncertain at most once, and there may be no more of that
than there were connections open when the harm was done. The databases wsis_forum_soak are made
anew. Where servers are to be restarted, they are the soak's own, in a temporary folder.
"""

import argparse
import datetime as dt
import os
import random
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from soak_letters import (  # noqa: E402 -- see the line above
    DATABASE,
    Acknowledgements,
    Letters,
    approve_texts,
    make_database,
)

from invitations.tests.faults import (  # noqa: E402
    MailServer,
    Program,
    celery,
    open_lines,
    until,
)
from invitations.tests.servers import Missing, PostgreSQL, Redis  # noqa: E402

if TYPE_CHECKING:
    from invitations.models import Invitation

KILLS = 200
LIMITED = 150
LIMITED_WITHIN = 90  # seconds; one line that is never idle takes half of it
LETTERS = 1000
REMINDERS = 400
UNSAID = (
    "cabinet\u2028Bcc:x@example.org",
    "cabinet@example.org\r\nBcc: x@example.org",
)
POISON = ("=?utf-8?q?=0d=0aBcc=3Ax?=@example.org", *UNSAID)
STOPPED = 128
LINES = 2  # connections of each worker
TIMEOUT = 3
STALL = TIMEOUT + 2
LEASE = 15 * TIMEOUT
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
    "DEBUG": "False",
    "DEPLOYMENT": "soak",
    "SMTP_TIMEOUT": str(TIMEOUT),
    "TICK_SECONDS": "1",
    "SITE_URL": "http://127.0.0.1:8000",
}
COLUMNS = {
    "": 48, "harm": 5, "received": 9, "handed over": 12, "uncertain": 10, "at most": 8, "twice": 6,
    "lost": 5, "other": 6, "s": 5,
}  # fmt: skip


# The parent


def main() -> None:
    asked = arguments()
    print(f"Seed {asked.seed}; again with: make soak ARGS='--seed {asked.seed}'\n")
    print(in_columns(tuple(COLUMNS)), flush=True)
    ended = []
    for part in asked.parts or PARTS:
        with tempfile.TemporaryDirectory(prefix="wsis-forum-soak-") as name, ExitStack() as own:
            # The database's own user passes through on the way to its folder.
            Path(name).chmod(0o711)
            try:
                servers = own.enter_context(own_servers(Path(name))) if part == "faults" else told()
            except Missing as program:
                sys.exit(str(program))
            ended.append(played(part, Path(name), asked.seed, servers))
        if ended[-1] > STOPPED:
            break
    sys.exit(max(ended))


def played(part: str, folder: Path, seed: int, servers: dict[str, str]) -> int:
    """Play it in a process of its own; a stop is told to it, and it ends what it has started."""
    command = [sys.executable, __file__, "--seed", str(seed), "--within", str(folder), part]
    with subprocess.Popen(command, env=os.environ | servers) as process:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: process.terminate())
        return process.wait()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--within", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    return parser.parse_args()


def told() -> dict[str, str]:
    """The servers that the environment names."""
    server, broker = os.getenv("DATABASE_URL", ""), os.getenv("REDIS_URL", "")
    if not server.startswith("postgres") or not broker:
        sys.exit("Set DATABASE_URL to a database of PostgreSQL, and REDIS_URL: both are used.")
    return {"DATABASE_URL": urlsplit(server)._replace(path=DATABASE).geturl(), "REDIS_URL": broker}


@contextmanager
def own_servers(folder: Path) -> Iterator[dict[str, str]]:
    database, broker = PostgreSQL(folder / "postgresql"), Redis(folder / "redis")
    try:
        yield {
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{database.port}/{DATABASE}",
            "REDIS_URL": f"redis://127.0.0.1:{broker.port}/0",
            "SOAK_POSTGRESQL": str(database.port),
            "SOAK_REDIS": str(broker.port),
        }
    finally:
        broker.stop()
        with suppress(subprocess.CalledProcessError):
            database.stop("immediate")


# What the parts share


class Stage:
    """A filled database, a mail server, and the processes of one host or several."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)  # noqa: S311 -- to be done again, not to be secret
        self.mail = MailServer(folder / "mail")
        self.programs: list[Program] = []
        self.breaches: list[str] = []

    def host(self, name: str, workers: int = 4, lines: int = LINES) -> list[Program]:
        """Start workers and a beat; hosts share database, broker and file store, nothing else."""
        names = [("worker", f"worker{number}") for number in range(workers)] + [("beat", "beat")]
        environment = {"EMAIL_URL": self.mail.url, "SMTP_CONNECTIONS": str(lines)}
        started = [
            celery(kind, program, self.folder / name, **environment) for kind, program in names
        ]
        self.programs += started
        return started

    def lines(self) -> int:
        """How many connections the programs keep with the mail server at this moment."""
        return open_lines(
            [pid for program in self.programs for pid in program.pids], self.mail.port
        )

    def pause(self, shortest: float, longest: float) -> None:
        time.sleep(self.random.uniform(shortest, longest))

    def judge(self, title: str, harm: int, letters: Letters, at_most: int) -> None:
        """Wait until nothing waits, print the account, and keep what is wrong with it."""
        letters.settle()
        found = letters.account(self.mail)
        self.breaches += [f"{title}: {breach}" for breach in found.breaches(at_most)]
        row = (title, harm, *found[:3], at_most, *found[3:5], found.astray + found.strange)
        print(in_columns((*row, round(time.monotonic() - letters.began))), flush=True)

    def judge_answers(self, letters: Letters, found: dict[int, str]) -> None:
        """An office that has answered gets no reminder but one that was on its way."""
        taken = Counter(receipt.address for receipt in self.mail.received())
        rows = letters.deliveries.values_list("letter", "address", "state")
        for moment in ("queued", "claimed", "sending", "handed_over", "cancelled"):
            times = [taken[address] for pk, address, _state in rows if found[pk] == moment]
            at_most = 1 if moment in ("sending", "handed_over") else 0
            title = f"4. answered while the reminder was {moment.replace('_', ' ')}"
            row = (title, len(times), sum(times), "", "", "", sum(time > 1 for time in times))
            print(in_columns((*row, "", "", round(time.monotonic() - letters.began))), flush=True)
            self.breaches += [title for number in times if number > at_most]

    def judge_poison(self, unsaid: Letters, uncomposed: list[Acknowledgements]) -> None:
        """Of each a person learns why it did not leave; and nothing reached a strange address."""
        unsaid.settle()
        if number := unsaid.deliveries.exclude(state="failed").count():
            self.breaches.append(f"5. {number} deliveries that cannot be said have not failed")
        if number := sum(batch.neither_left_nor_said_why() for batch in uncomposed):
            self.breaches.append(f"5. {number} poisoned letters wait, and nobody is told why")
        address = re.compile(r"(office|cabinet|forum)\d*@example\.org")
        if strange := [r.address for r in self.mail.received() if not address.fullmatch(r.address)]:
            self.breaches.append(f"5. received at strange addresses: {strange}")

    def end(self) -> None:
        for program in [*self.programs, self.mail]:
            program.end()


def in_columns(cells: tuple[object, ...]) -> str:
    first, *rest = (str(cell) for cell in cells)
    return first.ljust(COLUMNS[""]) + "".join(
        cell.rjust(width) for cell, width in zip(rest, [*COLUMNS.values()][1:], strict=True)
    )


# The parts


def kills(stage: Stage) -> None:
    """Kill workers and beat, a forked child, its parent or both, at random moments."""
    programs = stage.host("zenda")
    stage.mail.behaves(seconds=0.4)
    letters, lines = Letters(LETTERS, seconds=KILLS * 1.75), 0
    for _number in range(KILLS):
        stage.pause(0.3, 3.2)
        victim = stage.random.choice(programs)
        lines += victim.kill(stage.random.choice(["child", "parent", "both"]), stage.mail.port)
    stage.judge("1. kill -9 of four workers and of beat", KILLS, letters, lines)


class Fault(NamedTuple):
    title: str
    times: int
    strikes: Callable[[Stage], int]  # returns how many deliveries it may leave uncertain


def faults(stage: Stage) -> None:
    """Do harm to broker, database and mail server, one after another."""
    stage.host("zenda")
    for fault in FAULTS:
        stage.mail.behaves(seconds=0.4)
        letters, at_most = Letters(150, seconds=fault.times * 10), 0
        for _time in range(fault.times):
            stage.pause(3, 9)
            at_most += fault.strikes(stage)
        stage.judge(f"2. {fault.title}", fault.times, letters, at_most)


def flush_broker(stage: Stage) -> int:
    own_redis(stage).call("FLUSHALL")
    return 0


def restart_broker(stage: Stage) -> int:
    broker = own_redis(stage)
    broker.stop()
    stage.pause(0, 4)
    broker.start()
    return 0


def restart_database(stage: Stage) -> int:
    return stop_database(stage, "fast")


def crash_database(stage: Stage) -> int:
    return stop_database(stage, "immediate")


def stop_database(stage: Stage, mode: str) -> int:
    """Each connection may be at a message whose outcome cannot be written down."""
    from django.db import connection

    connection.close()
    database = PostgreSQL(stage.folder / "postgresql", int(os.environ["SOAK_POSTGRESQL"]))
    database.stop(mode)
    stage.pause(0, 4)
    database.start()
    return 4 * LINES


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
    """Each answer to a final dot that nobody hears may leave one delivery uncertain."""
    before = stage.mail.unheard()
    stage.mail.behaves(seconds=0.4, **manners)
    stage.pause(6, 9)
    stage.mail.behaves(seconds=0.4)
    time.sleep(2 * STALL)  # until the last answer is given
    return stage.mail.unheard() - before


def worker_stands_still(stage: Stage) -> int:
    """A machine that is put to sleep: its leases end, others take over, and then it goes on."""
    worker = stage.random.choice(stage.programs[:4])
    until(lambda: open_lines(worker.pids, stage.mail.port) > 0, "it is on the line")
    worker.stands_still()
    lines = open_lines(worker.pids, stage.mail.port)
    time.sleep(LEASE + 5)
    worker.goes_on()
    return lines


def own_redis(stage: Stage) -> Redis:
    return Redis(stage.folder / "redis", int(os.environ["SOAK_REDIS"]))


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


def together(stage: Stage) -> None:
    """Two hosts, each with a beat and four workers of five threads; then one of them is lost."""
    here = stage.host("zenda", lines=5)
    there = stage.host("strelsau", lines=5)
    stage.mail.behaves(seconds=0.3)
    letters, most = Letters(LETTERS, seconds=1), 0
    while letters.deliveries.filter(state="queued").exists():
        most = max(most, stage.lines())
        time.sleep(0.2)
    stage.judge(f"3. two beats, eight workers, {most} lines at once", 0, letters, 0)

    letters, lines = Letters(LETTERS, seconds=1), 0
    until(lambda: stage.lines() > 20, "most threads are at work")
    for program in there:
        lines += program.kill("both", stage.mail.port)
        program.end()
    stage.programs = here
    stage.judge("3. one of two hosts is lost", len(there), letters, lines)


def answers_come(stage: Stage) -> None:
    """Offices answer about when their reminder is due; each at a moment of its own."""
    stage.host("zenda")
    stage.mail.behaves(seconds=0.5)
    letters = Letters(REMINDERS, seconds=60, reminders=True)
    if why := resting(letters.invitations[0]):
        print(f"4. {why}")
        return
    due = {place: place * 60 / REMINDERS for place in range(REMINDERS)}
    moments = sorted((due[place] + stage.random.uniform(-5, 15), place) for place in due)
    found = {}
    for moment, place in moments:
        time.sleep(max(0, letters.began + moment - time.monotonic()))
        found[letters.pks[place]] = answer(letters.invitations[place], letters.pks[place])
    letters.settle()
    stage.judge_answers(letters, found)


def resting(invitation: "Invitation") -> str:
    edition = invitation.edition
    quiet = edition.is_quiet(edition.local_date(dt.datetime.now(dt.UTC)))
    return "No reminder leaves at a weekend: come again on a working day." if quiet else ""


def answer(invitation: "Invitation", letter: int) -> str:
    """Record a reply; return how far the reminder was at that moment, which the lock holds."""
    from django.db import transaction

    from invitations.models import Delivery
    from invitations.replies import record_reply

    with transaction.atomic():
        record_reply(invitation, {"answer": "regrets"})
        return Delivery.objects.get(letter=letter).state


def poison(stage: Stage) -> None:
    """Letters that cannot be composed, and addresses that no mail server can be told."""
    approve_texts()
    stage.host("zenda")
    stage.mail.behaves(seconds=0.1)
    letters, unsaid = Letters(LIMITED, seconds=10), Letters(len(UNSAID) * 5, seconds=10)
    for place, pk in enumerate(unsaid.pks):
        unsaid.deliveries.filter(letter=pk).update(address=UNSAID[place % len(UNSAID)])
    uncomposed = [Acknowledgements(5, poison) for poison in POISON]
    uncomposed += [Acknowledgements(5, poison, in_name=True) for poison in POISON]
    good = Acknowledgements(40)
    with suppress(TimeoutError):
        until(good.composed, "the good ones are composed")
    letters.pks += good.pks
    harm = len(unsaid.pks) + sum(len(one.pks) for one in uncomposed)
    stage.judge("5. poisoned letters among good ones", harm, letters, 0)
    stage.judge_poison(unsaid, uncomposed)
    if not good.composed():
        stage.breaches.append("5. good letters wait to be composed")


def limit(stage: Stage) -> None:
    """The mail server takes one connection at a time, and eight lines want one."""
    stage.host("zenda")
    stage.mail.behaves(seconds=0.1, lines=1)
    letters = Letters(LIMITED, seconds=1)
    stage.judge("6. one connection for eight lines", 0, letters, 0)
    seconds, again = time.monotonic() - letters.began, letters.deliveries.filter(attempts__gt=1)
    if number := again.count():
        stage.breaches.append(f"6. {number} deliveries were tried more than once")
    if seconds > LIMITED_WITHIN:
        stage.breaches.append(f"6. {seconds:.0f} s instead of {LIMITED_WITHIN}")


PARTS = {
    "kills": kills,
    "faults": faults,
    "together": together,
    "answers": answers_come,
    "poison": poison,
    "limit": limit,
}


def play(part: str, folder: Path, seed: int) -> None:
    import django

    os.environ |= ENVIRONMENT | {
        "SECRET_KEY": secrets.token_urlsafe(),
        "STORAGE_URL": (folder / "files").as_uri(),
        "VAR_DIR": str(folder / "parent"),
    }
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda signum, _frame: sys.exit(STOPPED + signum))
    for name in (
        "SECRET_KEY_FILE",
        "DATABASE_URL_FILE",
        "EMAIL_URL_FILE",
        "STORAGE_URL_FILE",
        "ARMING_KEY_FILE",
    ):
        os.environ.pop(name, None)
    django.setup()
    make_database()
    stage = Stage(folder, seed)
    try:
        PARTS[part](stage)
    finally:
        stage.end()
    sys.exit("\n".join(stage.breaches) or 0)


if __name__ == "__main__":
    asked = arguments()
    if asked.within:
        play(asked.parts[0], asked.within, asked.seed)
    else:
        main()
