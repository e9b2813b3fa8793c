"""Counts of wrong codes, of calls and of pages, kept in the cache for ten minutes at a time.

A right code is always taken. The counts slow down people who guess, and warn the operators.
"""

import logging
import time
from ipaddress import IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.checks import CheckMessage, Warning

logger = logging.getLogger(__name__)

WINDOW = 600  # seconds
WRONG_FROM_ONE = 10
WRONG_FROM_ALL = 300
CALLS_FROM_ONE = 600
PAGES_FROM_ALL = 2000


def count_wrong(page: str, address: str) -> int:
    """Count one more wrong code; return the seconds to wait, or 0 while there are few."""
    window, passed = divmod(int(time.time()), WINDOW)
    from_one = increment(f"wrong:{page}:{window}:from:{counted_network(address)}")
    from_all = increment(f"wrong:{page}:{window}:all")
    if from_all == WRONG_FROM_ALL + 1:
        logger.warning(
            "More than %d wrong tries at the %s page in these ten minutes.", WRONG_FROM_ALL, page
        )
    if from_one <= WRONG_FROM_ONE and from_all <= WRONG_FROM_ALL:
        return 0
    return WINDOW - passed


def count_call(page: str, address: str) -> int:
    """Count one more call from there; return the seconds to wait, or 0 while there are few."""
    window, passed = divmod(int(time.time()), WINDOW)
    calls = increment(f"calls:{page}:{window}:from:{counted_network(address)}")
    return 0 if calls <= CALLS_FROM_ONE else WINDOW - passed


def may_keep_page() -> bool:
    """Count one more page kept in the cache for who holds no link; False where there are many."""
    return increment(f"kept:{int(time.time()) // WINDOW}") <= PAGES_FROM_ALL


def increment(key: str) -> int:
    """Return the next number; with Redis, no two processes get the same one."""
    cache.add(key, 0, 2 * WINDOW)
    try:
        number = cache.incr(key)
    except ValueError:  # A full cache has dropped it in between.
        cache.set(key, 1, 2 * WINDOW)
        return 1
    # Counting in a file shortens the file's life to the cache's default.
    cache.touch(key, 2 * WINDOW)
    return number


def counted_network(address: str) -> str:
    """Return the address as it is counted: of IPv6 only the half that one customer is given.

    A port that some proxies add is cut off; all that is no address counts as one.
    """
    host = address.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        parsed = ip_address(host)
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or IPv6Network((int(parsed), 64), strict=False))


def check_proxies_are_named(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn where PROXIES is 0 behind a proxy: all visitors have the proxy's address then."""
    if settings.PROXIES or not settings.SITE_URL.startswith("https:"):
        return []
    return [
        Warning(
            "SITE_URL is https and PROXIES is 0: wrong codes of all visitors count as one's.",
            hint="Set PROXIES to the number of your own proxies, that which ends TLS included.",
            id="invitations.W001",
        )
    ]
