"""How much is measured: as usual, or so little that each part just shows that it runs."""

import os

LITTLE = os.getenv("BENCH_LITTLE") == "1"


def of_size(usual: int, little: int) -> int:
    return little if LITTLE else usual
