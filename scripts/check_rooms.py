"""Compare the packages and modules with the documents; print what differs and exit with 1.

README's table of places and docs/architecture.md name files and folders: each must exist, and each
package or module of the two apps must be named. Folders, files and functions keep the sizes below,
so that a file list can be read as the work done there.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("invitations", "delegations")
OWN = (*APPS, "wsis_forum", "scripts")
DOCUMENTS = ("README.md", "docs/architecture.md", "CONTRIBUTING.md")
# What each app has by Django's convention.
UNNAMED = {"__init__.py", "apps.py", "__pycache__"}
ENTRIES_OF_AN_APP = 24
MODULES_OF_A_FOLDER = 16
LINES_OF_A_FILE, NINE_FILES_OF_TEN, LINES_OF_A_TEST_FILE = 400, 250, 500
SHORT, SHORT_ENOUGH = 20, 0.93


def main() -> int:
    faults = [*unknown_places(), *unnamed_rooms(), *large_folders(), *large_files(), *long_ones()]
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def unknown_places() -> Iterator[str]:
    """Yield paths that a document names in backticks and that the checkout does not have."""
    for document in DOCUMENTS:
        for path in re.findall(r"`((?:\w+/)+[\w.]*)`", (ROOT / document).read_text()):
            if path.split("/")[0] in OWN and not (ROOT / path).exists():
                yield f"{document} names {path}, which does not exist."


def unnamed_rooms() -> Iterator[str]:
    architecture = (ROOT / "docs/architecture.md").read_text()
    readme = (ROOT / "README.md").read_text()
    for app in APPS:
        rooms = entries(ROOT / app)
        if len(rooms) > ENTRIES_OF_AN_APP:
            yield f"{app} has {len(rooms)} entries; at most {ENTRIES_OF_AN_APP} are shown at once."
        for room in rooms:
            place = f"`{app}/{room.name}{'/' * room.is_dir()}`"
            if room.name not in UNNAMED and place not in architecture:
                yield f"docs/architecture.md does not say what {place} is for."
    for app in OWN:
        if f"`{app}/`" not in readme:
            yield f"README.md does not say what `{app}/` is for."


def large_folders() -> Iterator[str]:
    for folder in sorted({file.parent for file in product_files()}):
        modules = [file for file in folder.glob("*.py") if file.name != "__init__.py"]
        if len(modules) > MODULES_OF_A_FOLDER:
            yield f"{shown(folder)} has {len(modules)} modules; at most {MODULES_OF_A_FOLDER}."


def large_files() -> Iterator[str]:
    sizes = sorted(lines(file) for file in product_files())
    if (ninth := sizes[len(sizes) * 9 // 10]) > NINE_FILES_OF_TEN:
        yield f"One file in ten has more than {ninth} lines; it should be {NINE_FILES_OF_TEN}."
    for file in product_files():
        if lines(file) > LINES_OF_A_FILE:
            yield f"{shown(file)} has {lines(file)} lines; at most {LINES_OF_A_FILE}."
    for file in test_files():
        if lines(file) > LINES_OF_A_TEST_FILE:
            yield f"{shown(file)} has {lines(file)} lines; at most {LINES_OF_A_TEST_FILE}."


def long_ones() -> Iterator[str]:
    lengths = [length for file in product_files() for length in functions(file)]
    share = sum(length <= SHORT for length in lengths) / len(lengths)
    if share < SHORT_ENOUGH:
        yield f"{share:.1%} of functions fit into {SHORT} lines; {SHORT_ENOUGH:.0%} should."


def product_files() -> list[Path]:
    return [file for file in python_files() if not {"tests", "migrations"} & set(file.parts)]


def test_files() -> list[Path]:
    return [file for file in python_files() if "tests" in file.parts]


def python_files() -> list[Path]:
    return sorted(file for own in OWN for file in (ROOT / own).rglob("*.py"))


def entries(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if entry.name != "__pycache__")


def functions(file: Path) -> list[int]:
    return [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def lines(file: Path) -> int:
    return len(file.read_text().splitlines())


def shown(path: Path) -> Path:
    return path.relative_to(ROOT)


if __name__ == "__main__":
    raise SystemExit(main())
