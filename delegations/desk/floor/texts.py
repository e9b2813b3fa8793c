"""The texts of a session in one package, named by the order in which their States are called.

What is handed in to be published alone is a package of its own.
"""

import re
import tempfile
from collections.abc import Iterator
from itertools import groupby
from typing import IO, Any
from zipfile import ZipFile

from django.contrib import messages
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from delegations.desk.floor.rows import current_texts
from delegations.desk.page_arguments import desk_page
from delegations.models import HighLevelSession, PolicyStatement, StatementText
from delegations.programme.calling import in_places
from delegations.statements import name_with_kind, text_download
from invitations.admin.base import user_of
from invitations.audit import record_export
from invitations.files.frozen import Tampered
from invitations.models import ForumEdition
from invitations.models.states import french_order
from invitations.text.lines import without_unstorable

# What a file may not be called on somebody's computer.
UNUSABLE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
# A disk takes names of 255 bytes, of which a letter has up to three; some are for the suffix.
LONGEST_STEM = 230
# Who hands in the text alone is called by nobody: its texts stand in a folder of their own.
NOT_READ_OUT = "not-read-out"
Named = tuple[str, StatementText]


@require_POST
@desk_page("delegations.view_speakingslot", "delegations.view_statementtext")
def hand_over_texts(request: HttpRequest, pk: int) -> Any:
    """Hand over the current texts of the session."""
    session = get_object_or_404(HighLevelSession.objects.public().select_related("edition"), pk=pk)
    named = list(named_texts(session))
    if not named:
        messages.error(request, _("No text is on file for this session yet."))
        return redirect("desk:room_of", session.pk)
    begins = session.as_published.starts_at.astimezone(session.edition.zone)
    return hand_over_package(request, named, f"texts-{begins:%Y-%m-%d-%H%M}", session.edition)


@require_POST
@desk_page("delegations.view_speakingslot", "delegations.view_statementtext")
def texts_in_writing(request: HttpRequest, symbol: str) -> Any:
    """Hand over the current texts of all statements that are published and not read out."""
    edition = get_object_or_404(ForumEdition, symbol=symbol)
    named = list(named_in_writing(edition))
    if not named:
        messages.error(request, _("No text of a statement in writing is on file yet."))
        return redirect(f"{reverse('desk:room')}?edition={edition.symbol}")
    return hand_over_package(request, named, "texts-in-writing", edition)


def hand_over_package(
    request: HttpRequest, named: list[Named], called: str, edition: ForumEdition
) -> FileResponse:
    """Return the package, named by the hour at which it was true, and note who took how many."""
    file = packed(named)
    record_export(StatementText, len(named), "ZIP", user_of(request))
    hour = timezone.localtime(timezone=edition.zone)
    name = f"{called}-as-of-{hour:%Y-%m-%d-%H%M}.zip"
    return FileResponse(file, as_attachment=True, filename=name)


def named_texts(session: HighLevelSession) -> Iterator[Named]:
    """Yield each current text with its name: number, State, language, what its sender called it."""
    standing = PolicyStatement.objects.standing().values_list("delegation", flat=True)
    delivered = set(standing.filter(delegation__slots__session=session))
    places = in_places(session)
    slots = [one for one in places if one.heard_at or one.delegation_id in delivered]
    found = current_texts(slots)
    for slot in slots:
        is_read = slot.comes or slot.heard_at
        number = f"{slot.number:02}" if slot.comes else ""
        parts = [number, slot.delegation.member_state.iso3]
        for name, text in each_named(parts, found.get(slot.delegation_id, [])):
            yield ("" if is_read else f"{NOT_READ_OUT}/") + name, text


def named_in_writing(edition: ForumEdition) -> Iterator[Named]:
    """Yield each current text that nobody reads out, by State in the order of French names."""
    standing = StatementText.objects.standing().filter(statement__delegation__edition=edition)
    in_writing = standing.exclude(statement__in=PolicyStatement.objects.heard().values("pk"))
    state = "statement__delegation__member_state"
    ordered = in_writing.select_related(state).order_by(*french_order(state), "pk")
    for iso3, of_state in groupby(ordered, lambda one: one.statement.delegation.member_state.iso3):
        yield from each_named([iso3], list(of_state))


def each_named(parts: list[str], filed: list[StatementText]) -> Iterator[Named]:
    """Yield the texts of a State; several are counted, so that no two have the same name."""
    for place, text in enumerate(filed, start=1):
        counted = str(place) if len(filed) > 1 else ""
        words = [*parts, counted, text.language, name_with_kind(text)]
        yield usable(" ".join(filter(None, words))), text


def usable(name: str) -> str:
    """Return the name as any computer takes it: a long one is cut before its suffix."""
    stem, _dot, suffix = UNUSABLE.sub("_", without_unstorable(name, "_")).rpartition(".")
    return f"{stem.encode()[:LONGEST_STEM].decode(errors='ignore').rstrip()}.{suffix}"


def packed(named: list[Named]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the response that sends it closes it
    with ZipFile(file, "w") as package:
        for name, text in named:
            package.writestr(*readable(name, text))
    file.seek(0)
    return file


def readable(name: str, text: StatementText) -> tuple[str, bytes]:
    """Return name and content; of a file that is damaged or gone, what is known of it."""
    try:
        return name, text_download(text).content
    except Tampered as damage:
        return f"{name}.missing.txt", str(damage).encode()
