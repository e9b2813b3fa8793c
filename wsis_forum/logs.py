"""What stands in the logs: no link, code or address, and of which request or job an entry tells."""

import logging
import re
import sys
import traceback
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from django.db.utils import InterfaceError, OperationalError
from pythonjsonlogger.json import JsonFormatter

from invitations.text.masking import mask_keys

# An address of mail, also as it stands in a link; a Message-ID of ours tells of nobody.
ADDRESS = re.compile(
    r"(?!\d{9,}\.\d+\.)(?<![\w.+%-])[^\s@\"'<>(),;:=/\\]{1,64}(?:@|%40)[\w-]+(?:\.[\w-]+)+"
)
# Name and password in the address of a server.
CREDENTIALS = re.compile(r"(?<=://)[^\s/@\"'<>]+@")
# What an entry may say of itself beside its words.
SAID = ("letter", "delivery", "status_code")

LINE, HOUR = "{asctime} {levelname} {name} {message}", "%Y-%m-%dT%H:%M:%S%z"

request_id: ContextVar[str] = ContextVar("request_id", default="")
# Of this process: a worker's child does one job at a time, in one thread or several.
job: dict[str, str] = {}


def settings_of_logging(*, as_json: bool) -> dict[str, Any]:
    """Return Django's LOGGING: entries as lines for people, or as JSON for a collector."""
    return LOGGING | {
        "formatters": {
            "line": {
                "class": f"wsis_forum.logs.{'JSON' if as_json else ''}WithoutTokens",
                "format": LINE,
                "datefmt": HOUR,
                "style": "{",
            }
        }
    }


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"away": {"()": "wsis_forum.logs.DatabaseAway"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["away"]}
    },
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


def masked(text: str) -> str:
    return ADDRESS.sub("…", CREDENTIALS.sub("…@", mask_keys(text)))


def origin(record: logging.LogRecord) -> dict[str, str]:
    """Return the request or the job that the entry came of, and the letter that it tells of."""
    found = {"request": request_id.get(), **job}
    found |= {name: str(getattr(record, name)) for name in SAID if hasattr(record, name)}
    return {name: value for name, value in found.items() if value}


class DatabaseAway(logging.Filter):
    """Tell of a request that the database could not serve in one line, without a trace.

    While it is away each request would bring the same hundred lines. Errors of other kinds keep
    theirs.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info and record.exc_info[1]
        is_told = getattr(record, "status_code", None) == 503
        if is_told and isinstance(error, OperationalError | InterfaceError):
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            record.msg, record.args = f"{record.getMessage()}: {reason}", ()
            record.exc_info = record.exc_text = None
        return True


class WithoutTokens(logging.Formatter):
    """Mask the whole entry, with the words of an exception and its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- its name in logging
        came_of = " ".join(f"{name}={value}" for name, value in origin(record).items())
        return super().formatMessage(record) + (f" [{came_of}]" if came_of else "")


class JSONWithoutTokens(JsonFormatter):
    """The same as one line of JSON; of what else an entry carries, only what ``SAID`` names."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(
            *arguments,
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
            **options,
        )

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        super().add_fields(log_data, record, message_dict)
        known = ("time", "level", "logger", "message", "exc_info", "stack_info")
        told = {name: masked(str(log_data[name])) for name in known if log_data.get(name)}
        log_data.clear()
        log_data.update(told | origin(record))


def print_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print the exception that ends a program, without tokens."""
    sys.stderr.write(masked("".join(traceback.format_exception(kind, error, trace))))
