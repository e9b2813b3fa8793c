"""Keep links and codes, by which offices answer, out of the logs."""

import logging
import sys
import traceback
from types import TracebackType

from invitations.text.keys import mask_keys

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "wsis_forum.logs.WithoutTokens",
            "format": "{asctime} {levelname} {name} {message}",
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True, "level": "INFO"},
        "invitations": {"level": "INFO"},
        "delegations": {"level": "INFO"},
        "wsis_forum": {"level": "INFO"},
        # It names addresses; what it saw is told by wsis_forum.staff, without them.
        "axes": {"level": "ERROR"},
        # Mail that it cannot read is filed as mail; its trace would show whose.
        "flufl.bounce": {"level": "CRITICAL"},
    },
}


class WithoutTokens(logging.Formatter):
    """Mask the whole entry, with the words of an exception and its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return mask_keys(super().format(record))


def print_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print the exception that ends a program, without tokens."""
    sys.stderr.write(mask_keys("".join(traceback.format_exception(kind, error, trace))))
