"""What no line of a log may hold: the link and the code by which an office answers."""

import logging
import re
import sys
import traceback
from types import TracebackType

# The link wherever it stands, quoted or encoded; its token alone, as a database quotes it.
LINK = re.compile(r"(/r/|%2Fr%2F)[^/\s\"'<>]+", re.IGNORECASE)
TOKEN = re.compile(r"(?<![\w-])[2-9a-hjkmnp-z]{21}(?![\w-])")
# Twelve consonants, in one or in fours as on a letter: no word has so many.
CODE = re.compile(r"(?<![\w-])(?:[b-df-hjkmnp-tv-z]{4}-?){2}[b-df-hjkmnp-tv-z]{4}(?![\w-])", re.I)


def masked(text: str) -> str:
    return CODE.sub("…", TOKEN.sub("…", LINK.sub(r"\1…", text)))


class WithoutTokens(logging.Formatter):
    """Mask the whole entry, with the words of an exception and its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def tell_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """What ends a program is told without tokens too."""
    sys.stderr.write(masked("".join(traceback.format_exception(kind, error, trace))))
