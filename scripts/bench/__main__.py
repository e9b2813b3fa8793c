"""Print what composing, sending and planning cost, as ratios to other code in the same run.

    python -m scripts.bench [--rounds N] [--large] [composing] [sending] [pages] [planning]

Each measurement runs in a process of its own, in turns with what it is compared with; the medians
are printed. The letters, of the fictitious edition of 2020, are in the database wsis_forum_bench,
which is made anew. Processes are started, never forked: fonts do not survive a fork. This parent
reads little: on Linux a child's peak memory counts its parent's.
"""

import argparse
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from . import tables
from .rounds import ROOT, Cost, Costs, median, medians, run_children, same_work
from .serving import answer_page

DATABASE = "wsis_forum_bench"
# Where each language may stand, beside naive code: one process, and two.
ALONE = {"fr": 0.80, "en": 0.80, "es": 0.80, "ru": 0.80, "ar": 0.65, "zh-hans": 0.50}
TOGETHER = {"fr": 0.45, "en": 0.45, "es": 0.45, "ru": 0.45, "ar": 0.35, "zh-hans": 0.30}
DELIVERIES = 965  # five for each letter
FAR, FAR_APART = 200, 40  # that leave over the long line
ROUND_TRIP = 0.020  # seconds
RIVAL = {"DJANGO_SETTINGS_MODULE": "scripts.bench.rival_settings"}


def main() -> None:
    asked = arguments()
    server = urlsplit(os.getenv("DATABASE_URL", ""))
    if not server.scheme.startswith("postgres"):
        sys.exit("Set DATABASE_URL to a database of PostgreSQL: its server is used.")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="wsis-forum-bench-") as folder:
        for name in (
            "SECRET_KEY_FILE",
            "STORAGE_URL",
            "STORAGE_URL_FILE",
            "INTRAY_URL",
            "BOUNCES_URL",
            "ARMING_KEY",
        ):
            os.environ.pop(name, None)
        # A child arms the deployment and leaves its key there for the others.
        key = Path(folder, "arming-key")
        key.touch()
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
            "ARMING_KEY_FILE": str(key),
            "DATABASE_URL": server._replace(path="postgres").geturl(),
            "DEBUG": "False",
            "DEMO_PASSWORD": secrets.token_urlsafe(),
            "DEPLOYMENT": "bench",
            "EMAIL_URL": "smtp://127.0.0.1:9/",
            "SECRET_KEY": secrets.token_urlsafe(),
            "VAR_DIR": folder,
        }
        run_children(f"job.make_database {DATABASE}")
        os.environ["DATABASE_URL"] = server._replace(path=DATABASE).geturl()
        run_children("job.make_drafts")
        for part in asked.parts or PARTS:
            PARTS[part](asked, Path(folder))
    print(f"\nMedians of {asked.rounds} rounds, {time.monotonic() - began:.0f} s in all.")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--large",
        action="store_true",
        default=os.getenv("BENCH_LARGE") == "1",
        help="fill a database with a million invitations too: some minutes, some gigabytes",
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    return parser.parse_args()


# Composing


def composing(asked: argparse.Namespace, folder: Path) -> None:
    set_in_type(asked.rounds)
    remember()
    whole_job(asked.rounds)


def set_in_type(rounds: int) -> None:
    naive, product, floor, pair = [], [], [], []
    for _round in range(rounds):
        naive.append(run_children("letters.naive"))
        product.append(run_children("letters.product"))
        floor.append(run_children("letters.typst"))
        pair.append(run_children("letters.product", "letters.product"))
    tables.setting(medians(naive), medians(product), medians(floor), ALONE)
    tables.setting_together(medians(naive), medians(pair), TOGETHER)


def remember() -> None:
    tables.heading(
        "A worker's peak memory at letter 100 and 1,000, MB",
        "100", "1,000", "target", "", "growth", "target",
    )  # fmt: skip
    with ThreadPoolExecutor() as threads:
        plain, rare = threads.map(
            run_children, ["letters.worker fr plain", "letters.worker zh-hans rare"]
        )
    tables.memory("French", plain, 150)
    tables.memory("Chinese, a rare character in each name", rare, 200)


def whole_job(rounds: int) -> None:
    compared = {
        "naive: write_pdf(), and the message": ["job.compose_naively"],
        "product: words, PDF/A, message, hashes and rows": ["job.compose"],
        "product, two processes": ["job.compose", "job.compose"],
    }
    costs: dict[str, list[Cost]] = {label: [] for label in compared}
    for _round in range(rounds):
        for label, jobs in compared.items():
            run_children("job.plan")
            costs[label].append(run_children(*jobs)[""])
    middle = {label: median(measured) for label, measured in costs.items()}
    same_work(list(middle.values()))
    tables.compared("Composing 193 letters", middle)


# Sending


def sending(asked: argparse.Namespace, folder: Path) -> None:
    run_children("sending.approve")
    run_children("sending.make_rival", **RIVAL)
    with peer("take_mail") as port:
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}/"
        send_near(asked.rounds)
    certificate = folder / "peer.pem"
    make_certificate(certificate)
    os.environ["SSL_CERT_FILE"] = str(certificate)
    with peer("take_mail", certificate) as near, peer("delay", near, ROUND_TRIP) as port:
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}/?security=tls"
        send_far(asked.rounds)


def send_near(rounds: int) -> None:
    rival, product, bare, naive = [], [], [], []
    for _round in range(rounds):
        rival.append(run_children(f"sending.send_by_rival {DELIVERIES}", **RIVAL))
        run_children(f"sending.queue {DELIVERIES}")
        product.append(run_children("sending.send", "sending.send")[""])
        bare.append(run_children(f"sending.send_bare {DELIVERIES}")[""])
        naive.append(run_children(f"sending.send_naively {DELIVERIES}")[""])
    queued, sent = medians(rival)["queued"], medians(rival)["sent"]
    costs = {
        "django-post_office: queued and sent": both(queued, sent),
        "django-post_office: sent": sent,
        "naive: EmailMessage built, a connection for each": median(naive),
        "product: two processes, approved to recorded": median(product),
        "floor: smtplib, ready bytes, one connection": median(bare),
    }
    same_work(list(costs.values()))
    tables.compared(f"Sending {DELIVERIES} messages of 120 kB", costs)
    whole, _sent, _naive, ours, floor = costs.values()
    tables.heading("Of these", "ratio", "target")
    tables.row("times as fast as post_office", *tables.at_least(whole.seconds / ours.seconds, 2.5))
    worked = ours.of_processor / floor.of_processor
    tables.row("CPU of the workers beside the floor's", *tables.at_most(worked, 3))


def both(queued: Cost, sent: Cost) -> Cost:
    return sent._replace(
        seconds=queued.seconds + sent.seconds,
        of_processor=queued.of_processor + sent.of_processor,
    )


def send_far(rounds: int) -> None:
    """Fewer with a connection for each, which is slow: they are compared message by message."""
    apart, product = [], []
    for _round in range(rounds):
        apart.append(run_children(f"sending.send_apart {FAR_APART}")[""])
        run_children(f"sending.queue {FAR}")
        product.append(run_children("sending.send")[""])
    tables.heading(
        "The same over 20 ms round trip with TLS",
        "messages", "per s", "ms", "CPU ms", "ratio", "target",
    )  # fmt: skip
    before, ours = median(apart), median(product)
    tables.each("ready bytes, a connection for each", before)
    tables.each(
        "product: one process, its kept connections", ours,
        *tables.at_least(before.wall / ours.wall, 4),
    )  # fmt: skip


@contextmanager
def peer(*words: object) -> Iterator[int]:
    """Keep a mail server, or a line to it, and say on which port."""
    command = [sys.executable, "-m", "scripts.bench.peers", *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 -- it is a pipe
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def make_certificate(file: Path) -> None:
    """A certificate with its key, for 127.0.0.1."""
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        f" -subj /CN=bench -addext subjectAltName=IP:127.0.0.1 -keyout {file} -out {file}.crt"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    with file.open("a") as pem:
        pem.write(Path(f"{file}.crt").read_text())


# Pages


def pages(asked: argparse.Namespace, folder: Path) -> None:
    run_children("sending.approve")
    answer_page(asked.rounds)


# Planning


def planning(asked: argparse.Namespace, folder: Path) -> None:
    if not asked.large:
        print("\nPlanning at 1,000,000 invitations: left out; make bench ARGS=--large")
        return
    run_children("sending.approve")
    run_children("planning.settle")
    reminded = {}
    for stored in (10_000, 1_000_000):
        run_children(f"planning.store {stored}")
        reminded[stored] = run_children("planning.remind")[""]
    report_planning(reminded, run_children("planning.find"), run_children("planning.claim"))
    print("\n" + (folder / "plan.txt").read_text())


def report_planning(reminded: dict[int, Cost], found: Costs, claimed: Costs) -> None:
    few, many = reminded.values()
    same_work([few, many])
    same_work(list(found.values()))
    same_work(list(claimed.values()))
    tables.heading("Planning at 1,000,000 invitations, ms", "beside", "ms", "ratio", "target")
    pairs = [
        (f"finding {found['with'].done} due, beside without partial indexes", found["without"],
         found["with"], 1 / 20),
        (f"claiming {claimed['at once'].done} at once, beside one by one", claimed["one by one"],
         claimed["at once"], 1 / 5),
    ]  # fmt: skip
    for label, before, now, target in pairs:
        milliseconds = [f"{1000 * cost.seconds:.2f}" for cost in (before, now)]
        tables.row(label, *milliseconds, *tables.at_most(now.seconds / before.seconds, target))
    milliseconds = [f"{1000 * cost.seconds:.1f}" for cost in (few, many)]
    label = f"{many.done} reminders, at 10,000 and at 1,000,000"
    tables.row(label, *milliseconds, f"{many.seconds / few.seconds:.2f}", "about 1")


PARTS = {"composing": composing, "sending": sending, "pages": pages, "planning": planning}

if __name__ == "__main__":
    main()
