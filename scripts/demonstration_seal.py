"""Make the electronic seal of the demonstration: nobody's, as it says wherever it is read.

python -m scripts.demonstration_seal FILE
"""

import datetime as dt
import os
import sys
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from cryptography.x509.oid import NameOID

OWNER = "DEMONSTRATION (no seal of anybody)"
VALID = dt.timedelta(days=3650)


def make_seal(path: Path) -> None:
    """Write key and certificate into a file that its owner alone may read, whole or not at all."""
    key = ec.generate_private_key(ec.SECP256R1())
    # Readers show either of them.
    kinds = (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
    name = x509.Name([x509.NameAttribute(kind, OWNER) for kind in kinds])
    now = dt.datetime.now(dt.UTC)
    # It signs, and stands by what it signs: the first two of nine uses.
    usage = x509.KeyUsage(*[True] * 2, *[False] * 7)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        # The clock may be set back a little afterwards.
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + VALID)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    content = pkcs12.serialize_key_and_certificates(b"", key, certificate, None, NoEncryption())
    made = path.with_suffix(".new")
    made.unlink(missing_ok=True)
    with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    made.replace(path)


if __name__ == "__main__":
    make_seal(Path(sys.argv[1]))
