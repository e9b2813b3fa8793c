"""Print what a release is made of: each pinned version with its hashes, as CycloneDX.

cyclonedx-py reads requirements.txt and checks the document; the name of the whole is added here.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from wsis_forum import __version__

PINNED = Path(__file__).resolve().parent.parent / "requirements.txt"


def main() -> None:
    print(json.dumps(named(read_requirements()), indent=2))


def read_requirements() -> dict[str, Any]:
    """Return the pinned versions; the same for the same file, whenever it is asked for."""
    options = ["--output-reproducible", "--spec-version", "1.6", str(PINNED)]
    done = subprocess.run(
        [sys.executable, "-m", "cyclonedx_py", "requirements", *options],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def named(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with what it is of; its components no more repeat their hashes."""
    whole = {
        "type": "application",
        "bom-ref": "wsis-forum",
        "name": "wsis-forum",
        "version": __version__,
        "licenses": [{"license": {"id": "Apache-2.0"}}],
    }
    for component in document["components"]:
        del component["description"]
    direct = [component["bom-ref"] for component in document["components"]]
    depends = [{"ref": "wsis-forum", "dependsOn": direct}, *document.get("dependencies", [])]
    metadata = document["metadata"] | {"component": whole}
    return document | {"metadata": metadata, "dependencies": depends}


if __name__ == "__main__":
    main()
