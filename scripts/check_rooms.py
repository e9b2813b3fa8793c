"""Compare the packages and modules with the documents; print what differs and exit with 1.

The documents name files and folders: each must exist, and each package or module of the two apps
must be named. Tests lie in folders named as the packages. Folders, files and functions keep the
sizes below, so that a file list can be read as the work done there.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("invitations", "delegations")
OWN = (*APPS, "wsis_forum", "scripts")
NAMED = (*OWN, "templates", "static", "locale", "docs")
DOCUMENTS = (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md")))
# Folders of tests that are named for a page of the office.
TESTS_OF_PAGES = {"delegations/tests/office/entry", "delegations/tests/office/statement"}
# What each app has by Django's convention.
UNNAMED = {"__init__.py", "apps.py", "__pycache__"}
ENTRIES_OF_AN_APP = 24
MODULES_OF_A_FOLDER = 16
LINES_OF_A_FILE, NINE_FILES_OF_TEN, LINES_OF_A_TEST_FILE = 400, 250, 500
SHORT, SHORT_ENOUGH, LINES_OF_A_FUNCTION = 20, 0.93, 60


def main() -> int:
    faults = [
        *unknown_places(),
        *dead_links(),
        *unnamed_rooms(),
        *tests_elsewhere(),
        *large_folders(),
        *large_files(),
        *long_ones(),
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


def tests_elsewhere() -> Iterator[str]:
    """Yield folders of tests that are named neither as a package nor as a module of their app."""
    for folder in sorted({file.parent for file in test_files() if file.parent.name != "tests"}):
        package = ROOT / Path(*(part for part in shown(folder).parts if part != "tests"))
        is_known = package.is_dir() or package.with_suffix(".py").exists()
        if not is_known and str(shown(folder)) not in TESTS_OF_PAGES:
            yield f"{shown(folder)} holds tests of no package or module of that name."


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
    found = [(file, *function) for file in product_files() for function in functions(file)]
    for file, name, length in found:
        if length > LINES_OF_A_FUNCTION:
            yield f"{name} in {shown(file)} has {length} lines; at most {LINES_OF_A_FUNCTION}."
    lengths = [length for _file, _name, length in found]
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


def functions(file: Path) -> list[tuple[str, int]]:
    """Return name and lines of each function in the file."""
    return [
        (node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def lines(file: Path) -> int:
    return len(file.read_text().splitlines())


def shown(path: Path) -> Path:
    return path.relative_to(ROOT)


if __name__ == "__main__":
    raise SystemExit(main())
