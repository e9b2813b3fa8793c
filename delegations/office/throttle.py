"""How many wrong codes a page takes without a word: counts in the cache, for ten minutes at a time.

What is right is always taken. The counts slow down who guesses, and tell who runs the site. A leaf.
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


def count_wrong(page: str, address: str) -> int:
    """Count one more; return how many seconds to wait, or 0 while there are few."""
    window, passed = divmod(int(time.time()), WINDOW)
    from_one = one_more(f"wrong:{page}:{window}:from:{network_of(address)}")
    from_all = one_more(f"wrong:{page}:{window}:all")
    if from_all == WRONG_FROM_ALL + 1:
        logger.warning(
            "More than %d wrong tries at the %s page in these ten minutes.", WRONG_FROM_ALL, page
        )
    if from_one <= WRONG_FROM_ONE and from_all <= WRONG_FROM_ALL:
        return 0
    return WINDOW - passed


def one_more(key: str) -> int:
    """Two processes that count at once are given two numbers, where the cache is Redis."""
    cache.add(key, 0, 2 * WINDOW)
    try:
        number = cache.incr(key)
    except ValueError:  # A full cache has dropped it in between.
        cache.set(key, 1, 2 * WINDOW)
        return 1
    # Counting in a file shortens the file's life to the cache's default.
    cache.touch(key, 2 * WINDOW)
    return number


def network_of(address: str) -> str:
    """The address as it is counted: of IPv6 the half that one customer is given.

    Some proxies write a port behind it; what is no address counts as one and the same.
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


def one_address_for_all(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Behind a proxy that PROXIES does not name, all visitors have the proxy's address."""
    if settings.PROXIES or not settings.SITE_URL.startswith("https:"):
        return []
    return [
        Warning(
            "SITE_URL is https and PROXIES is 0: wrong codes of all visitors count as one's.",
            hint="Set PROXIES to the number of your own proxies, that which ends TLS included.",
            id="invitations.W001",
        )
    ]
