"""The servers of a part, and the environment in which a child plays it."""

import datetime as dt
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from scripts.peers.clocks import Clock
from scripts.peers.disks import small_disk
from scripts.peers.servers import PostgreSQL, Redis

DATABASE = "wsis_forum_soak"
TIMEOUT = 3  # seconds for one answer of the mail server
WEEKEND = (5, 6)
DAYS_OF_A_WEEK, SECONDS_OF_A_DAY = 7, 24 * 60 * 60
FIXED = {
    "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
    "DEBUG": "False",
    "DEPLOYMENT": "soak",
    "SMTP_TIMEOUT": str(TIMEOUT),
    "TICK_SECONDS": "1",
    "SITE_URL": "http://127.0.0.1:8000",
}
# Such a variable would override what is set here.
UNSET = {
    f"{name}_FILE"
    for name in ("SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "STORAGE_URL", "ARMING_KEY")
}


def named_servers() -> dict[str, str]:
    """Return the servers that the environment names; exit if one is missing."""
    server, broker = os.getenv("DATABASE_URL", ""), os.getenv("REDIS_URL", "")
    if not server.startswith("postgres") or not broker:
        sys.exit("Set DATABASE_URL to a database of PostgreSQL, and REDIS_URL: both are used.")
    return {"DATABASE_URL": urlsplit(server)._replace(path=DATABASE).geturl(), "REDIS_URL": broker}


@contextmanager
def own_servers(folder: Path, addresses: Sequence[str] = ()) -> Iterator[dict[str, str]]:
    """Start servers in the folder; a child that knows their ports can restart them.

    Their files and those of the site lie on small disks, which can be filled.
    """
    with small_disk(folder / "postgresql", 1024), small_disk(folder / "files", 16):
        yield from servers_in(folder, addresses)


def servers_in(folder: Path, addresses: Sequence[str]) -> Iterator[dict[str, str]]:
    database = PostgreSQL(folder / "postgresql", addresses=addresses)
    broker = Redis(folder / "redis", addresses=addresses)
    try:
        yield {
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{database.port}/{DATABASE}",
            "REDIS_URL": f"redis://127.0.0.1:{broker.port}/0",
            "SOAK_POSTGRESQL": str(database.port),
            "SOAK_REDIS": str(broker.port),
            "SOAK_ADDRESSES": " ".join(addresses),
        }
    finally:
        broker.stop()
        with suppress(subprocess.CalledProcessError):
            database.stop("immediate")


def on_a_working_day(folder: Path) -> dict[str, str]:
    """At a weekend, when no reminder leaves, let the programs of a part believe it is Monday."""
    today = dt.datetime.now(ZoneInfo("Europe/Zurich")).weekday()
    if today not in WEEKEND:
        return {}
    clock = Clock(folder / "clock")
    clock.is_off_by((DAYS_OF_A_WEEK - today) * SECONDS_OF_A_DAY)
    return clock.environment


def child_environment(folder: Path, servers: dict[str, str]) -> dict[str, str]:
    outer = {name: value for name, value in os.environ.items() if name not in UNSET}
    return {
        **outer,
        **FIXED,
        **servers,
        "SECRET_KEY": secrets.token_urlsafe(),
        "STORAGE_URL": (folder / "files").as_uri(),
        "VAR_DIR": str(folder / "parent"),
    }
