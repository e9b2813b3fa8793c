"""Compare the packages and modules with the documents; print what differs and exit with 1.

The documents name files and folders: each must exist, and each package or module of the two apps
must be named. Nine files of ten are short, and none is too long to be read.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("invitations", "delegations")
OWN = (*APPS, "wsis_forum", "scripts")
NAMED = (*OWN, "templates", "static", "locale", "docs")
DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
# What each app has by Django's convention.
UNNAMED = {"__init__.py", "apps.py", "__pycache__"}
NINE_FILES_OF_TEN, LINES_OF_A_FILE = 250, 600


def main() -> int:
    faults = [
        *unknown_places(),
        *dead_links(),
        *unnamed_rooms(),
        *large_files(),
    ]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def unknown_places() -> Iterator[str]:
    """Yield paths that a document names in backticks and that the checkout does not have.

    In README's tables each folder is named by its whole path, never by the last part alone.
    """
    for document in DOCUMENTS:
        for line in document.read_text().splitlines():
            in_table = document.name == "README.md" and line.startswith("| `")
            for path in re.findall(r"`((?:[\w-]+/)+[\w.-]*)`", line):
                is_ours = path.split("/")[0] in NAMED or (in_table and path.endswith("/"))
                if is_ours and not (ROOT / path).exists():
                    yield f"{shown(document)} names {path}, which does not exist."


def dead_links() -> Iterator[str]:
    """Yield links and pictures within the checkout that lead to no file."""
    for document in DOCUMENTS:
        for link in re.findall(r"\]\(([^)#]+)|src=\"([^\"]+)\"", document.read_text()):
            target = "".join(link)
            if "://" not in target and not (document.parent / target).exists():
                yield f"{shown(document)} links to {target}, which does not exist."


def unnamed_rooms() -> Iterator[str]:
    architecture = (ROOT / "docs/architecture.md").read_text()
    readme = (ROOT / "README.md").read_text()
    for app in APPS:
        for room in entries(ROOT / app):
            place = f"`{app}/{room.name}{'/' * room.is_dir()}`"
            if room.name not in UNNAMED and place not in architecture:
                yield f"docs/architecture.md does not say what {place} is for."
    for app in OWN:
        if f"`{app}/`" not in readme:
            yield f"README.md does not say what `{app}/` is for."


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


def entries(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if entry.name != "__pycache__")


def lines(file: Path) -> int:
    return len(file.read_text().splitlines())


def shown(path: Path) -> Path:
    return path.relative_to(ROOT)


if __name__ == "__main__":
    raise SystemExit(main())
