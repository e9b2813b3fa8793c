"""The table of which each part prints lines."""

COLUMNS = {
    "": 48, "harm": 5, "received": 9, "handed over": 12, "uncertain": 10, "at most": 8, "twice": 6,
    "lost": 5, "other": 6, "s": 5,
}  # fmt: skip


def in_columns(cells: tuple[object, ...]) -> str:
    first, *rest = (str(cell) for cell in cells)
    return first.ljust(COLUMNS[""]) + "".join(
        cell.rjust(width) for cell, width in zip(rest, [*COLUMNS.values()][1:], strict=True)
    )
