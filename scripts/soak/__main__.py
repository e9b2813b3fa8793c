"""Do harm to the outbox and to the site, and account for every letter and every reply.

    python -m scripts.soak [--seed N] [kills] [faults] [together] [answers] [limit]
                              [put_back] [hour] [pooled]

Real Celery workers and beats, and a mail server that records what it took. What is handed over must
have arrived exactly once; what is uncertain at most once, and no more may be uncertain than there
were connections open when the harm was done. PostgreSQL and Redis are the soak's own, in a
temporary folder, made anew for each part.
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from contextlib import ExitStack, suppress
from importlib import import_module
from pathlib import Path

import django

from scripts.peers.disks import small_disk
from scripts.peers.programs import ROOT
from scripts.peers.servers import PostgreSQL, ProgramMissing, Redis

# Each is a module of this package.
PARTS = (
    "kills", "faults", "together", "answers", "limit", "put_back", "hour", "pooled",
)  # fmt: skip
FIXED = {
    "DJANGO_SETTINGS_MODULE": "wsis_forum.settings",
    "DEBUG": "False",
    "DEPLOYMENT": "soak",
    "SMTP_TIMEOUT": "3",
    "TICK_SECONDS": "1",
    "SITE_URL": "http://127.0.0.1:8000",
}
# Such a variable would override what is set here.
UNSET = [
    f"{name}_FILE"
    for name in ("SECRET_KEY", "DATABASE_URL", "EMAIL_URL", "STORAGE_URL", "ARMING_KEY")
]


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts.soak")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    asked = parser.parse_args()
    if len(asked.parts) == 1:
        print(
            f"Seed {asked.seed}; again with: make soak ARGS='--seed {asked.seed} {asked.parts[0]}'"
        )
        sys.exit("\n".join(breaches_in(asked.parts[0], asked.seed)) or 0)
    ended = [0]
    for part in asked.parts or PARTS:
        ended.append(play_apart(part, asked.seed))
        if ended[-1] not in (0, 1):  # it was stopped
            break
    sys.exit(max(ended))


def play_apart(part: str, seed: int) -> int:
    """Play the part in a child, to which a stop signal is passed."""
    command = [sys.executable, "-m", "scripts.soak", "--seed", str(seed), part]
    with subprocess.Popen(command, cwd=ROOT) as child:
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        return abs(child.wait())


def breaches_in(part: str, seed: int) -> list[str]:
    """Play the part on servers of its own, end what was started, and return what was broken."""
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="wsis-forum-soak-") as name, ExitStack() as own:
        folder = Path(name)
        # The database's own user passes through on the way to its folder.
        folder.chmod(0o711)
        try:
            database, broker = start_servers(folder, own)
        except ProgramMissing as missing:
            sys.exit(str(missing))
        set_environment(folder, database, broker)
        django.setup()
        import_module(".rows", __package__).prepare_database()
        stage = import_module(".stage", __package__).Stage(folder, seed, database, broker)
        own.callback(stage.end)
        import_module(f".{part}", __package__).play(stage)
        breaches: list[str] = stage.breaches
        return breaches


def start_servers(folder: Path, own: ExitStack) -> tuple[PostgreSQL, Redis]:
    """Start them in the folder; their files and the site's lie on disks that can be filled."""
    own.enter_context(small_disk(folder / "postgresql", 1024))
    own.enter_context(small_disk(folder / "files", 16))
    database = PostgreSQL(folder / "postgresql")
    own.callback(end, database)
    broker = Redis(folder / "redis")
    own.callback(broker.stop)
    return database, broker


def end(database: PostgreSQL) -> None:
    """Stop the database at once; a part may have left it stopped."""
    with suppress(subprocess.CalledProcessError):
        database.stop("immediate")


def set_environment(folder: Path, database: PostgreSQL, broker: Redis) -> None:
    for name in UNSET:
        os.environ.pop(name, None)
    os.environ |= FIXED | {
        "DATABASE_URL": f"postgres://postgres@127.0.0.1:{database.port}/postgres",
        "REDIS_URL": f"redis://127.0.0.1:{broker.port}/0",
        "SECRET_KEY": secrets.token_urlsafe(),
        "STORAGE_URL": (folder / "files").as_uri(),
        "VAR_DIR": str(folder / "parent"),
    }


if __name__ == "__main__":
    main()
