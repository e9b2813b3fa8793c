"""Print what composing, sending and planning cost, as ratios to other code in the same run.

    python -m scripts.bench [--rounds N] [--large] [composing] [memory] [sending] [pages] [planning]
                            [mail] [store] [desk] [search] [exports]

Without parts those of the first line are played. With BENCH_LITTLE=1 in the environment so
little is measured that each part just shows that it runs: its figures say nothing.

Each measurement runs in a process of its own, in turns with what it is compared with; of several
rounds the medians are printed. The letters, of the fictitious edition of 2020, are in the database
wsis_forum_bench, which is made anew. Processes are started, never forked: fonts do not survive a
fork. This parent imports little: on Linux a child's peak memory includes its parent's.
"""

import argparse
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from scripts.peers.databases import make_again

from .parts import composing, mail, many, memory, pages, planning, sending, store
from .rounds import LITTLE, run_children

DATABASE = "wsis_forum_bench"
# Each of these groups begins with a database made anew: the last two fill it. Offices of the first
# one answer, for which its edition is moved ahead; reminders of the others are due in 2019.
GROUPS: "list[dict[str, Callable[[argparse.Namespace, Path], None]]]" = [
    {
        # What composes comes before what approves: letters approved are planned once alone.
        "composing": composing.play,
        "mail": mail.play,
        "store": store.play,
        "memory": memory.play,
        "sending": sending.play,
        "pages": pages.play,
    },
    {"planning": planning.play},
    dict.fromkeys(many.PARTS, many.play),
]
PARTS = [name for group in GROUPS for name in group]
# Played where none is asked for, within ten minutes on two cores.
USUAL = ["composing", "memory", "sending", "pages", "planning"]
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
        for group in GROUPS:
            # What is measured together is played once.
            plays = dict.fromkeys(play for part, play in group.items() if part in asked.parts)
            if plays:
                make_again(os.environ["DATABASE_URL"])
                run_children("job.make_drafts" + " ahead" * (group is GROUPS[0]))
            for play in plays:
                play(asked, folder)
    rounds = "One round" if asked.rounds == 1 else f"Medians of {asked.rounds} rounds"
    print(f"\n{rounds}, {time.monotonic() - began:.0f} s in all.")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.bench")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument(
        "--large",
        action="store_true",
        default=LITTLE or os.getenv("BENCH_LARGE") == "1",
        help="fill a database with a million invitations too: some minutes, some gigabytes",
    )
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    asked = parser.parse_args()
    asked.parts = asked.parts or USUAL
    return asked


def database_of(server: SplitResult) -> str:
    """Return the database that is made anew; none that is not named as one of these goes."""
    named = server.path.strip("/")
    return named if named.startswith(DATABASE) else DATABASE


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
        "DATABASE_URL": server._replace(path=database_of(server)).geturl(),
        "DEBUG": "False",
        "DEMO_PASSWORD": secrets.token_urlsafe(),
        "DEPLOYMENT": "bench",
        "EMAIL_URL": "smtp://127.0.0.1:9/",
        "SECRET_KEY": secrets.token_urlsafe(),
        "VAR_DIR": str(folder),
    }


if __name__ == "__main__":
    main()
