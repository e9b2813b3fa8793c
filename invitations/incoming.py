"""Read a mail that came in, whatever is wrong with it: nothing in it may stop its being filed."""

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from html import unescape

from django.conf import settings

# What stands in a header beyond that is no subject and no address.
HEADER_LIMIT = 10_000
TEXT_LIMIT = 100_000
IDS_LIMIT = 100
DEEPEST = 20
UNSEEN = ("style", "script", "title")
BLOCKS = ("p", "br", "br/", "div", "li", "tr")
MESSAGE_ID = re.compile(r"<[^<>\s]{1,248}>")
# A reply quotes our own letter, and with it the link and the code that answer it.
REPLY_LINK = re.compile(r"(/r/)[^/\s]+")
REPLY_CODE = re.compile(r"(?i)\b[bcdfghjkmnpqrstvwxyz]{4}(?:-[bcdfghjkmnpqrstvwxyz]{4}){2}\b")
RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
NO_HUMAN_PRECEDENCE = ("bulk", "junk", "auto_reply")
# Signs that turn the order of a line around, and may make an address look like another one.
TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def parse(content: bytes) -> Message:
    """Read the whole mail; of one whose parts lie too deep in one another, the headers alone."""
    try:
        return message_from_bytes(content)
    except RecursionError:
        return BytesHeaderParser().parsebytes(content)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def clean(text: str) -> str:
    """Drop what no database keeps and no page shows: controls, halves of signs, turning marks."""
    whole = text.encode("utf-8", "replace").decode().translate(TURNING)
    return "".join(
        sign for sign in whole if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs")
    )


def as_sent(mail: Message, name: str) -> str:
    """One header as it came, also where it is plain UTF-8 that no encoded word announces."""
    sent = (value for key, value in mail.raw_items() if key.lower() == name.lower())
    raw = str(next(sent, ""))[:HEADER_LIMIT]
    return raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def raw_header(mail: Message, name: str) -> str:
    """One header on one line, its encoded words as they came."""
    return " ".join(clean(as_sent(mail, name)).split())


def header(mail: Message, name: str) -> str:
    """One header on one line, decoded; what cannot be decoded stays as it came."""
    raw = as_sent(mail, name)
    try:
        chunks = decode_header(raw)
    except (HeaderParseError, ValueError):
        return " ".join(clean(raw).split())
    return " ".join(clean("".join(decoded(*chunk) for chunk in chunks)).split())


def decoded(chunk: bytes | str, charset: str | None) -> str:
    if isinstance(chunk, str):
        return chunk
    try:
        return chunk.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):
        return chunk.decode("utf-8", "replace")


def addresses(mail: Message, *names: str) -> list[str]:
    """The addresses in these headers, in small letters."""
    written = filter(None, [raw_header(mail, name) for name in names])
    return [address.lower() for line in written for address in addresses_in(line)]


def addresses_in(line: str) -> list[str]:
    try:
        pairs = getaddresses([line])
    except RecursionError:
        return []
    return [address for _name, address in pairs if "@" in address]


def sender_address(mail: Message) -> str:
    return next(iter(addresses(mail, "From")), "")


def sender(mail: Message) -> str:
    """The name and the address, as they fit into 200 signs with the address whole."""
    address = sender_address(mail)
    written = header(mail, "From")
    if not address:
        return written[:200]
    name = re.sub(r"<[^<>]*>\s*$", "", written).strip(' "')
    if not name or name.lower() == address:
        return address[:200]
    return f"{name[: max(197 - len(address), 0)]} <{address}>"[:200]


def ids_in(text: str) -> list[str]:
    return list(dict.fromkeys(MESSAGE_ID.findall(text)))[-IDS_LIMIT:]


def message_id(mail: Message) -> str:
    """Its own Message-ID; an empty text where it has none that is one."""
    return next(iter(ids_in(raw_header(mail, "Message-ID"))), "")


def sent_at(mail: Message) -> dt.datetime | None:
    try:
        at = parsedate_to_datetime(raw_header(mail, "Date"))
    except (ValueError, TypeError, OverflowError):
        return None
    return at.astimezone(dt.UTC) if at.tzinfo else at.replace(tzinfo=dt.UTC)


def envelope_in(address: str) -> str | None:
    """The token of the delivery that left from this address: the inverse of the return path."""
    ours, _at, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    tagged = rf"(?i){re.escape(ours)}\+([a-z0-9]{{4,24}})@{re.escape(domain)}"
    found = re.fullmatch(tagged, address.strip().strip("<>"))
    return found[1].lower() if found else None


def envelope_of(mail: Message) -> str:
    """The token in the address that the mail was sent to; an empty text where there is none."""
    tokens = (envelope_in(address) for address in addresses(mail, *RECIPIENT_HEADERS))
    return next(filter(None, tokens), "")


def is_automatic(mail: Message) -> bool:
    """Whether a machine wrote it: nobody waits for an answer to it."""
    submitted = re.split(r"[;\s]", raw_header(mail, "Auto-Submitted").lower())[0]
    return (
        submitted not in ("", "no")
        or raw_header(mail, "Precedence").lower() in NO_HUMAN_PRECEDENCE
        or "X-Autoreply" in mail
        or has_empty_return_path(mail)
        or mail.get_content_type() == "multipart/report"
    )


def has_empty_return_path(mail: Message) -> bool:
    return "Return-Path" in mail and raw_header(mail, "Return-Path") in ("", "<>")


def text_of(mail: Message) -> str:
    """The words for people to read: of the first plain part, else of the first HTML part."""
    for wanted in ("text/plain", "text/html"):
        for part in readable_parts(mail):
            if part.get_content_type() == wanted:
                text = part_text(part)
                return clean(words_of_page(text) if wanted == "text/html" else text)
    return ""


def readable_parts(mail: Message, depth: int = 0) -> Iterator[Message]:
    """The parts of the mail itself, not those of a mail that is attached to it."""
    if mail.get_content_maintype() == "message" or depth > DEEPEST:
        return
    payload = mail.get_payload()
    if isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                yield from readable_parts(part, depth + 1)
    elif mail.get_content_disposition() != "attachment":
        yield mail


def attached_names(mail: Message) -> list[str]:
    """The names of what is attached, as the sender gave them."""
    payload = mail.get_payload()
    parts = payload if isinstance(payload, list) else []
    names = [part.get_filename() for part in parts if isinstance(part, Message)]
    return [clean(name)[:100] for name in names if name]


def part_text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload[:TEXT_LIMIT] if isinstance(payload, bytes) else b""
    charset = part.get_param("charset")
    text = decoded(content, charset if isinstance(charset, str) else None)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def words_of_page(page: str) -> str:
    """The words between the tags, blocks on lines of their own.

    One look at each sign: the parsers at hand take minutes over a page made to keep them busy.
    """
    first, *pieces = page.split("<")
    words, unseen = [first], False
    for piece in pieces:
        tag, _end, text = piece.partition(">")
        name = tag.lower().split(None, 1)[0] if tag.strip() else ""
        unseen = name in UNSEEN or (unseen and name.lstrip("/") not in UNSEEN)
        if name in BLOCKS:
            words.append("\n")
        if not unseen:
            words.append(re.sub(r"\s+", " ", text))
    return unescape("".join(words))


def own_words(text: str, lines: int = 12, length: int = 1000) -> str:
    """The first lines, without what they quote of us, and without reply link and code."""
    said = [line.strip() for line in text.splitlines() if not line.lstrip().startswith(">")]
    first = [line for line in said if line][:lines]
    return REPLY_CODE.sub("…", REPLY_LINK.sub(r"\1…", "\n".join(first)))[:length]
