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
from scripts.bench.rounds import (
    ROOT,
    Cost,
    Costs,
    median,
    medians,
    of_size,
    run_children,
    same_work,
)

DELIVERIES = of_size(965, 50)  # five for each letter
FAR, FAR_APART = of_size(200, 10), of_size(40, 5)  # that leave over the long line
ROUND_TRIP = 0.020  # seconds
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
    rival, product, bare, naive = [], [], [], []
    for _round in range(rounds):
        rival.append(run_children(f"sending.send_by_rival {DELIVERIES}", **RIVAL))
        taken = [asked_of_peer()]
        run_children(f"sending.queue {DELIVERIES}")
        product.append(run_children("sending.send", "sending.send")[""])
        taken.append(asked_of_peer())
        bare.append(run_children(f"sending.send_bare {DELIVERIES}")[""])
        taken.append(asked_of_peer())
        naive.append(run_children(f"sending.send_naively {DELIVERIES}")[""])
        refuse_unlike_taken(*taken, asked_of_peer())
    print_near(medians(rival), *map(median, (product, bare, naive)))


def print_near(rival: Costs, product: Cost, bare: Cost, naive: Cost) -> None:
    costs = {
        "django-post_office: queued and sent": both(rival["queued"], rival["sent"]),
        "django-post_office: sent": rival["sent"],
        "naive: EmailMessage built, a connection for each": naive,
        "product: two processes, approved to recorded": product,
        "floor: smtplib, ready bytes, one connection": bare,
    }
    same_work(list(costs.values()))
    tables.compared(f"Sending {DELIVERIES} messages of 120 kB", costs)
    tables.heading("Of these", "ratio", "target")
    whole = next(iter(costs.values()))
    faster = whole.seconds / product.seconds
    tables.row("times as fast as post_office", *tables.at_least(faster, 2.5))
    worked = product.of_processor / bare.of_processor
    tables.row("CPU of the workers beside the floor's", *tables.at_most(worked, 3))


def both(queued: Cost, sent: Cost) -> Cost:
    return sent._replace(
        seconds=queued.seconds + sent.seconds,
        of_processor=queued.of_processor + sent.of_processor,
    )


def compare_far(rounds: int) -> None:
    """Compare message by message: fewer go with a connection for each, which is slow."""
    apart, product = [], []
    for _round in range(rounds):
        apart.append(run_children(f"sending.send_apart {FAR_APART}")[""])
        taken = asked_of_peer()
        run_children(f"sending.queue {FAR}")
        product.append(run_children("sending.send")[""])
        refuse_unlike_taken(taken, asked_of_peer(), alike=("parts",))
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
