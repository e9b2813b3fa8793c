"""The print run: letters in their envelopes, an address page for each, and the dispatch list."""

import os
import tempfile
from collections.abc import Iterable
from io import BytesIO
from typing import IO, Any, NamedTuple

import pikepdf
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from invitations.files.frozen import Tampered, thaw
from invitations.letters.composing import PRINTED
from invitations.letters.routes import Route, Way, route
from invitations.letters.typesetting import press
from invitations.links import grouped
from invitations.models import Delivery, Invitation, Letter
from invitations.text.dates import comma_list

JOINED = (
    "circular",
    "mission",
    "invitation__edition",
    "invitation__member_state",
    "invitation__minister__member_state",
)

# Observers come after Member States; a State's principal letter before those by courtesy.
FRENCH_ORDER = (
    "invitation__member_state__status",
    "invitation__member_state__sort_key_fr",
    "-invitation__is_principal",
    "pk",
)


class Envelope(NamedTuple):
    """What one address gets: for a mission, all its States' letters, under its notes verbales."""

    route: Route
    letters: list[Letter]
    notes: list[Letter]

    @property
    def contents(self) -> list[Letter]:
        """Each note above the letters it covers; letters without one come last."""
        lying: list[Letter] = []
        for note in self.notes:
            covered = {letter.pk for letter in note.covers.all()}
            lying += [note, *(letter for letter in self.letters if letter.pk in covered)]
        return lying + [letter for letter in self.letters if letter not in lying]


class Run(NamedTuple):
    """Envelopes in the order in which they are printed, and what lies in none of them."""

    envelopes: list[Envelope]
    nowhere: list[Letter]
    left_out: list[tuple[Letter, str]]

    @property
    def letters(self) -> list[Letter]:
        return [letter for envelope in self.envelopes for letter in envelope.contents]

    @property
    def everything(self) -> list[Letter]:
        return [*self.letters, *self.nowhere]


# What goes together


def with_covered(chosen: "QuerySet[Letter]") -> "QuerySet[Letter]":
    """The chosen letters and those that chosen notes verbales cover, in the French order."""
    pks = list(chosen.order_by().values_list("pk", flat=True))
    covered = Letter.objects.filter(notes__in=pks)
    notes = Letter.objects.approved().filter(kind=Letter.Kind.NOTE)
    letters = Letter.objects.filter(Q(pk__in=pks) | Q(pk__in=covered.order_by().values("pk")))
    return (
        letters.select_related(*JOINED)
        .order_by(*FRENCH_ORDER)
        .prefetch_related(
            "replaced_by",
            "invitation__member_state__missions",
            Prefetch("covers", Letter.objects.select_related("invitation__member_state")),
            Prefetch("notes", notes.select_related(*JOINED)),
            Prefetch("notes__covers", Letter.objects.select_related("invitation__member_state")),
        )
    )


def refuse_unprintable(letter: Letter) -> None:
    """Refuse what may not leave the house on paper."""
    if letter.kind not in PRINTED:
        raise ValidationError(_("Reminders and acknowledgements go by e-mail: choose the letter."))
    if letter.state != Letter.State.APPROVED:
        raise ValidationError(_("Only an approved letter is printed."))
    if letter.invitation.status != Invitation.Status.ISSUED:
        raise ValidationError(_("The invitation is not in force."))
    if any(is_replacement(other) for other in letter.replaced_by.all()):
        raise ValidationError(_("Another letter has replaced it: print that one."))
    if any(is_gone(covered) for covered in letter.covers.all()):
        raise ValidationError(_("A letter it covers was called back: compose the note anew."))


def is_gone(letter: Letter) -> bool:
    in_force = letter.invitation.status == Invitation.Status.ISSUED
    return letter.state == Letter.State.CANCELLED or not in_force


def is_replacement(letter: Letter) -> bool:
    return letter.kind == Letter.Kind.REPLACEMENT and letter.state == Letter.State.APPROVED


def pack(letters: Iterable[Letter]) -> Run:
    """Put printable letters, given in the French order, into envelopes.

    Missions come in the order of their first State, then the others by their way. A mission's
    approved note verbale comes too, where all that it covers lies below it.
    """
    letters = list(letters)
    packed: dict[tuple[Way, int], Envelope] = {}
    for letter in letters:
        if letter.kind != Letter.Kind.NOTE:
            way = route(letter)
            packed.setdefault(place_of(letter, way), Envelope(way, [], [])).letters.append(letter)
    left_out = []
    for note in notes_of(letters):
        envelope = packed.get((Way.MISSION, note.mission_id or 0))
        if because := why_left_out(note, envelope, letters):
            left_out.append((note, because))
        elif envelope:
            envelope.notes.append(note)
    order = list(Way)
    envelopes = sorted(packed.values(), key=lambda envelope: order.index(envelope.route.way))
    addressed = [envelope for envelope in envelopes if envelope.route.channel]
    nowhere = [letter for envelope in envelopes[len(addressed) :] for letter in envelope.letters]
    return Run(addressed, nowhere, left_out)


def place_of(letter: Letter, way: Route) -> tuple[Way, int]:
    """A mission gets one envelope for all; elsewhere each minister gets one."""
    if way.way == Way.MISSION and way.mission:
        return way.way, way.mission.pk
    return way.way, letter.invitation_id


def notes_of(letters: list[Letter]) -> list[Letter]:
    """The notes verbales among the letters, and the approved ones that cover some of them."""
    chosen = [letter for letter in letters if letter.kind == Letter.Kind.NOTE]
    covering = [note for letter in letters for note in letter.notes.all()]
    return list({note.pk: note for note in [*chosen, *covering]}.values())


def why_left_out(note: Letter, envelope: Envelope | None, letters: list[Letter]) -> str:
    """Why the note verbale is not printed; empty where all that it covers lies in the envelope."""
    inside = {letter.pk for letter in envelope.letters} if envelope else set()
    outside = [covered for covered in note.covers.all() if covered.pk not in inside]
    if not outside:
        return ""
    if any(is_gone(covered) for covered in outside):
        return _("a letter it covers was called back: compose the note anew")
    if {covered.pk for covered in outside} & {letter.pk for letter in letters}:
        return _("the letters it covers go to another mission")
    states = comma_list(covered.invitation.member_state.listed_as for covered in outside)
    return _("it also covers %(states)s: choose those letters too") % {"states": states}


# What is printed


def print_run(run: Run) -> IO[bytes]:
    """Return the run as one PDF, in a temporary file that is gone once it is closed.

    Letters are the frozen pages, checked and merged, never rendered anew; the merged file promises
    neither tags nor PDF/A, which stay with the frozen files. Raise ValidationError, with the
    letter's name, where frozen bytes are damaged or missing.
    """
    pages: dict[int, int] = {}
    with pikepdf.new() as book, pressed("envelope", **address_words(run)) as sheets:
        firsts = []
        for envelope, sheet in zip(run.envelopes, sheets.pages, strict=True):
            firsts.append(len(book.pages))
            book.pages.append(sheet)
            for letter in envelope.contents:
                pages[letter.pk] = add_pages(book, letter)
        with pressed("dispatch_list", **list_words(run, pages)) as front:
            offset = len(front.pages)
            for number, page in enumerate(front.pages):
                book.pages.insert(number, page)
        with book.open_outline() as outline:
            for number, (envelope, first) in enumerate(zip(run.envelopes, firsts, strict=True), 1):
                state = envelope.letters[0].invitation.member_state
                title = f"{number}. {state.listed_as}"
                outline.root.append(pikepdf.OutlineItem(title, first + offset))
        book.docinfo["/Title"] = _("Dispatch list")
        return saved(book)


def saved(book: pikepdf.Pdf) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the response that sends it closes it
    book.save(file, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    file.seek(0)
    return file


def add_pages(book: pikepdf.Pdf, letter: Letter) -> int:
    try:
        content = thaw(letter.pdf.name, letter.sha256)
    except Tampered as damage:
        raise ValidationError(
            _("The print run stopped at the damaged letter %(letter)s: %(damage)s")
            % {"letter": letter, "damage": damage}
        ) from None
    with pikepdf.open(BytesIO(content)) as frozen:
        book.pages.extend(frozen.pages)
        return len(frozen.pages)


def pressed(name: str, **words: Any) -> pikepdf.Pdf:
    """Render a page of the run with its own style sheet; nothing is fetched from a network."""
    from weasyprint import CSS, HTML  # noqa: PLC0415 -- slow import

    fonts, _letters, fetcher = press(os.getpid())
    rules = (settings.BASE_DIR / f"templates/letters/{name}.css").read_text()
    css = CSS(string=rules, font_config=fonts, url_fetcher=fetcher)
    html = HTML(string=render_to_string(f"letters/{name}.html", words), url_fetcher=fetcher)
    return pikepdf.open(BytesIO(html.write_pdf(stylesheets=[css], font_config=fonts)))


def address_words(run: Run) -> dict[str, Any]:
    return {
        "lang": translation.get_language(),
        "envelopes": [
            {
                "number": number,
                "edition": envelope.letters[0].invitation.edition,
                "references": references(envelope),
                "pouch": envelope.route.channel == Delivery.Channel.POUCH,
                "lines": address_lines(envelope),
            }
            for number, envelope in enumerate(run.envelopes, start=1)
        ],
    }


def references(envelope: Envelope) -> str:
    return comma_list(dict.fromkeys(letter.circular.reference for letter in envelope.letters))


def address_lines(envelope: Envelope) -> list[str]:
    """The address as it stands on the envelope.

    Where no mission takes it, the minister's block stands first, as the letter has it. An envelope
    to a capital ends with the State's name in French capitals, for the posts on the way.
    """
    letter, mission = envelope.letters[-1], envelope.route.mission
    addressee = letter.addressee.splitlines()
    if mission is None:
        state = letter.invitation.member_state.listed_as.upper()
        postal = written(letter.invitation.minister.postal_address)
        return [*addressee, *postal, *([] if postal[-1].upper() == state else [state])]
    to = [mission.name, *(written(mission.postal_address) or [mission.city])]
    if envelope.route.way == Way.MISSION:
        return to
    return [*addressee, f"c/o {to[0]}", *to[1:]]


def written(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def list_words(run: Run, pages: dict[int, int]) -> dict[str, Any]:
    """What the dispatch list says, ``pages`` being the number of pages of each letter."""
    envelopes = [
        {
            "number": number,
            "route": envelope.route._replace(mission=None),
            "destination": comma_list(destination(envelope)),
            "letters": [line(letter) | {"pages": pages[letter.pk]} for letter in envelope.contents],
        }
        for number, envelope in enumerate(run.envelopes, start=1)
    ]
    return {
        "lang": translation.get_language(),
        "dir": "rtl" if translation.get_language_bidi() else "ltr",
        "editions": list(dict.fromkeys(str(one.invitation.edition) for one in run.letters)),
        "printed_at": timezone.localtime(),
        "nowhere": [line(letter) for letter in run.nowhere],
        "left_out": [{"note": note, "because": because} for note, because in run.left_out],
        "envelopes": envelopes,
        "totals": totals(run, pages),
    }


def destination(envelope: Envelope) -> list[str]:
    mission = envelope.route.mission
    if mission is None:
        return written(envelope.letters[0].invitation.minister.postal_address)
    return [mission.name, *(written(mission.postal_address) or [mission.city])]


def line(letter: Letter) -> dict[str, Any]:
    """What a line of the list says of one letter."""
    is_note = letter.kind == Letter.Kind.NOTE
    minister = letter.addressee.splitlines()[:-1]  # the State stands in a column of its own
    return {
        "state": "" if is_note else letter.invitation.member_state.listed_as,
        "addressee": [] if is_note else minister,
        "kind": letter.get_kind_display(),
        "is_note": is_note,
        "reference": letter.circular.reference,
        "check_code": grouped(letter.check_code or "", " "),
    }


def totals(run: Run, pages: dict[int, int]) -> list[dict[str, Any]]:
    """Envelopes, letters and pages by route, and of all routes together."""
    rows: dict[str, dict[str, Any]] = {}
    for envelope in run.envelopes:
        for route_words in (str(envelope.route._replace(mission=None)), ""):
            row = rows.setdefault(route_words, dict.fromkeys(COUNTED, 0) | {"route": route_words})
            row["envelopes"] += 1
            row["letters"] += len(envelope.contents)
            row["pages"] += sum(pages[letter.pk] for letter in envelope.contents)
    return sorted(rows.values(), key=lambda row: row["route"] == "")


COUNTED = ("envelopes", "letters", "pages")
