"""How many wrong codes a page takes: counts in the cache, for ten minutes at a time. A leaf."""

import time

from django.core.cache import cache

WINDOW = 600  # seconds
WRONG_FROM_ONE = 10
WRONG_FROM_ALL = 300


def wait_for(page: str, address: str) -> int:
    """Seconds until the page takes another try from that address; 0 where it takes one now."""
    limits = limits_now(page, address)
    counted = cache.get_many(limits)
    if all(counted.get(key, 0) < limit for key, limit in limits.items()):
        return 0
    return WINDOW - int(time.time()) % WINDOW


def count_wrong(page: str, address: str) -> None:
    for key in limits_now(page, address):
        cache.add(key, 0, 2 * WINDOW)
        cache.incr(key)
        # Counting in a file shortens the file's life to the cache's default.
        cache.touch(key, 2 * WINDOW)


def limits_now(page: str, address: str) -> dict[str, int]:
    window = int(time.time()) // WINDOW
    return {
        f"wrong:{page}:{window}:from:{address}": WRONG_FROM_ONE,
        f"wrong:{page}:{window}:all": WRONG_FROM_ALL,
    }
