"""Workers and offices behind PgBouncer with ten connections, which is restarted."""

import os
from urllib.parse import urlsplit

from django.core.management import call_command

from scripts.peers.servers import PgBouncer
from scripts.soak.hour import Site, at_work
from scripts.soak.letters import Invited
from scripts.soak.stage import LINES, WORKERS, Stage

CONNECTIONS, LETTERS, OFFICES, TIMES = 10, 300, 60, 3


def play(stage: Stage) -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
    pooler = PgBouncer(stage.folder / "pgbouncer", stage.database.port, CONNECTIONS)
    try:
        play_behind(stage, pooler)
    finally:
        pooler.stop()


def play_behind(stage: Stage, pooler: PgBouncer) -> None:
    """Let letters leave and offices answer, and restart the pooler meanwhile."""
    database = urlsplit(os.environ["DATABASE_URL"])
    port = f"{database.username}@{database.hostname}:{pooler.port}"
    url = database._replace(netloc=port, query="pooled=yes").geturl()
    stage.host("zenda", DATABASE_URL=url)
    site = Site(stage.folder, DATABASE_URL=url)
    stage.programs.append(site)
    stage.mail.behaves(seconds=0.4)
    answering, letters = Invited(OFFICES, seconds=1), Invited(LETTERS, seconds=TIMES * 10)
    with at_work(stage, site, answering):
        for _time in range(TIMES):
            stage.pause(5, 9)
            pooler.stop()
            stage.pause(1, 3)
            pooler.start()
        title = f"eight lines and {OFFICES} offices, {CONNECTIONS} connections"
        stage.judge(title, TIMES, letters, TIMES * WORKERS * LINES)
