"""The number of pages of a PDF. This module is also the program of the confined process."""

import io
import sys

import pikepdf

from invitations.files.confined import run_confined


def count_pdf_pages(content: bytes) -> int:
    """Return the number of pages; 0 for no PDF, a damaged one, or one with a password.

    Raise Unsafe for a file that cannot be read within the limits.
    """
    return int(run_confined(__file__, content))


def count_pages_here(content: bytes) -> int:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return len(pdf.pages)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError):
        return 0


if __name__ == "__main__":
    sys.stdout.write(str(count_pages_here(sys.stdin.buffer.read())))
