"""The archive of letters: their frozen files as they were sealed, a list of them, and its sums."""

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import IO, Any
from zipfile import ZipFile

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from invitations.files.exported_tables import as_csv
from invitations.files.frozen import Tampered, thaw
from invitations.models import Letter
from invitations.models.states import french_order

JOINED = ("circular", "invitation__member_state", "invitation__minister")
IN_ORDER: tuple[Any, ...] = (*french_order("invitation__member_state"), "circular__reference", "pk")
# The file is read by programs too: its headings stay the same in each language.
HEADINGS = (
    "file", "state", "iso", "minister_reference", "circular", "kind", "language", "approved",
    "dispatched", "sealed_by", "time_on_the_seal", "sha256",
)  # fmt: skip


def reason_not_to_archive(letter: Letter) -> str:
    """Return why the letter has no file that anybody may have; an empty text if it has one."""
    if letter.traits.automatic:
        return _("Reminders and acknowledgements go by e-mail: choose the letter.")
    is_approved = letter.state == Letter.State.APPROVED
    return "" if is_approved else _("Only an approved letter goes into an archive.")


def archive(letters: Iterable[Letter]) -> IO[bytes]:
    """Return a ZIP of the letters in a temporary file that is deleted when it is closed.

    One letter at a time is in memory. Raise ValidationError, with the letter's name, if frozen
    bytes are damaged or missing.
    """
    chosen = Letter.objects.filter(pk__in=[letter.pk for letter in letters])
    joined = chosen.select_related(*JOINED).prefetch_related("deliveries")
    ordered = list(joined.order_by(*IN_ORDER))
    with ExitStack() as unless_whole:
        # The response that sends the file closes it.
        file = unless_whole.enter_context(tempfile.TemporaryFile())
        write_archive(file, ordered)
        unless_whole.pop_all()
    return file


def write_archive(file: IO[bytes], letters: list[Letter]) -> None:
    # The letters are compressed already.
    with ZipFile(file, "w") as book:
        for letter in letters:
            book.writestr(archive_name(letter), sealed_file(letter))
        book.writestr("index.csv", index(letters))
        book.writestr("SHA256SUMS", "".join(sums(letters)))
    file.seek(0)


def sealed_file(letter: Letter) -> bytes:
    try:
        return thaw(letter.pdf.name, letter.sha256)
    except Tampered as damage:
        raise ValidationError(
            _("The archive stopped at the damaged letter %(letter)s: %(damage)s")
            % {"letter": letter, "damage": damage}
        ) from None


def archive_name(letter: Letter) -> str:
    """Return a name such as ``CL-19-58-CHE-invitation-fr-12.pdf``, which any system takes."""
    reference = re.sub(r"[^A-Za-z0-9]+", "-", letter.circular.reference).strip("-")
    state = letter.invitation.member_state.iso3
    return "-".join(
        filter(None, [reference, state, letter.kind, letter.language, f"{letter.pk}.pdf"])
    )


def sums(letters: Iterable[Letter]) -> Iterator[str]:
    """Yield the lines that ``sha256sum --check`` reads."""
    for letter in letters:
        yield f"{letter.sha256}  {archive_name(letter)}\n"


@translation.override("en")
def index(letters: Iterable[Letter]) -> bytes:
    """Return the list of the letters, as a spreadsheet opens it and runs nothing of it."""
    return as_csv(HEADINGS, map(archive_line, letters))


def archive_line(letter: Letter) -> list[str]:
    left = [one.handed_over_at for one in letter.deliveries.all() if one.handed_over_at]
    hours = [letter.approved_at, min(left, default=None), letter.time_stamped_at]
    approved, dispatched, stamped = (at.isoformat(timespec="seconds") if at else "" for at in hours)
    state = letter.invitation.member_state
    return [
        archive_name(letter), str(state.short_name), state.iso2, letter.invitation.minister.ref,
        letter.circular.reference, letter.kind, letter.language, approved,
        dispatched, letter.sealed_by, stamped, letter.sha256,
    ]  # fmt: skip
