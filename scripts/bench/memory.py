"""The part ``memory``: what the processes of a deployment hold.

The figure is PSS: a page that several processes share counts in each as its part of it.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import requests
from django.conf import settings
from django.urls import reverse

from invitations.admin.list_columns import list_url
from invitations.models import Letter, ReplyLink
from scripts.demonstration_seal import make_seal
from scripts.peers.programs import Listening, children, shared_memory, start_celery
from scripts.peers.signing_in import signed_in

from . import tables
from .desk import LISTS, member_of_staff
from .edition import plan
from .measuring import of_size, run
from .sending import approve

WEB, WORKER = 140, 200  # megabytes
# As the units of deploy/systemd set it.
AS_DEPLOYED = {"MALLOC_ARENA_MAX": "2", "TICK_SECONDS": "5"}
LINKS = of_size(150, 10)  # opened, and the pages that they lead to
ROUNDS_OF_THE_DESK = of_size(10, 1)
AT_ONCE = 8
GUNICORN = ["gunicorn", "--workers", "2", "--threads", "8", "--no-control-socket"]


def main(folder: Path) -> None:
    tables.heading("Memory of the processes of a deployment, PSS in MB", "PSS", "target")
    measure_workers(folder)
    run(approve)
    measure_web(folder)


def measure_workers(folder: Path) -> None:
    """Let workers as a deployment starts them compose and seal letters in six languages."""
    make_seal(folder / "seal.p12")
    run(plan)
    sealing = AS_DEPLOYED | {"SEAL_FILE": str(folder / "seal.p12")}
    worker = start_celery("worker", "worker", folder, "--concurrency", "2", **sealing)
    clock = start_celery("beat", "beat", folder, **sealing)
    try:
        run(await_composed)
        parent, *forked = worker.pids
        for number, pid in enumerate(forked, 1):
            label = f"worker, its process {number}, letters sealed"
            tables.row(label, *tables.below(shared_memory(pid), WORKER))
        tables.row("worker, its parent", tables.number(shared_memory(parent)))
        tables.row("clock", tables.number(shared_memory(clock.process.pid)))
    finally:
        worker.end()
        clock.end()


def measure_web(folder: Path) -> None:
    command = [sys.executable, "-m", *GUNICORN, "--log-level", "warning", "wsis_forum.wsgi"]
    site = Listening(*command, log=folder / "site.log", **AS_DEPLOYED)
    try:
        run(partial(open_links, site.url))
        print_largest("web, after 300 pages of offices", site)
        run(partial(look_at_the_desk, site.url))
        print_largest("web, after 60 pages of the desk too", site)
        tables.row("web, its master", tables.number(shared_memory(site.process.pid)))
    finally:
        site.end()


def print_largest(label: str, site: Listening) -> None:
    largest = max(map(shared_memory, children(site.process.pid)))
    tables.row(label, *tables.below(largest, WEB))


# In processes of their own


def await_composed() -> None:
    while Letter.objects.planned().exists():
        time.sleep(1)


def open_links(site: str) -> None:
    links = ReplyLink.objects.current()[:LINKS]
    get_all([site + reverse("office:open", args=[link.token]) for link in links])


def look_at_the_desk(site: str) -> None:
    """Open the pages of the desk as a member of staff with all rights."""
    browser = signed_in(member_of_staff())
    pages = [reverse(page) for page in ("admin:index", "desk:board", "desk:silent")]
    pages += [list_url(model) for model in LISTS.values()]
    session = browser.cookies[settings.SESSION_COOKIE_NAME]
    get_all([site + page for page in pages * ROUNDS_OF_THE_DESK], {session.key: session.value})


def get_all(addresses: list[str], cookies: dict[str, str] | None = None) -> None:
    """Get the pages as browsers do, eight at once; each is there, and needs no signing in."""
    with ThreadPoolExecutor(AT_ONCE) as browsers:
        for page in browsers.map(partial(requests.get, cookies=cookies, timeout=60), addresses):
            page.raise_for_status()
            if "/login/" in page.url:
                sys.exit(f"{page.url} asks who is there.")
