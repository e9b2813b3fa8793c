"""The seal on a PDF (PAdES B-B, or B-T with the time on it), added behind the bytes as they are.

It needs pyHanko, which workers alone load.
"""

import datetime as dt
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from asn1crypto.cms import CMSAttributes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import InvisSigSettings, SigFieldSpec, SigSeedSubFilter
from pyhanko_certvalidator.util import get_pyca_cryptography_hash

from invitations.files.sealing import SealFile, certificate_in, password, seal_file
from invitations.files.time_stamps import (
    STAMP_BYTES,
    NoTimeStamp,
    TimeStamp,
    TimeStampService,
    time_stamp_service,
)

# Room for what a signature holds besides its certificates and the time on it.
SIGNATURE_BYTES = 4096
FIELD = "Seal"
# Stands where the SHA-256 of a letter will.
NO_HASH = b"the hash of a letter stands here"


class Sealed(NamedTuple):
    """A sealed PDF, whose seal it bears, the time on it, or why there is none."""

    content: bytes
    owner: str
    valid_until: dt.datetime
    time_stamp: TimeStamp | None = None
    why_no_time_stamp: str = ""


class KeptKeySigner(SimpleSigner):
    """A signer that opens its key once, and writes once what it signs beside a letter's hash.

    Opening the key checks it, which takes longer than signing; so does the writing.
    """

    signs_beside = b""

    @cached_property
    def opened(self) -> Any:
        return load_der_private_key(self.signing_key.dump(), password=None)

    async def signed_attrs(
        self, data_digest: bytes, digest_algorithm: str, *settings: Any, **more: Any
    ) -> CMSAttributes:
        """Return what is signed: the same for each letter, but for its hash."""
        if not self.signs_beside:
            written = await super().signed_attrs(NO_HASH, digest_algorithm, *settings, **more)
            self.signs_beside = written.dump()
        return CMSAttributes.load(self.signs_beside.replace(NO_HASH, data_digest))

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        mechanism = self.get_signature_mechanism_for_digest(digest_algorithm).signature_algo
        hashing = get_pyca_cryptography_hash(digest_algorithm)
        if mechanism == "rsassa_pkcs1v15":
            return bytes(self.opened.sign(data, PKCS1v15(), hashing))
        if mechanism == "ecdsa":
            return bytes(self.opened.sign(data, ECDSA(hashing)))
        return bytes(super().sign_raw(data, digest_algorithm))


# Opening the file takes far longer than sealing: a worker does it once.
@lru_cache(maxsize=1)
def signer_in(file: SealFile) -> KeptKeySigner:
    found = SimpleSigner.load_pkcs12_data(Path(file.path).read_bytes(), [], password())
    return KeptKeySigner(found.signing_cert, found.signing_key, found.cert_registry)


def seal_pdf(content: bytes) -> Sealed:
    """Return the PDF with the seal behind it: what was there stays as it is.

    Raise NoTimeStamp where letters need one and the service gives none.
    """
    service = time_stamp_service()
    if service is None:
        return sealed(content)
    try:
        return sealed(content, service)
    except NoTimeStamp as no:
        if settings.SEAL_TSA_REQUIRED:
            raise
        return sealed(content)._replace(why_no_time_stamp=str(no))


def sealed(content: bytes, service: TimeStampService | None = None) -> Sealed:
    file = seal_file()
    certificate, signer = certificate_in(file), signer_in(file)
    writer = IncrementalPdfFileWriter(BytesIO(content))
    # It would write the metadata anew, and lose what they say of PDF/A and PDF/UA.
    writer._update_meta = lambda: None  # type: ignore[method-assign]
    about, field = words_of_seal(certificate.owner)
    pdf_signer = PdfSigner(about, signer, timestamper=service, new_field_spec=field)
    room = bytes_reserved(signer, STAMP_BYTES if service else 0)
    signed = pdf_signer.sign_pdf(writer, bytes_reserved=room).getvalue()
    stamp = service.last if service else None
    return Sealed(bytes(signed), certificate.owner, certificate.valid_until, stamp)


def words_of_seal(owner: str) -> tuple[Any, Any]:
    """Return what the signature and its field say: PAdES, and nothing to see on the page."""
    # PDF/A wants it printable; PDF/UA wants it outside the page, since it has no tag.
    unseen = InvisSigSettings(set_print_flag=True, box_out_of_bounds=True)
    return (
        PdfSignatureMetadata(FIELD, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES),
        SigFieldSpec(FIELD, readable_field_name=owner, invis_sig_settings=unseen),
    )


def bytes_reserved(signer: SimpleSigner, for_time_stamp: int = 0) -> int:
    """Return the room for the signature, in hexadecimal digits; unless told, it is made twice."""
    certificates = [signer.signing_cert, *signer.cert_registry]
    own = sum(len(one.dump()) for one in certificates)
    return 2 * (SIGNATURE_BYTES + own + for_time_stamp)
