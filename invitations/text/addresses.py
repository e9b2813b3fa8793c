"""E-mail addresses: found in what was typed or copied, checked, and written in ASCII.

The part before the @ is kept as it was typed. The domain is kept in its own script, in small
composed letters: ``Kabinett@FAß.example`` becomes ``Kabinett@faß.example``. Two addresses that
differ in capitals only are one.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import email_validator
import idna
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from invitations.text.lines import (
    FULL_WIDTH,
    JOINERS,
    MARKS,
    OVERRIDES,
    is_unstorable,
    isolated,
    without_invisible,
)

NO_ADDRESS = _("%(address)s is not an e-mail address: please write it as name@example.org.")
SEVERAL = _("Please give one e-mail address only: there are several here.")
ENCODED = _(
    "%(address)s holds “=?”, by which mail programs mark a code: please type the address itself."
)
UNSEEN = _("%(address)s holds a sign that no e-mail address has: please type it anew.")
QUOTED = _(
    "%(address)s has quotation marks, which we cannot write to: please give another address."
)
LETTERS = _(
    "%(address)s has letters before the @ that not every mail server takes: please give an address"
    " in Latin letters without accents."
)
COMPUTER = _(
    "%(address)s names one computer, not a domain: please give an address such as name@example.org."
)
UNFINISHED = _("%(address)s lacks the end of its domain, such as .org: please type it in full.")
BEGINNING = _(
    "%(address)s begins with a sign that mail servers do not take: please give another address."
)
TOO_LONG = _("%(address)s is too long for an e-mail address: please look at it again.")

MOST_TYPED = 10_000
DOTS = ".\u3002\uff61"
SEPARATORS = r"\s,;\u060c\u061b\u3001"
# A name before angle brackets, as mail programs copy it, or an address alone. A text that looks
# like a domain is not a name: it may be an address that was typed wrong.
FOUND = re.compile(
    rf"""[{SEPARATORS}]*
    (?: (?: "[^"\n]{{0,200}}" | (?: (?!\w\.\w\w) [^@<>;\u061b\u3001\n] ){{0,200}}? )
        [ ]? <(?P<inside>[^<>\n]+)>
      | (?P<alone> "[^"\n]{{0,200}}"[^{SEPARATORS}<>]* | [^{SEPARATORS}<>]+
          | [<>][^{SEPARATORS}<>]* ) )""",
    re.VERBOSE,
)


def one_address(typed: str) -> str:
    """Return the one address that was typed, or an empty text.

    Where a part is not an address, as in ``first last@example.org``, the refusal names the whole.
    """
    try:
        found = each_once(typed)
    except ValidationError as refusal:
        if refusal.message is NO_ADDRESS:
            raise refusal_of_address(NO_ADDRESS, typed.strip()) from None
        raise
    if len(found) > 1:
        raise ValidationError(SEVERAL, code="several")
    return found[0] if found else ""


def address_lines(typed: str) -> str:
    """Return the addresses that were typed, one to a line, without doubles."""
    return "\n".join(each_once(typed))


def each_once(typed: str) -> list[str]:
    found: dict[str, str] = {}
    for address in map(checked_address, found_in(typed)):
        found.setdefault(address.casefold(), address)
    return list(found.values())


def found_in(typed: str) -> Iterator[str]:
    """Yield what stands between separators, without angle brackets and quotation marks."""
    if len(typed) > MOST_TYPED:
        raise refusal_of_address(TOO_LONG, typed)
    if "=?" in typed:
        raise refusal_of_address(ENCODED, typed)
    typed = re.sub(f"[{MARKS}{OVERRIDES}]", "", without_invisible(typed.translate(FULL_WIDTH)))
    if "@" not in typed:
        # There is no address at all: the refusal names the whole.
        yield from filter(None, [typed.strip(" ,;،؛、")])
        return
    for found in FOUND.finditer(typed):
        address = (found["inside"] or found["alone"]).strip()
        for opened, closed in ('""', "''", "‘’", "“”"):
            if address.startswith(opened) and address.endswith(closed):
                address = address[1:-1]
        yield re.sub(r"^mailto:([^?]*).*", r"\1", address, flags=re.IGNORECASE)


def checked_address(address: str) -> str:
    """Return the address as it is kept; refuse one that mail servers or programs may misread."""
    if odd := oddity(address):
        raise refusal_of_address(odd, address)
    try:
        # Demonstrations and tests write to .test, the domain that is reserved for them.
        kept = email_validator.validate_email(
            address,
            allow_smtputf8=False,
            check_deliverability=False,
            strict=True,
            test_environment=True,
        ).normalized
        # The model fields check this once more, with a message that is not ours.
        validate_email(kept)
    except (email_validator.EmailNotValidError, ValidationError):
        raise refusal_of_address(NO_ADDRESS, address) from None
    return kept


def oddity(address: str) -> Any:
    """Return the refusal of an odd address that many programs accept; None if it is not odd."""
    local, _at, domain = address.rpartition("@")
    oddities = [
        (QUOTED, '"' in address),
        (UNSEEN, any(map(is_invisible, address))),
        (ENCODED, "=?" in address),
        (COMPUTER, domain.startswith("[")),
        (UNFINISHED, local and domain and "@" not in local and not set(DOTS) & set(domain)),
        (BEGINNING, address.startswith(("|", "-"))),
        (LETTERS, not local.isascii()),
        (TOO_LONG, len(local) > 64 or len(address) > 254),
    ]
    return next((sentence for sentence, is_so in oddities if is_so), None)


def is_invisible(sign: str) -> bool:
    """Whether the sign is a control, a space or invisible; the domain's rules judge joiners."""
    unseen = is_unstorable(sign) or sign.isspace() or unicodedata.category(sign) == "Cf"
    return unseen and sign not in JOINERS + " "


def refusal_of_address(sentence: Any, address: str) -> ValidationError:
    named = "".join(sign if sign.isprintable() else "\ufffd" for sign in address[:60])
    return ValidationError(sentence, code="invalid", params={"address": isolated(named)})


def address_in_ascii(address: str) -> str:
    """Return the address with its domain in ASCII, as every mail server takes it.

    By IDNA 2008, for which ``faß.example`` and ``fass.example`` are two domains. Raise ValueError
    where there is no such form.
    """
    local, _at, domain = address.rpartition("@")
    if not local.isascii() or "=?" in local or any(map(is_invisible, local)):
        raise ValueError("no mail server takes it as an address")
    return f"{local}@{domain if domain.isascii() else idna.encode(domain, uts46=True).decode()}"


def masked_address(address: str) -> str:
    """Return the address so that only who has it knows it again: ``f…@example.org``, unbroken."""
    local, _at, domain = address.rpartition("@")
    return f"{local[:1]}…\N{WORD JOINER}@{domain}"
