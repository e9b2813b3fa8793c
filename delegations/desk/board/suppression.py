"""Which counts may be shown so that no small one can be worked out of them.

A plain function of numbers: it knows no person and asks no database.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, product

# A count of one to four points at persons, and a count of none tells as much of all of them.
SMALLEST = 5

Counts = Mapping[str, Sequence[int]]
Cell = tuple[str, int]


def shown_cells(counts: Counts) -> frozenset[Cell]:
    """Return the cells that may be shown beside the sum of each row; as many as can be.

    A row shows all its cells, or the first alone, or none: whoever knows this rule learns no hidden
    cell from what is hidden. No cell shown, no rest that it leaves of its row's sum, and no
    difference between two rows is below ``SMALLEST``, whatever is added up or taken away.
    """
    choices = [
        [
            frozenset((row, column) for column in columns)
            for columns in (range(len(numbers)), (0,), ())
        ]
        for row, numbers in counts.items()
    ]
    together = (frozenset().union(*chosen) for chosen in product(*choices))
    by_number = sorted(together, key=len, reverse=True)
    return next(shown for shown in by_number if hides_small_counts(counts, shown))


def hides_small_counts(counts: Counts, shown: frozenset[Cell]) -> bool:
    known = {row: known_sums(counts[row], cells_in_row(row, shown)) for row in counts}
    told = {row: sums for row, sums in known.items() if cells_in_row(row, shown)}
    if any(number < SMALLEST for sums in told.values() for number in sums.values()):
        return False
    return all(differ_enough(known[one], known[other]) for one, other in combinations(known, 2))


def cells_in_row(row: str, shown: Iterable[Cell]) -> list[int]:
    return [column for name, column in shown if name == row]


def known_sums(numbers: Sequence[int], columns: Sequence[int]) -> dict[frozenset[int], int]:
    """Return what can be worked out of the cells shown and the row's sum, by the columns added up.

    What is left out is one block: its sum is known, and nothing in it.
    """
    rest = frozenset(range(len(numbers))) - frozenset(columns)
    blocks = [frozenset({column}) for column in columns] + ([rest] if rest else [])
    parts = (
        frozenset().union(*chosen)
        for number in range(1, len(blocks))
        for chosen in combinations(blocks, number)
    )
    return {part: sum(numbers[column] for column in part) for part in parts}


def differ_enough(one: Mapping[frozenset[int], int], other: Mapping[frozenset[int], int]) -> bool:
    """Whether no sum of the same columns, known of both rows, differs by a small number."""
    return all(abs(one[part] - other[part]) >= SMALLEST for part in one.keys() & other.keys())


def shown_sums(counts: Counts) -> list[str]:
    """Return the rows whose sums may be shown: none small, and none near another one shown."""
    shown: list[str] = []
    for row, numbers in counts.items():
        others = (abs(sum(numbers) - sum(counts[other])) for other in shown)
        if sum(numbers) >= SMALLEST and all(apart >= SMALLEST for apart in others):
            shown.append(row)
    return shown
