"""Read incoming mail, whatever is wrong with it: nothing in a mail may prevent its filing."""

import codecs
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from copy import copy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from html import unescape
from urllib.parse import unquote

from django.conf import settings
from django.utils.translation import gettext as _

from invitations.mail.parsing import HEADER_LIMIT, UNREADABLE
from invitations.text.lines import without_unstorable
from invitations.text.masking import mask_keys

TEXT_LIMIT = 100_000
IDS_LIMIT = 100
DEEPEST = 20
UNSEEN = ("style", "script", "title")
BLOCKS = ("p", "br", "br/", "div", "li", "tr")
QUOTED = {"blockquote": 1, "/blockquote": -1}
# As a page names a picture that came with it.
SHOWN = re.compile(r"(?i)\bcid:([^\s\"'<>)]{1,250})")
MESSAGE_ID = re.compile(r"<[^<>\s]{1,248}>")
RECIPIENT_HEADERS = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
# Codecs of Python that are not charsets of mail.
NO_CHARSETS = ("idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape")
# Signs that change the direction of a line, and may make an address look like another one.
TURNING = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def clean_text(text: str) -> str:
    """Return the text without controls, surrogates and direction marks, which no page can show."""
    return without_unstorable(text.encode("utf-8", "replace").decode().translate(TURNING))


def headers_as_sent(mail: Message, name: str) -> list[str]:
    """Return the headers of that name as they came; raw UTF-8 in them is decoded."""
    sent = [str(value) for key, value in mail.raw_items() if key.lower() == name.lower()]
    return [
        raw[:HEADER_LIMIT].encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        for raw in sent
    ]


def header_as_sent(mail: Message, name: str) -> str:
    return next(iter(headers_as_sent(mail, name)), "")


def raw_header(mail: Message, name: str) -> str:
    """Return the header on one line, with its encoded words as they came."""
    return " ".join(clean_text(header_as_sent(mail, name)).split())


def decoded_header(mail: Message, name: str) -> str:
    """Return the header on one line, decoded; what cannot be decoded stays as it came."""
    return decoded_words(header_as_sent(mail, name))


def decoded_words(raw: str) -> str:
    try:
        chunks = decode_header(raw)
    except (HeaderParseError, ValueError):
        return " ".join(clean_text(raw).split())
    return " ".join(clean_text("".join(decoded(*chunk) for chunk in chunks)).split())


def decoded(chunk: bytes | str, charset: str | None) -> str:
    """Return the text decoded by its charset or as UTF-8; if neither fits, with gaps."""
    if isinstance(chunk, str):
        return chunk
    for name, errors in ((charset, "strict"), ("utf-8", "strict"), (charset, "replace")):
        with suppress(LookupError, ValueError):
            return chunk.decode(charset_of_mail(name), errors)
    return chunk.decode("utf-8", "replace")


def charset_of_mail(name: str | None) -> str:
    """Return the codec's name; raise LookupError or ValueError if it is no charset of mail."""
    codec = codecs.lookup(name or "utf-8").name
    if codec in NO_CHARSETS:
        raise LookupError(codec)
    b" ".decode(codec, "ignore")  # fails for codecs that do not decode to text
    return codec


def header_addresses(mail: Message, *names: str) -> list[str]:
    """Return the addresses in these headers, in lower case."""
    written = filter(None, [raw_header(mail, name) for name in names])
    return [address.lower() for line in written for address in addresses_in_header(line)]


def addresses_in_header(line: str) -> list[str]:
    try:
        pairs = getaddresses([line])
    except RecursionError:
        return []
    return [address for _name, address in pairs if "@" in address]


def sender_address(mail: Message) -> str:
    return next(iter(header_addresses(mail, "From")), "")


def sender_shown(mail: Message) -> str:
    """Return the sender's name and address within 200 signs; the name is cut, not the address."""
    address = sender_address(mail)
    written = decoded_header(mail, "From")
    if not address:
        return written[:200]
    name = re.sub(r"<[^<>]*>\s*$", "", written).strip(' "')
    if not name or name.lower() == address:
        return address[:200]
    return f"{name[: max(197 - len(address), 0)]} <{address}>"[:200]


def message_ids_in(text: str) -> list[str]:
    return list(dict.fromkeys(MESSAGE_ID.findall(text)))[-IDS_LIMIT:]


def own_message_id(mail: Message) -> str:
    """Return the Message-ID of the mail; an empty text if there is no valid one."""
    return next(iter(message_ids_in(raw_header(mail, "Message-ID"))), "")


def envelope_token_in(address: str) -> str | None:
    """Return the delivery's token in an envelope address: the inverse of ``return_path``."""
    ours, _at, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    tagged = rf"(?i){re.escape(ours)}\+([a-z0-9]{{4,24}})@{re.escape(domain)}"
    found = re.fullmatch(tagged, address.strip().strip("<>"))
    return found[1].lower() if found else None


def envelope_token_of(mail: Message) -> str:
    """Return the delivery's token in the addresses that the mail was sent to, or an empty text."""
    tokens = (envelope_token_in(address) for address in header_addresses(mail, *RECIPIENT_HEADERS))
    return next(filter(None, tokens), "")


def text_of_mail(mail: Message) -> str:
    """Return the readable text: of what is written twice the plain one, else that of the page."""
    return "\n".join(texts_in(mail))[:TEXT_LIMIT]


def texts_in(part: Message, depth: int = 0) -> list[str]:
    """Return the texts that a reader sees one below the other; none that is empty."""
    if not is_read(part) or depth > DEEPEST:
        return []
    if not part.is_multipart():
        return list(filter(str.strip, [text_of_part(part)]))
    found = [(child, texts_in(child, depth + 1)) for child in parts_of_mail(part)]
    if part.get_content_type() == "multipart/alternative":
        written = [(child, texts) for child, texts in found if texts]
        plain = [one for one in written if one[0].get_content_type() == "text/plain"]
        found = (plain or written)[:1]
    return [text for _child, texts in found for text in texts]


def text_of_part(part: Message) -> str:
    """Return the words of a text or page; empty for what is neither."""
    if part.get_content_type() == "text/plain":
        return clean_text(part_text(part))
    is_page = part.get_content_type() == "text/html"
    return clean_text(words_of_page(part_text(part))) if is_page else ""


def is_read(part: Message) -> bool:
    """Whether a reader sees it in the mail: it is neither a mail nor a file attached to it."""
    is_mail = part.get_content_maintype() == "message"
    return not is_mail and part.get_content_disposition() != "attachment"


def readable_parts(mail: Message) -> Iterator[Message]:
    """Yield the parts of the mail itself, without what is attached to it."""
    yield from filter(is_read, own_parts(mail))


def own_parts(mail: Message, depth: int = 0) -> Iterator[Message]:
    """Yield the parts of the mail, however deep they lie; a mail attached to it is one part."""
    if depth > DEEPEST:
        return
    if mail.is_multipart() and mail.get_content_maintype() != "message":
        for part in parts_of_mail(mail):
            yield from own_parts(part, depth + 1)
    else:
        yield mail


def parts_of_mail(mail: Message) -> list[Message]:
    """Return the parts of the mail, if it has any."""
    # For a mail without parts, get_payload may raise anything.
    payload = mail.get_payload() if mail.is_multipart() else []
    return [part for part in payload if isinstance(part, Message)]


def attached_names(mail: Message) -> list[str]:
    """Return the names of the attachments."""
    parts, shown = list(own_parts(mail)), shown_in_pages(mail)
    names = [attached_name(part) for part in parts if not is_decoration(part, shown)]
    return [clean_text(name)[:100] for name in names if name]


def shown_in_pages(mail: Message) -> set[str]:
    """Return the Content-IDs of what the pages of the mail show where they name it."""
    pages = [part for part in readable_parts(mail) if part.get_content_type() == "text/html"]
    return {unquote(name) for page in pages for name in SHOWN.findall(unescape(part_text(page)))}


def is_decoration(part: Message, shown: set[str]) -> bool:
    """Whether a page shows the picture, as the arms of a ministry below a signature.

    Web mail gives each file a Content-ID. What is attached is a file, and a TIFF is a fax.
    """
    is_picture = part.get_content_maintype() == "image" and part.get_content_type() != "image/tiff"
    is_attached = part.get_content_disposition() == "attachment"
    return is_picture and not is_attached and raw_header(part, "Content-ID").strip("<>") in shown


def attached_name(part: Message) -> str:
    """Return the file's name; of a mail without one, its subject."""
    try:
        # Many mail programs write it with encoded words, as a subject.
        name = decoded_words((part.get_filename() or "")[:HEADER_LIMIT])
    except UNREADABLE:
        return _("a file whose name cannot be read")
    if name or part.get_content_type() != "message/rfc822":
        return name
    return next((decoded_header(one, "Subject") for one in parts_of_mail(part)), "") or "rfc822"


def part_text(part: Message) -> str:
    text = decoded(octets(part)[:TEXT_LIMIT], charset_named(part))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def octets(part: Message) -> bytes:
    """Return the part's bytes without transfer encoding, whatever charset it names."""
    bare = copy(part)
    del bare["Content-Type"]
    try:
        payload = bare.get_payload(decode=True)
    except UNREADABLE:
        return b""
    return payload if isinstance(payload, bytes) else b""


def charset_named(part: Message) -> str | None:
    return parameter_of(part, "charset") or None


def parameter_of(part: Message, name: str) -> str:
    """Return that parameter of the Content-Type; empty if there is none that can be read."""
    try:
        named = part.get_param(name)
    except UNREADABLE:
        return ""
    # RFC 2231 allows a parameter its own charset and language: then it is a tuple.
    value = named[2] if isinstance(named, tuple) else named
    return value if isinstance(value, str) else ""


def has_doubtful_text(mail: Message) -> bool:
    """Whether some of its text may differ from what was written."""
    if mail.get_content_maintype() == "multipart" and not mail.is_multipart():
        return True
    return any(
        part.get_content_maintype() == "text" and not can_be_read(part)
        for part in readable_parts(mail)
    )


def can_be_read(part: Message) -> bool:
    """Whether the part can be decoded by the charset it names, or as UTF-8."""
    try:
        named = charset_of_mail(charset_named(part))
    except (LookupError, ValueError):
        return False
    for charset in (named, "utf-8"):
        with suppress(ValueError):
            octets(part).decode(charset)
            return True
    return False


def words_of_page(page: str) -> str:
    """Return the text between the tags, with blocks on lines of their own, quoted ones after “>”.

    It reads each sign once: usual parsers need minutes for a page made to keep them busy.
    """
    first, *pieces = page.split("<")
    words, unseen, quoted = [first], False, 0
    for piece in pieces:
        tag, _end, text = piece.partition(">")
        name = tag.lower().split(None, 1)[0] if tag.strip() else ""
        unseen = name in UNSEEN or (unseen and name.lstrip("/") not in UNSEEN)
        quoted = max(quoted + QUOTED.get(name, 0), 0)
        if name in BLOCKS or name in QUOTED:
            words.append("\n> " if quoted else "\n")
        if not unseen:
            words.append(re.sub(r"\s+", " ", text))
    return unescape("".join(words))


def first_own_words(text: str, lines: int = 12, length: int = 1000) -> str:
    """Return the first lines that are not quoted, with reply links and codes masked."""
    said = [line.strip() for line in text.splitlines() if not line.lstrip().startswith(">")]
    first = [line for line in said if line][:lines]
    return mask_keys("\n".join(first))[:length]
