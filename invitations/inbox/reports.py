"""Read a report of undelivered mail: which letter it is of, and what the server answered."""

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.utils import parseaddr
from typing import NamedTuple

from flufl.bounce import all_failures

from invitations.mail.automatic import comes_from_a_machine, status_blocks
from invitations.mail.incoming import (
    clean_text,
    decoded_header,
    envelope_token_of,
    own_message_id,
    raw_header,
)
from invitations.mail.parsing import parse_mail
from invitations.models import Bounce, Delivery, Letter

Kind = Bounce.Kind

# No letter has so many addressees; whoever names more would fill the desk with them.
MOST_ADDRESSES = 50
WORST_FIRST = (Kind.HARD, Kind.SOFT, Kind.DELAYED)
WORDS_LIMIT = 1000
# A report names the letter within its first lines; what it quotes beyond them is the letter's own.
RETURNED_LIMIT = 100_000
RETURNED_ID = re.compile(
    r"(?im)^[> \t]{0,20}message-id:[ \t]{0,9}(?:\r?\n[ \t]{1,9})?(<[^<>\s]{1,248}>)"
)


# What flufl.bounce looks at: in a long word it begins anew at each letter, for minutes or days.
RECOGNIZED_IN = 50_000
LONG_LINE = re.compile(rb"([^\r\n]{500})[^\r\n]+")


class Finding(NamedTuple):
    """What a report says of one address."""

    kind: str
    address: str
    words: str


def findings_in(mail: Message, content: bytes) -> list[Finding]:
    """Return what the standard report says, or else what flufl.bounce finds in the mail."""
    if not comes_from_a_machine(mail):
        return []
    return gravest(standard_findings(mail)) or gravest(recognized_findings(mail, content))


def gravest(findings: Iterable[Finding]) -> list[Finding]:
    """Return of each address the worst that is said: one that forwards has a block for each.

    The gravest come first, and of a report on more addresses than any letter has, they alone.
    """
    found: dict[str, Finding] = {}
    for finding in findings:
        known = found.setdefault(finding.address, finding)
        if WORST_FIRST.index(finding.kind) < WORST_FIRST.index(known.kind):
            found[finding.address] = finding
    worst = sorted(found.values(), key=lambda finding: WORST_FIRST.index(finding.kind))
    return worst[:MOST_ADDRESSES]


def standard_findings(mail: Message) -> Iterator[Finding]:
    """Yield what RFC 3464 says of each failed or delayed recipient; other actions are no bounce."""
    for block in status_blocks(mail):
        action = raw_header(block, "Action").lower()
        if action.startswith("delayed"):
            kind: str = Kind.DELAYED
        elif action.startswith(("fail", "error")):
            is_soft = raw_header(block, "Status").startswith("4")
            kind = Kind.SOFT if is_soft else Kind.HARD
        else:
            continue
        yield Finding(kind, recipient(block), words_about_recipient(block))


def recipient(block: Message) -> str:
    """Return the address as we wrote it, if the report has it, or else where the mail ended."""
    for name in ("Original-Recipient", "Final-Recipient"):
        written = raw_header(block, name).rpartition(";")[2]
        if "@" in written:
            return parseaddr(written)[1].lower()
    return ""


def words_about_recipient(block: Message) -> str:
    said = (raw_header(block, name) for name in ("Status", "Diagnostic-Code", "Remote-MTA"))
    return with_address(recipient(block), ", ".join(filter(None, said)))


def with_address(address: str, words: str) -> str:
    """Return the words with their address, which may be all that staff can go by."""
    return words if address in words.lower() else f"{address}: {words}"


def recognized_findings(mail: Message, content: bytes) -> Iterator[Finding]:
    begun = parse_mail(LONG_LINE.sub(rb"\1", content[:RECOGNIZED_IN]))
    try:
        delayed, refused = all_failures(begun)
    except Exception:  # noqa: BLE001 -- guesses over a hostile mail: it is filed as mail instead
        return
    subject = decoded_header(mail, "Subject")
    for kind, found in ((Kind.DELAYED, delayed), (Kind.HARD, refused)):
        for address in sorted(found):
            about = clean_text(address.decode("ascii", "replace")).lower()
            yield Finding(kind, about, with_address(about, subject))


def known_envelope(mail: Message) -> str:
    """Return the known token in the address the report was sent to, else in ENVID; or empty."""
    blocks = status_blocks(mail)
    ident = raw_header(blocks[0], "Original-Envelope-Id") if blocks else ""
    tokens = [envelope_token_of(mail), ident.lower()]
    known = Delivery.objects.filter(envelope__in=[token for token in tokens if token])
    return next(iter(known.values_list("envelope", flat=True)), "") or ""


def returned_id(mail: Message, content: bytes) -> str:
    """Return the Message-ID of the one letter of ours that came back, in a part or the text."""
    returned = clean_text(content[:RETURNED_LIMIT].decode("ascii", "replace"))
    ids = set(RETURNED_ID.findall(returned)) - {own_message_id(mail)}
    ours = Letter.objects.filter(message_id__in=list(ids)[:500])
    found = set(ours.values_list("message_id", flat=True)[:2])
    return found.pop() if len(found) == 1 else ""
