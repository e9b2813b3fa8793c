"""Electronic seals, made for a test alone, and what validators say of sealed files."""

import datetime as dt
import shutil
import subprocess
from io import BytesIO

import pytest
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.utils import timezone
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

NO_PDFSIG = pytest.mark.skipif(shutil.which("pdfsig") is None, reason="no pdfsig here")
OWNER = "Ruritanian Union of Telegraphs"
PASSWORD = "of-this-seal-alone"
# To open an RSA key takes as long as to seal a dozen letters.
KEY = ec.generate_private_key(ec.SECP256R1())


def make_seal(path, days=400, owner=OWNER, password=PASSWORD, key=KEY):
    """Write a PKCS#12 file whose certificate is valid from a year ago, and return the certificate.

    ``days`` may be negative: then it is past. Without an owner it is nobody's.
    """
    now = timezone.now()
    names = (NameOID.ORGANIZATION_NAME, owner), (NameOID.COMMON_NAME, f"Seal of the {owner}")
    name = x509.Name([x509.NameAttribute(*one) for one in names if owner])
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=365))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
        )
        .sign(key, None if isinstance(key, Ed25519PrivateKey) else hashes.SHA256())
    )
    closed = serialization.BestAvailableEncryption(password.encode())
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"", key, certificate, None, closed))
    return certificate


def use_seal(settings, path, **fields):
    """Have letters sealed with a new seal."""
    settings.SEAL_FILE, settings.SEAL_PASSWORD = str(path), PASSWORD
    return make_seal(path, **fields)


def seal_status(content, certificate, *others, at=None):
    """Return what pyHanko says of the only signature, with those certificates as trusted."""
    (signature,) = PdfFileReader(BytesIO(content)).embedded_signatures
    trusted = [
        Certificate.load(one.public_bytes(serialization.Encoding.DER))
        for one in (certificate, *others)
    ]
    context = ValidationContext(trust_roots=trusted, moment=at)
    return validate_pdf_signature(signature, context)


def what_pdfsig_says(content, folder):
    """Return what poppler's reader says of the signatures, whoever made them."""
    file = folder / "read-by-pdfsig.pdf"
    file.write_bytes(content)
    command = ["pdfsig", "-nocert", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout
