"""Ask whether the pinned versions have known faults, and say where nobody can be asked.

Exits with 1 if a version has a fault that ACCEPTED does not name. Where no source of advisories
answers, it says so and exits with 0: a check passes without a network.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PINNED = Path(__file__).resolve().parent.parent / "requirements-dev.txt"
SOURCES = ("pypi", "osv")
# Advisories that cannot touch this site, by name, each with the reason.
ACCEPTED: Mapping[str, str] = {}
WITHIN = 120  # seconds


class Unanswered(Exception):
    """The source of advisories did not answer."""


def main() -> int:
    for source in SOURCES:
        try:
            found = ask(source)
        except Unanswered as reason:
            print(f"{source}: {reason}")
            continue
        return tell(source, found)
    print("No source of advisories answers here: the pinned versions were NOT audited.")
    return 0


def ask(source: str) -> list[dict[str, Any]]:
    """Return what the source knows of each version; raise Unanswered if it knows none of them."""
    # Hashes stand for the versions, so that pip need not find out what belongs to them.
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(PINNED), "--require-hashes"]
    command += ["--disable-pip", "--format=json", "--progress-spinner=off", "--timeout=10"]
    command.append(f"--vulnerability-service={source}")
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=WITHIN, check=False)
        versions: list[dict[str, Any]] = json.loads(said.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        raise Unanswered(f"no answer within {WITHIN} s") from None
    except ValueError:
        raise Unanswered((said.stderr.strip().splitlines() or ["no answer"])[-1][:200]) from None
    if all("skip_reason" in version for version in versions):
        raise Unanswered("this source knows none of the versions")
    return versions


def tell(source: str, versions: list[dict[str, Any]]) -> int:
    """Print the faults that are known, and what the source could not say; return the exit code."""
    faults = [
        f"{version['name']} {version['version']}: {fault['id']}, "
        f"mended in {', '.join(fault['fix_versions']) or 'no version yet'}"
        for version in versions
        for fault in version.get("vulns", ())
        if not {fault["id"], *fault.get("aliases", ())} & set(ACCEPTED)
    ]
    unknown = [version["name"] for version in versions if "skip_reason" in version]
    print("\n".join(faults) or f"{source}: no known fault.")
    print(f"{len(versions) - len(unknown)} of {len(versions)} pinned versions audited.")
    if unknown:
        print(f"NOT audited: {', '.join(unknown)}.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
