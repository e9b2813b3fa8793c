"""Verification of a letter by its check code or its PDF, and what may be told of it."""

import datetime as dt
import hashlib
from enum import StrEnum
from typing import NamedTuple

from invitations.links import plain_signs
from invitations.models import Invitation, Letter


class LetterStanding(StrEnum):
    ISSUED = "issued"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


class LetterVerdict(NamedTuple):
    """What anyone who holds the letter may learn: nothing about its addressee."""

    standing: LetterStanding
    reference: str = ""
    dated_on: dt.date | None = None
    replaced_on: dt.date | None = None
    sealed_by: str = ""
    seal_valid_until: dt.datetime | None = None
    sealed_on: dt.datetime | None = None
    time_from: str = ""

    @property
    def is_ours(self) -> bool:
        return self.standing != LetterStanding.UNKNOWN


def verify_check_code(typed: str) -> LetterVerdict:
    return verdict_on(check_code=plain_signs(typed))


def verify_pdf(content: bytes) -> LetterVerdict:
    """Judge a PDF: only the exact bytes that were issued count, not a scan or a new print."""
    return verdict_on(sha256=hashlib.sha256(content).hexdigest())


def verdict_on(**mark: str) -> LetterVerdict:
    """Judge the approved letter with that mark; a reminder only repeats its invitation's."""
    issued = Letter.objects.approved().printed()
    letter = issued.filter(**mark).select_related("circular", "invitation").first()
    if letter is None:
        return LetterVerdict(LetterStanding.UNKNOWN)
    circular = letter.circular
    verdict = LetterVerdict(
        LetterStanding.ISSUED,
        circular.reference,
        circular.dated_on,
        sealed_by=letter.sealed_by,
        seal_valid_until=letter.seal_valid_until,
        sealed_on=letter.time_stamped_at,
        time_from=letter.time_stamped_by,
    )
    if is_withdrawn(letter):
        return verdict._replace(standing=LetterStanding.WITHDRAWN)
    if replaced_on := replacement_date(letter):
        return verdict._replace(standing=LetterStanding.REPLACED, replaced_on=replaced_on)
    return verdict


def is_withdrawn(letter: Letter) -> bool:
    """Whether the invitation is withdrawn; a note verbale stands for the others it covers."""
    withdrawn = letter.invitation.status == Invitation.Status.WITHDRAWN
    return withdrawn and letter.kind != Letter.Kind.NOTE


def replacement_date(letter: Letter) -> dt.date | None:
    """Return the date of the letter's replacement; a notice only refers to a letter."""
    replacing = letter.replaced_by.approved().filter(kind=Letter.Kind.REPLACEMENT)
    first = replacing.order_by("pk").select_related("circular").first()
    return first.circular.dated_on if first else None
