"""The table of which each part prints lines."""

COLUMNS = {
    "": 48, "harm": 5, "received": 9, "handed over": 12, "uncertain": 10, "at most": 8, "twice": 6,
    "lost": 5, "other": 6, "s": 5,
}  # fmt: skip


def print_row(first: object, *rest: object) -> None:
    wide, *widths = COLUMNS.values()
    cells = [str(cell).rjust(width) for cell, width in zip(rest, widths, strict=True)]
    print(str(first).ljust(wide), *cells, sep="", flush=True)
