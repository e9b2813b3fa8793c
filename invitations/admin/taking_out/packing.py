"""Files of long lists as the database keeps them: packed, for a worker holds them several times."""

import gzip
import io
import shutil
from typing import IO

PACKED = b"\x1f\x8b"


def packed(file: IO[bytes]) -> bytes:
    """Return what the file holds, packed piece by piece.

    A statement that writes bytes has them in memory some five times, twice as long.
    """
    kept = io.BytesIO()
    with gzip.open(kept, "wb") as pack:
        shutil.copyfileobj(file, pack)
    return kept.getvalue()


def unpacked(content: bytes) -> io.BufferedIOBase:
    """Return the file, to be read piece by piece; one made before an upgrade is not packed."""
    kept = io.BytesIO(content)
    return gzip.open(kept) if content.startswith(PACKED) else kept
