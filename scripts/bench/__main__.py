"""Print what composing, sending and serving cost, as ratios to other code in the same run.

    python -m scripts.bench [composing] [mail] [store] [memory] [sending] [pages]
                            [planning] [desk] [search] [exports]

Without parts those of USUAL are played. With BENCH_LITTLE=1 in the environment so little is
measured that each part just shows that it runs: its figures say nothing.

The letters, of the fictitious edition of 2020, are in the database wsis_forum_bench, which is made
anew. What composes comes before what approves; the parts of the second line fill the database.
"""

import argparse
import os
import secrets
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from types import ModuleType
from urllib.parse import SplitResult, urlsplit

import django

from scripts.peers.databases import make_again

from .measuring import run

DATABASE = "wsis_forum_bench"
ALONE = ["composing", "mail", "store", "memory", "sending", "pages"]
GROWING = ["planning", "desk", "search", "exports"]
USUAL = ["composing", "memory", "sending", "pages"]
UNSET = (
    "SECRET_KEY_FILE",
    "STORAGE_URL",
    "STORAGE_URL_FILE",
    "INTRAY_URL",
    "BOUNCES_URL",
    "ARMING_KEY",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts.bench")
    parser.add_argument("parts", nargs="*", choices=[*ALONE, *GROWING, []])
    parts = parser.parse_args().parts or USUAL
    server = urlsplit(os.getenv("DATABASE_URL", ""))
    if not server.scheme.startswith("postgres"):
        sys.exit("Set DATABASE_URL to a database of PostgreSQL: its server is used.")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="wsis-forum-bench-") as name:
        folder = Path(name)
        set_environment(server, folder)
        make_again(os.environ["DATABASE_URL"])
        django.setup()
        run(module("edition").make_drafts)
        for part in ALONE:
            if part in parts:
                module(part).main(folder)
        if growing := [part for part in GROWING if part in parts]:
            module("growing").main(growing)
    print(f"\nOne round, {time.monotonic() - began:.0f} s in all.")


def module(name: str) -> ModuleType:
    """Import a module of the bench, once Django is set up."""
    return import_module(f".{name}", __package__)


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
