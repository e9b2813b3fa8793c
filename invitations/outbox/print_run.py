"""The print run: letters in their envelopes, an address page for each, and the dispatch list."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, cast

import pikepdf
from django.conf import settings
from django.core.exceptions import ValidationError
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from invitations.files.frozen import Tampered, thaw
from invitations.letters.channels import Receiver
from invitations.letters.typesetting import fonts_and_styles
from invitations.links import grouped_code
from invitations.models import Delivery, Letter
from invitations.outbox.archive import archive_name
from invitations.outbox.envelopes import PaperEnvelope, PrintRun
from invitations.text.dates import comma_list
from invitations.text.lines import without_unstorable

# Of so many envelopes at once the letters lie in memory; the others in temporary files.
ENVELOPES_AT_ONCE = 20


def print_run(run: PrintRun) -> BinaryIO:
    """Return the run as one PDF, in a temporary file that is deleted when it is closed.

    The letters' frozen pages are checked and merged, never rendered anew; the merged file promises
    neither tags nor PDF/A, which only the frozen files have. Sealed ones are attached, as they are.
    Raise ValidationError, with the letter's name, if frozen bytes are damaged or missing.
    """
    with tempfile.TemporaryDirectory(prefix="print-run-") as name:
        folder = Path(name)
        parts, pages = save_parts(run, folder)
        with pressed("dispatch_list", **list_words(run, pages)) as front:
            offset = len(front.pages)
            save(front, folder / "front.pdf")
        join([folder / "front.pdf", *parts], folder / "book.pdf")
        with pikepdf.open(folder / "book.pdf", access_mode=pikepdf.AccessMode.stream) as book:
            add_outline(book, run, pages, offset)
            book.docinfo["/Title"] = _("Dispatch list")
            file = cast("BinaryIO", tempfile.TemporaryFile())  # noqa: SIM115 -- as it is sent
            save(book, file)
    file.seek(0)
    return file


def save_parts(run: PrintRun, folder: Path) -> tuple[list[Path], dict[int, int]]:
    """Save some envelopes in each file; return the files, and how many pages each letter has."""
    parts: list[Path] = []
    pages: dict[int, int] = {}
    for first in range(0, len(run.envelopes), ENVELOPES_AT_ONCE):
        some = run.envelopes[first : first + ENVELOPES_AT_ONCE]
        parts.append(folder / f"{first}.pdf")
        with print_part(some, first + 1, pages) as part:
            save(part, parts[-1])
    return parts, pages


def join(parts: list[Path], to: Path) -> None:
    """Join pages and attached files; qpdf reads each from its file as it writes, and keeps none."""
    attached = [("--copy-attachments-from", str(part), "--") for part in parts]
    pages = ("--pages", *map(str, parts), "--")
    pikepdf.Job(["qpdf", *PLAINLY, *pages, *chain.from_iterable(attached), str(to)]).run()


# Into a file that has nothing yet; the same parts make the same file.
PLAINLY = ("--empty", "--deterministic-id", "--remove-unreferenced-resources=no")


def save(book: pikepdf.Pdf, to: Path | BinaryIO) -> None:
    book.save(to, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)


@contextmanager
def print_part(
    envelopes: list[PaperEnvelope], first: int, pages: dict[int, int]
) -> Iterator[pikepdf.Pdf]:
    """Yield addresses, letters and sealed files of some envelopes; note how long letters are."""
    words = address_words(envelopes, first)
    with pikepdf.new() as part, pressed("envelope", **words) as sheets:
        for envelope, sheet in zip(envelopes, sheets.pages, strict=True):
            part.pages.append(sheet)
            for letter in envelope.contents:
                pages[letter.pk] = add_pages(part, letter)
        yield part


def add_pages(part: pikepdf.Pdf, letter: Letter) -> int:
    try:
        content = thaw(letter.pdf.name, letter.sha256)
    except Tampered as damage:
        raise ValidationError(
            _("The print run stopped at the damaged letter %(letter)s: %(damage)s")
            % {"letter": letter, "damage": damage}
        ) from None
    # Merged pages are not the file that was sealed: a torn seal would look like a forged one.
    if letter.unsealed_size:
        attach(part, archive_name(letter), content)
    with pikepdf.open(BytesIO(content[: letter.unsealed_size or None])) as frozen:
        part.pages.extend(frozen.pages)
        return len(frozen.pages)


def attach(part: pikepdf.Pdf, name: str, content: bytes) -> None:
    """Let the run carry the sealed file itself, which any reader saves and any validator reads."""
    part.attachments[name] = pikepdf.AttachedFileSpec(
        part,
        content,
        filename=name,
        mime_type="application/pdf",
        relationship=pikepdf.Name.Source,
    )


def add_outline(book: pikepdf.Pdf, run: PrintRun, pages: dict[int, int], offset: int) -> None:
    """Lead to the address of each envelope, by its number and State."""
    with book.open_outline() as outline:
        for number, envelope in enumerate(run.envelopes, 1):
            state = envelope.letters[0].invitation.member_state
            title = f"{number}. {state.listed_as}"
            outline.root.append(pikepdf.OutlineItem(title, offset))
            offset += 1 + sum(pages[letter.pk] for letter in envelope.contents)


def pressed(name: str, **words: Any) -> pikepdf.Pdf:
    """Render one template of the run with its own style sheet; fetch nothing from a network."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 -- slow import

    fonts, _letters, fetcher = fonts_and_styles(os.getpid())
    rules = (settings.BASE_DIR / f"templates/letters/{name}.css").read_text()
    css = CSS(string=rules, font_config=fonts, url_fetcher=fetcher)
    page = without_unstorable(render_to_string(f"letters/{name}.html", words))
    html = HTML(string=page, url_fetcher=fetcher)
    return pikepdf.open(BytesIO(html.write_pdf(stylesheets=[css], font_config=fonts)))


def address_words(envelopes: list[PaperEnvelope], first: int) -> dict[str, Any]:
    return {
        "lang": translation.get_language(),
        "envelopes": [
            {
                "number": number,
                "edition": envelope.letters[0].invitation.edition,
                "references": envelope_references(envelope),
                "pouch": envelope.paper_channel.channel == Delivery.Channel.POUCH,
                "lines": envelope_address(envelope),
            }
            for number, envelope in enumerate(envelopes, start=first)
        ],
    }


def envelope_references(envelope: PaperEnvelope) -> str:
    return comma_list(dict.fromkeys(letter.circular.reference for letter in envelope.letters))


def envelope_address(envelope: PaperEnvelope) -> list[str]:
    """Return the address as the envelope shows it.

    Unless it goes to the mission itself, the minister's block comes first, as in the letter. An
    envelope to a capital ends with the State's name in French capitals, for the postal services.
    """
    letter, mission = envelope.letters[-1], envelope.paper_channel.mission
    addressee = letter.addressee.splitlines()
    if mission is None:
        state = letter.invitation.member_state.postal_name.upper()
        postal = address_text_lines(letter.invitation.minister.postal_address)
        return [*addressee, *postal, *([] if postal[-1].upper() == state else [state])]
    to = [mission.name, *(address_text_lines(mission.postal_address) or [mission.city])]
    if envelope.paper_channel.receiver == Receiver.MISSION:
        return to
    return [*addressee, f"c/o {to[0]}", *to[1:]]


def address_text_lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def list_words(run: PrintRun, pages: dict[int, int]) -> dict[str, Any]:
    """Return the words of the dispatch list; ``pages`` has the number of pages of each letter."""
    envelopes = [
        {
            "number": number,
            "paper_channel": envelope.paper_channel._replace(mission=None),
            "destination": comma_list(destination(envelope)),
            "letters": [
                letter_line(letter) | {"pages": pages[letter.pk]} for letter in envelope.contents
            ],
        }
        for number, envelope in enumerate(run.envelopes, start=1)
    ]
    return {
        "lang": translation.get_language(),
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "editions": list(dict.fromkeys(str(one.invitation.edition) for one in run.letters)),
        "printed_at": timezone.localtime(),
        "nowhere": [letter_line(letter) for letter in run.nowhere],
        "left_out": [{"note": note, "reason": reason} for note, reason in run.left_out],
        "envelopes": envelopes,
        "totals": run_totals(run, pages),
    }


def destination(envelope: PaperEnvelope) -> list[str]:
    mission = envelope.paper_channel.mission
    if mission is None:
        return address_text_lines(envelope.letters[0].invitation.minister.postal_address)
    return [mission.name, *(address_text_lines(mission.postal_address) or [mission.city])]


def letter_line(letter: Letter) -> dict[str, Any]:
    is_note = letter.kind == Letter.Kind.NOTE
    to_sign = _("to be signed by hand") if letter.by_original and not is_note else ""
    # The State stands in a column of its own.
    state = letter.invitation.member_state.name_on_paper(letter.language, letter.circular.dated_on)
    minister = [line for line in letter.addressee.splitlines() if line != state]
    return {
        "state": "" if is_note else letter.invitation.member_state.listed_as,
        "addressee": [] if is_note else minister,
        "kind": comma_list([letter.get_kind_display(), to_sign]),
        "is_note": is_note,
        "reference": letter.circular.reference,
        "check_code": grouped_code(letter.check_code or "", " "),
    }


def run_totals(run: PrintRun, pages: dict[int, int]) -> list[dict[str, Any]]:
    """Count envelopes, letters and pages for each route, and for all together."""
    rows: dict[str, dict[str, Any]] = {}
    for envelope in run.envelopes:
        for channel_words in (str(envelope.paper_channel._replace(mission=None)), ""):
            row = rows.setdefault(
                channel_words, dict.fromkeys(COUNTED, 0) | {"paper_channel": channel_words}
            )
            row["envelopes"] += 1
            row["letters"] += len(envelope.contents)
            row["pages"] += sum(pages[letter.pk] for letter in envelope.contents)
    return sorted(rows.values(), key=lambda row: row["paper_channel"] == "")


COUNTED = ("envelopes", "letters", "pages")
