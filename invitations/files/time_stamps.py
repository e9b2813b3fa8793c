"""The time on a seal: a service (RFC 3161) is asked, and its answer believed only if it fits.

It needs pyHanko, which workers alone load.
"""

import datetime as dt
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer
from typing import NamedTuple
from urllib.parse import urlsplit

from asn1crypto.cms import ContentInfo
from asn1crypto.core import Sequence
from asn1crypto.tsp import PKIStatusInfo, TimeStampReq
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import Hash
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from invitations.files.sealing import owner_of
from invitations.text.by_language import Words, filled
from invitations.times.clocks import CLOCKS_APART

# Seconds for a whole answer, and until a service that gave none is asked again.
WITHIN, PAUSE = 10, 60
# Room for a time stamp with its certificates; most take 3 to 7 kB.
STAMP_BYTES = 12 * 1024
GRANTED = ("granted", "granted_with_mods")
# What the libraries raise of an answer that is no time stamp, or none that they know.
NO_TIME_STAMP = (
    ValueError, TypeError, LookupError, AttributeError, NotImplementedError, UnsupportedAlgorithm,
)  # fmt: skip


class NoTimeStamp(Exception):
    """The service gave no time stamp; the words say why, and no secret."""

    def __init__(self, words: Words) -> None:
        super().__init__(words)
        self.words = words


class TimeStamp(NamedTuple):
    """When it was, and who says so."""

    at: dt.datetime
    by: str


class TimeStampAnswer(Sequence):
    """What a service says; a refusal has no token, which asn1crypto's own class wants in each."""

    _fields = [("status", PKIStatusInfo), ("token", ContentInfo, {"optional": True})]


class TimeStampService(TimeStamper):
    """The service, what it said last, and until when it is left alone since it said nothing."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.last: TimeStamp | None = None
        self.fault: Words = ""
        self.silent_until = 0.0

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> ContentInfo:
        """Return the time stamp of the digest; raise NoTimeStamp if there is none that fits."""
        self.refuse_while_silent()
        nonce, query = self.request_cms(message_digest, md_algorithm)
        try:
            token, self.last = read_answer(self.ask(query.dump()), query, nonce)
        except NoTimeStamp as no:
            self.fault, self.silent_until = no.words, time.monotonic() + PAUSE
            raise
        return token

    def refuse_while_silent(self) -> None:
        """Raise NoTimeStamp for a while after the service gave none: no letter waits for it."""
        if time.monotonic() < self.silent_until:
            raise NoTimeStamp(self.fault)

    def ask(self, query: bytes) -> bytes:
        """Return what the service answers; it is sent on to no other address."""
        try:
            with connected(self.address) as line:
                return posted(line, self.address, query)
        except TimeoutError:
            raise NoTimeStamp(_("it did not answer in time")) from None
        except (OSError, HTTPException):
            # The system's words may show the address.
            raise NoTimeStamp(_("it cannot be reached")) from None


# What it said last is kept as long as its address stays.
@lru_cache(maxsize=1)
def service_at(address: str) -> TimeStampService:
    return TimeStampService(address)


def time_stamp_service() -> TimeStampService | None:
    return service_at(settings.SEAL_TSA) if settings.SEAL_TSA else None


@contextmanager
def connected(address: str) -> Iterator[HTTPConnection]:
    """Connect to the service; whatever it does, the line is cut when its time is over."""
    url = urlsplit(address)
    if url.scheme == "https":
        secure = ssl.create_default_context()
        line: HTTPConnection = HTTPSConnection(
            url.hostname or "", url.port, timeout=WITHIN, context=secure
        )
    else:
        line = HTTPConnection(url.hostname or "", url.port, timeout=WITHIN)
    is_over: list[bool] = []
    timer = Timer(WITHIN, cut, [line, is_over])
    timer.daemon = True
    timer.start()
    try:
        line.connect()
        # A line that was not there yet has not been cut.
        if not is_over:
            yield line
    except (OSError, HTTPException):
        if not is_over:
            raise
    finally:
        timer.cancel()
        line.close()
    # What was cut may look like a short answer.
    if is_over:
        raise TimeoutError


def cut(line: HTTPConnection, is_over: list[bool]) -> None:
    is_over.append(True)
    try:
        if line.sock:
            line.sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def posted(line: HTTPConnection, address: str, query: bytes) -> bytes:
    url = urlsplit(address)
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    line.request("POST", path, query, headers())
    with line.getresponse() as answer:
        if answer.status != HTTPStatus.OK:
            told = _("it answered with the HTTP status %(status)d")
            raise NoTimeStamp(filled(told, {"status": answer.status}))
        return answer.read(2 * STAMP_BYTES)


def headers() -> dict[str, str]:
    said = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    if settings.SEAL_TSA_PASSWORD:
        said["Authorization"] = f"Basic {b64encode(settings.SEAL_TSA_PASSWORD.encode()).decode()}"
    return said


def read_answer(answer: bytes, query: TimeStampReq, nonce: int) -> tuple[ContentInfo, TimeStamp]:
    """Return the time stamp, and what it says; raise NoTimeStamp unless it answers the query."""
    try:
        said = TimeStampAnswer.load(answer, strict=True)
        if said["status"]["status"].native not in GRANTED:
            raise NoTimeStamp(_("it refused"))
        token = said["token"]
        stamp = stamp_in(token, query, nonce)
    # So says whoever reads what is no time stamp, or only the beginning of one.
    except NO_TIME_STAMP:
        raise NoTimeStamp(_("its answer is no time stamp of this seal")) from None
    if len(token.dump()) > STAMP_BYTES:
        raise NoTimeStamp(_("its time stamp is too large"))
    if abs(stamp.at - timezone.now()) > CLOCKS_APART:
        raise NoTimeStamp(_("its clock and that of this machine are more than two minutes apart"))
    return token, stamp


def stamp_in(token: ContentInfo, query: TimeStampReq, nonce: int) -> TimeStamp:
    """Return what the token says; raise ValueError unless it is whole, of this query and valid."""
    info = token["content"]["encap_content_info"]["content"].parsed
    is_of_query = info["message_imprint"].native == query["message_imprint"].native
    if not is_of_query or info["nonce"].native != nonce:
        raise ValueError
    certificate = x509.load_der_x509_certificate(signed_by(token).dump())
    stamp = TimeStamp(info["gen_time"].native, owner_of(certificate))
    if not certificate.not_valid_before_utc <= stamp.at < certificate.not_valid_after_utc:
        raise ValueError
    return stamp


def signed_by(token: ContentInfo) -> Certificate:
    """Return whose signature the token bears; raise ValueError unless that may stamp time."""
    signed = token["content"]
    signer, certificate = extract_signer_info(signed), extract_certificate_info(signed).signer_cert
    digest = Hash(get_pyca_cryptography_hash(signer["digest_algorithm"]["algorithm"].native))
    digest.update(bytes(signed["encap_content_info"]["content"]))
    sound = validate_sig_integrity(signer, certificate, "tst_info", digest.finalize())
    uses = certificate.extended_key_usage_value
    if not all(sound) or uses is None or "time_stamping" not in uses.native:
        raise ValueError
    return certificate
