"""Keep links and codes, by which offices answer, out of the logs."""

import logging
import sys
import traceback
from types import TracebackType

from invitations.text.keys import mask_keys


class WithoutTokens(logging.Formatter):
    """Mask the whole entry, with the words of an exception and its traceback."""

    def format(self, record: logging.LogRecord) -> str:
        return mask_keys(super().format(record))


def print_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print the exception that ends a program, without tokens."""
    sys.stderr.write(mask_keys("".join(traceback.format_exception(kind, error, trace))))
