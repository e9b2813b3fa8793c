"""The organization's electronic seal: whose it is, and whether it is fit for use."""

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from invitations.text.dates import format_day
from invitations.text.lines import tidy_line, without_overrides, without_unstorable

WARNED_BEFORE = dt.timedelta(days=30)
OWNER_LIMIT = 200
RSA_BITS, CURVE_BITS = 2048, 256


class Certificate(NamedTuple):
    """Whose seal it is, and from when until when."""

    owner: str
    valid_from: dt.datetime
    valid_until: dt.datetime


class SealFile(NamedTuple):
    """The file as it is now: when another takes its place, that one is opened."""

    path: str
    changed_at: int
    number: int
    size: int


def has_seal() -> bool:
    return bool(settings.SEAL_FILE)


def refuse_unusable_seal() -> None:
    """Refuse while letters are to be sealed and the seal is not fit for it."""
    if not has_seal():
        return
    owner, valid_from, valid_until = certificate_in(seal_file())
    if not valid_from <= timezone.now() < valid_until:
        raise ValidationError(
            _(
                "The certificate of the seal (%(owner)s) is valid from %(from)s to %(until)s only: "
                "ask whoever runs the site to put a valid one into SEAL_FILE."
            ),
            params={
                "owner": owner,
                "from": lazy_day(valid_from.date()),
                "until": lazy_day(valid_until.date()),
            },
        )


lazy_day = lazy(format_day, str)


def seal_warning() -> str:
    """Return why letters cannot be sealed, or soon cannot; empty if all is well."""
    try:
        refuse_unusable_seal()
    except ValidationError as refusal:
        return refusal.messages[0]
    if not has_seal():
        return ""
    owner, _from, until = certificate_in(seal_file())
    if until - timezone.now() > WARNED_BEFORE:
        return ""
    return _(
        "The certificate of the seal (%(owner)s) is valid until %(until)s only: put a new one into "
        "SEAL_FILE before, or letters will wait."
    ) % {"owner": owner, "until": format_day(until.date())}


def seal_file() -> SealFile:
    try:
        now = Path(settings.SEAL_FILE).stat()
    except OSError:
        raise unreadable() from None
    return SealFile(settings.SEAL_FILE, now.st_mtime_ns, now.st_ino, now.st_size)


def password() -> bytes | None:
    """Return the password; kept in no variable, which a page about an error might show."""
    return settings.SEAL_PASSWORD.encode() or None


def unreadable() -> ValidationError:
    return ValidationError(
        _(
            "The seal cannot be read: ask whoever runs the site to correct SEAL_FILE, which names "
            "a PKCS#12 file with key and certificate, or SEAL_PASSWORD, its password."
        )
    )


# No web process asks this: workers tell the database what is amiss with the seal.
@lru_cache(maxsize=1)
def certificate_in(file: SealFile) -> Certificate:
    try:
        found = pkcs12.load_pkcs12(Path(file.path).read_bytes(), password())
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise unreadable() from None
    if found.key is None or found.cert is None:
        raise unreadable()
    one = found.cert.certificate
    key = found.key
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey) or not names_in_certificate(
        one
    ):
        raise ValidationError(
            _(
                "The seal cannot be used: ask whoever runs the site to put one into SEAL_FILE that "
                "names the organization and has an RSA or an elliptic-curve key."
            )
        )
    refuse_weak(key)
    return Certificate(owner_of(one), one.not_valid_before_utc, one.not_valid_after_utc)


def refuse_weak(key: RSAPrivateKey | EllipticCurvePrivateKey) -> None:
    """Refuse a key that somebody might compute: a short one, or one on a small curve."""
    is_rsa = isinstance(key, RSAPrivateKey)
    if key.key_size >= (RSA_BITS if is_rsa else CURVE_BITS):
        return
    raise ValidationError(
        _(
            "The key of the seal is too weak (%(bits)s bits): ask whoever runs the site to put one "
            "into SEAL_FILE that has an RSA key of at least %(rsa)s bits, or one on an elliptic "
            "curve of at least %(curve)s."
        ),
        params={"bits": key.key_size, "rsa": RSA_BITS, "curve": CURVE_BITS},
    )


def owner_of(certificate: x509.Certificate) -> str:
    """Return the organization that the certificate names, or else its common name."""
    names = [*names_in_certificate(certificate), legible(certificate.subject.rfc4514_string())]
    return names[0][:OWNER_LIMIT]


def names_in_certificate(certificate: x509.Certificate) -> list[str]:
    kinds = (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
    named = (certificate.subject.get_attributes_for_oid(kind) for kind in kinds)
    return list(filter(None, (legible(str(name.value)) for of_kind in named for name in of_kind)))


def legible(name: str) -> str:
    """Return the name without signs that no table keeps, or that nobody sees."""
    return without_unstorable(without_overrides(tidy_line(name)))
