"""Part 9: workers and offices behind PgBouncer with ten connections, which is started anew."""

import os
from threading import Event
from urllib.parse import urlsplit

from django.core.management import call_command
from django.db import connection

from invitations.models import ReplyLink
from scripts.peers.programs import wait_until
from scripts.peers.servers import PgBouncer
from scripts.soak.hour import Site, judge
from scripts.soak.letters import Invited
from scripts.soak.offices import Office
from scripts.soak.stage import LINES, WORKERS, Stage

CONNECTIONS, LETTERS, OFFICES, TIMES = 10, 300, 60, 3


def play(stage: Stage) -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    pooler = PgBouncer(stage.folder / "pgbouncer", int(os.environ["SOAK_POSTGRESQL"]), CONNECTIONS)
    try:
        play_behind(stage, pooler)
    finally:
        pooler.stop()


def play_behind(stage: Stage, pooler: PgBouncer) -> None:
    """Let letters leave and offices answer, and start the pooler anew meanwhile."""
    database = urlsplit(os.environ["DATABASE_URL"])
    port = f"{database.username}@{database.hostname}:{pooler.port}"
    url = database._replace(netloc=port, query="pooled=yes").geturl()
    stage.host("zenda", DATABASE_URL=url)
    site = Site(stage.folder, DATABASE_URL=url)
    stage.programs.append(site)
    stage.mail.behaves(seconds=0.4)
    answering, over = Invited(OFFICES, seconds=1), Event()
    links = ReplyLink.objects.filter(invitation__in=answering.invitations).order_by("pk")
    offices = [Office(site.url, link.token, link.invitation_id, over) for link in links]
    letters = Invited(LETTERS, seconds=TIMES * 10)
    connection.close()
    for office in offices:
        office.start()
    wait_until(lambda: all(office.told for office in offices), "each office is at work", 600)
    for _time in range(TIMES):
        stage.pause(5, 9)
        pooler.stop()
        stage.pause(1, 3)
        pooler.start()
    title = f"9. eight lines and {OFFICES} offices, {CONNECTIONS} connections"
    stage.judge(title, TIMES, letters, TIMES * WORKERS * LINES)
    over.set()
    for office in offices:
        office.join()
    judge(stage, offices)
