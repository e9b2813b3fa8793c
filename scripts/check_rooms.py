"""Compare the documents with the checkout; print what differs and exit with 1.

Each file and folder that a document names must exist. Nine files of ten are short, and none is too
long to be read.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWN = ("invitations", "delegations", "wsis_forum", "scripts")
NAMED = (*OWN, "templates", "static", "locale", "docs")
DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
NINE_FILES_OF_TEN, LINES_OF_A_FILE = 250, 600


def main() -> int:
    faults = [
        *unknown_places(),
        *dead_links(),
        *large_files(),
    ]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def unknown_places() -> Iterator[str]:
    """Yield paths that a document names in backticks and that the checkout does not have."""
    for document in DOCUMENTS:
        for path in re.findall(r"`((?:[\w-]+/)+[\w.-]*)`", document.read_text()):
            if path.split("/")[0] in NAMED and not (ROOT / path).exists():
                yield f"{shown(document)} names {path}, which does not exist."


def dead_links() -> Iterator[str]:
    """Yield links and pictures within the checkout that lead to no file."""
    for document in DOCUMENTS:
        for link in re.findall(r"\]\(([^)#]+)|src=\"([^\"]+)\"", document.read_text()):
            target = "".join(link)
            if "://" not in target and not (document.parent / target).exists():
                yield f"{shown(document)} links to {target}, which does not exist."


def large_files() -> Iterator[str]:
    sizes = sorted(lines(file) for file in product_files())
    if (ninth := sizes[len(sizes) * 9 // 10]) > NINE_FILES_OF_TEN:
        yield f"One file in ten has more than {ninth} lines; it should be {NINE_FILES_OF_TEN}."
    for file in written_files():
        if lines(file) > LINES_OF_A_FILE:
            yield f"{shown(file)} has {lines(file)} lines; at most {LINES_OF_A_FILE}."


def product_files() -> list[Path]:
    return [file for file in written_files() if "tests" not in file.parts]


def written_files() -> list[Path]:
    found = sorted(file for own in OWN for file in (ROOT / own).rglob("*.py"))
    return [file for file in found if "migrations" not in file.parts]


def lines(file: Path) -> int:
    return len(file.read_text().splitlines())


def shown(path: Path) -> Path:
    return path.relative_to(ROOT)


if __name__ == "__main__":
    raise SystemExit(main())
