"""In what Django keeps a message for the next page, and what the cache holds.

Nobody waits for the cache, or fails with it: while it is away, each process has its own. Nothing
is there that would be missed: how often somebody tried, and pages of some minutes.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache
from django.core.files import locks
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

Cache = TypeVar("Cache", bound=type[BaseCache])
AWAY = (RedisError, OSError)
ASKED_AGAIN_AFTER = 15  # seconds
OPERATIONS = (
    "add", "get", "set", "touch", "delete", "get_many", "set_many", "delete_many", "has_key",
    "incr", "clear",
)  # fmt: skip
# Of this process: when a cache that was away is asked again, by its place.
asked_again_at: dict[str, float] = {}


class MessagesCookie(CookieStorage):
    """A cookie under a name that the settings give."""

    cookie_name = settings.MESSAGES_COOKIE_NAME


class Messages(FallbackStorage):
    """In a cookie where they fit into one, else in the session."""

    storage_classes = (MessagesCookie, SessionStorage)


def own_while_away(cache_class: Cache) -> Cache:
    """Let no operation of the cache fail, nor wait for it again and again."""
    for name in OPERATIONS:
        setattr(cache_class, name, or_own(name, getattr(cache_class, name)))
    cache_class.is_away = property(is_away)  # type: ignore[attr-defined] # who has to know may ask
    return cache_class


def or_own(name: str, operation: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(operation)
    def asked(cache: Any, *given: Any, **named: Any) -> Any:
        if not is_away(cache):
            try:
                return operation(cache, *given, **named)
            except AWAY as fault:
                asked_again_at[cache.place] = time.monotonic() + ASKED_AGAIN_AFTER
                logger.warning("The cache is away, each process keeps its own: %s", fault)
        return getattr(caches["template_fragments"], name)(*given, **named)

    return asked


def is_away(cache: Any) -> bool:
    return time.monotonic() < asked_again_at.get(cache.place, 0)


@own_while_away
class RedisOrOwnMemory(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self.place = server


@own_while_away
class FilesOrOwnMemory(FileBasedCache):
    """Files in a folder; what is counted is read and written in one step, whoever else counts."""

    def __init__(self, folder: Any, params: dict[str, Any]) -> None:
        super().__init__(folder, params)
        self.place = str(folder)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no other thread or process count meanwhile."""
        Path(self.place).mkdir(mode=0o700, parents=True, exist_ok=True)
        with Path(self.place, "counting.lock").open("a") as file:
            locks.lock(file, locks.LOCK_EX)
            yield

    def add(self, *given: Any, **named: Any) -> bool:
        with self.alone():
            return super().add(*given, **named)

    def incr(self, *given: Any, **named: Any) -> int:
        with self.alone():
            return super().incr(*given, **named)

    def touch(self, *given: Any, **named: Any) -> bool:
        with self.alone():
            return super().touch(*given, **named)
