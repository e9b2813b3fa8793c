"""Refuse a comparison whose sides did not do the same work: no ratio is printed of it.

Words are compared as a count of their characters, which depends neither on where a line or a page
ends nor on the direction in which a reader of PDFs returns them.
"""

import subprocess
import sys
import unicodedata
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from io import BytesIO

import pikepdf


def refuse_unlike_pdfs(label: str, ours: bytes, theirs: bytes) -> None:
    """Exit unless both PDFs have the same words and lead to the same addresses."""
    refuse_unlike_words(label, pdf_text(ours), pdf_text(theirs))
    if links(ours) != links(theirs):
        sys.exit(f"{label}: these links are not in both letters: {links(ours) ^ links(theirs)}")


def refuse_unlike_mails(label: str, ours: bytes, theirs: bytes, *besides: str) -> None:
    """Exit unless both mails say the same in the same parts; ours may have some ``besides``."""
    one, other = parsed(ours), parsed(theirs)
    if Counter(parts(one)) - Counter(besides) != Counter(parts(other)):
        sys.exit(f"{label}: one mail has the parts {parts(one)}, the other {parts(other)}.")
    refuse_unlike_words(label, str(one["subject"]), str(other["subject"]))
    refuse_unlike_words(label, plain_text(one), plain_text(other))
    refuse_unlike_pdfs(label, attached_pdf(one), attached_pdf(other))


def refuse_unlike_words(label: str, ours: str, theirs: str) -> None:
    one, other = characters(ours), characters(theirs)
    missing, more = one - other, other - one
    if missing or more:
        sys.exit(f"{label}: they do not have the same words: missing {missing}, more {more}.")


def characters(words: str) -> Counter[str]:
    """Return how often each letter, digit and sign occurs, without blanks, controls and marks."""
    composed = unicodedata.normalize("NFKC", words)
    return Counter(sign for sign in composed if unicodedata.category(sign)[0] not in "CMZ")


def pdf_text(pdf: bytes) -> str:
    read = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return read.stdout.decode()


def links(pdf: bytes) -> set[str]:
    with pikepdf.open(BytesIO(pdf)) as document:
        return {
            str(annotation.A.URI)
            for page in document.pages
            for annotation in page.get("/Annots", [])
            if "/A" in annotation and "/URI" in annotation.A
        }


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def parts(mail: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in mail.walk() if not part.is_multipart()]


def plain_text(mail: EmailMessage) -> str:
    return content_of(mail.get_body(("plain",)))


def html_text(mail: EmailMessage) -> str:
    return content_of(mail.get_body(("html",)))


def content_of(part: "MIMEPart | None") -> str:
    return str(part.get_content()) if part else ""


def attached_pdf(mail: EmailMessage) -> bytes:
    (pdf,) = (one for one in mail.iter_attachments() if one.get_content_type() == "application/pdf")
    return bytes(pdf.get_content())
