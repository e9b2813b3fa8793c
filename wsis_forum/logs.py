"""What no line of a log may hold."""

import logging
import re

TOKEN = re.compile(r"/r/[^/\s]+")


class WithoutTokens(logging.Filter):
    """Mask the token of a reply link wherever an address is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = TOKEN.sub("/r/…", record.getMessage()), ()
        return True
