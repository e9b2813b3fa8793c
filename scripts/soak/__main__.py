"""Do harm to the outbox and to the site, and account for every letter and every reply.

    python -m scripts.soak [--seed N] [kills] [faults] [together] [answers] [poison] [limit]
                              [put_back] [hour] [hosts] [pooled]

Real Celery workers and beats, and a mail server that records what it took. What is handed over must
have arrived exactly once; what is uncertain at most once, and no more may be uncertain than there
were connections open when the harm was done. The databases wsis_forum_soak are made anew. Servers
that are restarted are the soak's own, in a temporary folder.
"""

import argparse
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from scripts.peers.networks import laid_networks
from scripts.peers.programs import ROOT
from scripts.peers.servers import ProgramMissing
from scripts.soak.environment import (
    child_environment,
    named_servers,
    on_a_working_day,
    own_servers,
)
from scripts.soak.table import COLUMNS, print_row

# Each part is a module of this package, which a child plays.
PARTS = (
    "kills", "faults", "together", "answers", "poison", "limit", "put_back", "hour", "hosts",
    "pooled",
)  # fmt: skip
# Those whose servers come to harm.
WITH_OWN_SERVERS = ("faults", "hour", "hosts", "pooled")
# Those whose hosts have networks of their own.
WITH_NETWORKS = ("hosts",)
# That in which reminders leave.
WITH_REMINDERS = ("answers",)
STOPPED = 128


def main() -> None:
    asked = arguments()
    print(f"Seed {asked.seed}; again with: make soak ARGS='--seed {asked.seed}'\n")
    print_row(*COLUMNS)
    ended, began = [], time.monotonic()
    for part in asked.parts or PARTS:
        ended.append(played(part, asked.seed))
        print(f"   {part}, after {time.monotonic() - began:.0f} s in all", flush=True)
        if ended[-1] > STOPPED:
            break
    sys.exit(max(ended))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts.soak")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    return parser.parse_args()


def played(part: str, seed: int) -> int:
    """Play the part on servers that it may harm, in a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="wsis-forum-soak-") as name, ExitStack() as own:
        folder = Path(name)
        # The database's own user passes through on the way to its folder.
        folder.chmod(0o711)
        try:
            networks = own.enter_context(laid_networks()) if part in WITH_NETWORKS else []
            clock = on_a_working_day(folder) if part in WITH_REMINDERS else {}
            servers = (
                own.enter_context(own_servers(folder, [one.outside for one in networks]))
                if part in WITH_OWN_SERVERS
                else named_servers()
            )
        except (ProgramMissing, PermissionError) as missing:
            sys.exit(str(missing))
        return played_by_child(part, folder, seed, clock | child_environment(folder, servers))


def played_by_child(part: str, folder: Path, seed: int, environment: dict[str, str]) -> int:
    """Play the part in a child; a stop signal is passed to it, and it ends what it started."""
    command = [sys.executable, "-m", "scripts.soak.child", part, str(folder), str(seed)]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as child:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: child.terminate())
        return child.wait()


if __name__ == "__main__":
    main()
