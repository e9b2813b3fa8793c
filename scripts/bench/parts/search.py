"""The part ``search``: the palette and the lists' search, at 1,000 to 100,000 invitations."""

from pathlib import Path

from scripts.bench.parts.growing import print_growth
from scripts.bench.rounds import Costs

JOBS = ["children.search.find"]
WITHIN = 100  # milliseconds, of the largest


def show(found: list[Costs], _folder: Path) -> None:
    within = {name: WITHIN for name in found[-1] if not name.startswith("list")}
    print_growth("Search: an answer", found, within)
