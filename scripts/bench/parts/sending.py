"""The part ``sending``: approved letters sent to a mail server near by, and over a long line."""

import argparse
import json
import os
import smtplib
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scripts.bench import tables
from scripts.bench.rounds import ROOT, Cost, Run, alone, in_turns, of_size, run_children

DELIVERIES = of_size(965, 50)  # five for each letter
FAR, FAR_APART = of_size(200, 10), of_size(40, 5)  # that leave over the long line
ROUND_TRIP = 0.020  # seconds
QUEUED, SENT = "django-post_office: queued and sent", "django-post_office: sent"
PRODUCT = "product: two processes, approved to recorded"
FLOOR = "floor: smtplib, ready bytes, one connection"
APART = "ready bytes, a connection for each"
KEPT = "product: one process, its kept connections"
RIVAL = {"DJANGO_SETTINGS_MODULE": "scripts.bench.rival_settings"}


def play(asked: argparse.Namespace, folder: Path) -> None:
    run_children("sending.approve")
    run_children("sending.make_rival", **RIVAL)
    with peer("take_mail") as port:
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}/"
        compare_near(asked.rounds)
    certificate = folder / "peer.pem"
    make_certificate(certificate)
    os.environ["SSL_CERT_FILE"] = str(certificate)
    with peer("take_mail", certificate) as near, peer("delay", near, ROUND_TRIP) as port:
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{port}/?security=tls"
        compare_far(asked.rounds)


def compare_near(rounds: int) -> None:
    runs = {
        SENT: Run([f"sending.send_by_rival {DELIVERIES}"], RIVAL),
        PRODUCT: Run(["sending.send"] * 2, first=f"sending.queue {DELIVERIES}"),
        FLOOR: Run([f"sending.send_bare {DELIVERIES}"]),
    }
    taken: list[dict[str, Any]] = []
    found = in_turns(rounds, runs, lambda: taken.append(asked_of_peer()))
    refuse_unlike_taken(*taken)
    costs = alone(found)
    whole = both(found[SENT]["queued"], costs[SENT])
    tables.compared(f"Sending {DELIVERIES} messages of 120 kB", {QUEUED: whole, **costs})
    tables.heading("Of these", "ratio", "target")
    faster = whole.seconds / costs[PRODUCT].seconds
    tables.row("times as fast as post_office", *tables.at_least(faster, 2.5))
    worked = costs[PRODUCT].of_processor / costs[FLOOR].of_processor
    tables.row("CPU of the workers beside the floor's", *tables.at_most(worked, 3))


def both(queued: Cost, sent: Cost) -> Cost:
    return sent._replace(
        seconds=queued.seconds + sent.seconds,
        of_processor=queued.of_processor + sent.of_processor,
    )


def compare_far(rounds: int) -> None:
    """Compare message by message: fewer go with a connection for each, which is slow."""
    runs = {
        APART: Run([f"sending.send_apart {FAR_APART}"]),
        KEPT: Run(["sending.send"], first=f"sending.queue {FAR}"),
    }
    taken: list[dict[str, Any]] = []
    found = in_turns(rounds, runs, lambda: taken.append(asked_of_peer()))
    refuse_unlike_taken(*taken, alike=("parts",))
    tables.heading(
        "The same over 20 ms round trip with TLS",
        "messages", "per s", "ms", "CPU ms", "ratio", "target",
    )  # fmt: skip
    before, ours = found[APART][""], found[KEPT][""]
    print_each(APART, before)
    print_each(KEPT, ours, *tables.at_least(before.wall / ours.wall, 4))


def print_each(label: str, cost: Cost, *cells: str) -> None:
    per_second = tables.number(cost.done / cost.seconds)
    figures = (cost.done, per_second, tables.number(cost.wall), f"{cost.worked:.2f}")
    tables.row(label, *figures, *cells)


def asked_of_peer() -> dict[str, Any]:
    """Return what the mail server of ``EMAIL_URL`` has taken since it was asked last."""
    url = urlsplit(os.environ["EMAIL_URL"])
    host, port = str(url.hostname), int(url.port or 0)
    if url.query:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, context=ssl.create_default_context())
    else:
        smtp = smtplib.SMTP(host, port)
    with smtp:
        _code, answer = smtp.docmd("XHAS")
    told: dict[str, Any] = json.loads(answer)
    return told


def refuse_unlike_taken(
    *taken: dict[str, Any], alike: tuple[str, ...] = ("mails", "addresses", "parts")
) -> None:
    """Exit unless the mail server took as many mails of the same parts from each."""
    for first, other in pairwise(taken):
        if not first["mails"] or any(first[name] != other[name] for name in alike):
            sys.exit(f"They did not send the same: {first}, {other}")


@contextmanager
def peer(*words: object) -> Iterator[int]:
    """Keep a mail server, or a delayed line to one, and yield its port."""
    command = [sys.executable, "-m", "scripts.bench.peers", *map(str, words)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None  # noqa: S101 -- it is a pipe
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def make_certificate(file: Path) -> None:
    """Write a certificate for 127.0.0.1, with its key, into the file."""
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2"
        f" -subj /CN=bench -addext subjectAltName=IP:127.0.0.1 -keyout {file} -out {file}.crt"
    )
    subprocess.run(command.split(), check=True, capture_output=True)
    with file.open("a") as pem:
        pem.write(Path(f"{file}.crt").read_text())
