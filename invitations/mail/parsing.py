"""Parse incoming mail within bounds: no mail, however it is built, keeps its reader busy.

A mail is read before it is set aside, so one that outlasts a tick would be read at each, for ever.
"""

from email import message_from_bytes
from email.errors import HeaderParseError
from email.message import Message
from email.parser import BytesHeaderParser
from email.policy import Compat32

# Longer text in a header is neither a subject nor an address.
HEADER_LIMIT = 10_000
# Of a header about a part: reading its parameters takes time with the square of its length.
CONTENT_LIMIT = 4_000
# Mail of 30 MB has 400,000 lines of usual length, and 510,000 of the shortest in use.
MOST_LINES = 550_000
# Each line is compared with each boundary of a part that it lies in.
MOST_COMPARED = 20_000_000
# Lines that may be boundaries.
MOST_BOUNDARIES = 2_000
# What of a mail with more of them is read at all.
READ_OF_OTHERS = 200_000
# What the standard library raises for malformed headers and parameters.
UNREADABLE = (LookupError, ValueError, TypeError)


class ShortHeaders(Compat32):
    """The usual policy, but for headers, of which the first part is kept."""

    def header_source_parse(self, sourcelines: list[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(sourcelines)
        is_about_part = name.lower().startswith("content-")
        return name, value[: CONTENT_LIMIT if is_about_part else HEADER_LIMIT]


POLICY = ShortHeaders()


def parse_mail(content: bytes) -> Message:
    """Return the parsed mail; if its parts cannot be read, or are too many, its headers alone."""
    if has_too_many_parts(content):
        return parse_head(content[:READ_OF_OTHERS])
    try:
        return message_from_bytes(content, policy=POLICY)
    except (RecursionError, HeaderParseError, *UNREADABLE):
        return parse_head(content)


def parse_head(content: bytes) -> Message:
    """Return the mail with what stands below its headers as one piece."""
    return BytesHeaderParser(policy=POLICY).parsebytes(content)


def has_too_many_parts(content: bytes) -> bool:
    """Whether it has more lines, or lines that may part it, than mail that people send."""
    ends = {sign: content.count(sign) for sign in (b"\n", b"\r", b"\r\n")}
    lines = ends[b"\n"] + ends[b"\r"] - ends[b"\r\n"]
    named = content.lower().count(b"boundary")
    parted = content.count(b"\n--") + content.count(b"\r--")
    return lines > MOST_LINES or lines * named > MOST_COMPARED or parted > MOST_BOUNDARIES
