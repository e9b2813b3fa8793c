"""Print what composing, sending and planning cost, as ratios to other code in the same run.

    python -m scripts.bench [--rounds N] [--large] [composing] [memory] [sending] [pages] [planning]
                            [mail] [desk] [search]

Without parts those of the first line are played.

Each measurement runs in a process of its own, in turns with what it is compared with; the medians
are printed. The letters, of the fictitious edition of 2020, are in the database wsis_forum_bench,
which is made anew. Processes are started, never forked: fonts do not survive a fork. This parent
imports little: on Linux a child's peak memory includes its parent's.
"""

import argparse
import os
import secrets
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from .parts import composing, desk, mail, memory, pages, planning, search, sending
from .rounds import run_children

DATABASE = "wsis_forum_bench"
PARTS = {
    "composing": composing.play,
    "memory": memory.play,
    "sending": sending.play,
    "pages": pages.play,
    "planning": planning.play,
    "mail": mail.play,
    "desk": desk.play,
    "search": search.play,
}
# Played where none is asked for, within ten minutes on two cores.
USUAL = ("composing", "memory", "sending", "pages", "planning")
UNSET = (
    "SECRET_KEY_FILE",
    "STORAGE_URL",
    "STORAGE_URL_FILE",
    "INTRAY_URL",
    "BOUNCES_URL",
    "ARMING_KEY",
)


def main() -> None:
    asked = arguments()
    server = urlsplit(os.getenv("DATABASE_URL", ""))
    if not server.scheme.startswith("postgres"):
        sys.exit("Set DATABASE_URL to a database of PostgreSQL: its server is used.")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="wsis-forum-bench-") as name:
        folder = Path(name)
        set_environment(server, folder)
        run_children(f"job.make_database {DATABASE}")
        os.environ["DATABASE_URL"] = server._replace(path=DATABASE).geturl()
        run_children("job.make_drafts")
        for part in asked.parts or USUAL:
            PARTS[part](asked, folder)
    print(f"\nMedians of {asked.rounds} rounds, {time.monotonic() - began:.0f} s in all.")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.bench")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument(
        "--large",
        action="store_true",
        default=os.getenv("BENCH_LARGE") == "1",
        help="fill a database with a million invitations too: some minutes, some gigabytes",
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    return parser.parse_args()


def set_environment(server: SplitResult, folder: Path) -> None:
    """Set the children's environment: files in the folder, and no mail server yet."""
    for name in UNSET:
        os.environ.pop(name, None)
    # A child arms the deployment and leaves its key there for the others.
    key = folder / "arming-key"
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
        "VAR_DIR": str(folder),
    }


if __name__ == "__main__":
    main()
