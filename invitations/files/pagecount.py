"""How many pages a PDF has. A leaf, and a program by itself."""

import io
import sys

import pikepdf

from invitations.files.confined import confined


def pages_of(content: bytes) -> int:
    """The number of its pages; 0 where it is no PDF, is damaged or asks for a password.

    Raise Unsafe for what cannot be read within the limits.
    """
    return int(confined(__file__, content))


def counted(content: bytes) -> int:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return len(pdf.pages)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError):
        return 0


if __name__ == "__main__":
    sys.stdout.write(str(counted(sys.stdin.buffer.read())))
