"""The texts of a session in one package, named by the order in which their States are called."""

import re
import tempfile
from collections.abc import Iterator
from typing import IO, Any
from zipfile import ZipFile

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from delegations.desk.asked import desk_page
from delegations.desk.room.rows import texts_of
from delegations.models import HighLevelSession, PolicyStatement, StatementText
from delegations.programme.calling import in_places
from delegations.statements import name_with_kind, text_download
from invitations.admin.base import user_of
from invitations.audit import record_export

# What a file may not be called on somebody's computer.
UNUSABLE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
# Who hands in the text alone is called by nobody: its texts stand in a folder of their own.
NOT_READ_OUT = "not-read-out"


@require_POST
@desk_page("delegations.view_speakingslot", "delegations.view_statementtext")
def texts(request: HttpRequest, pk: int) -> HttpResponse | FileResponse:
    """Hand over the current texts of the session, and write down who took how many."""
    session = get_object_or_404(HighLevelSession.objects.public().select_related("edition"), pk=pk)
    named = list(named_texts(session))
    if not named:
        messages.error(request, _("No text is on file for this session yet."))
        return redirect("desk:room_of", session.pk)
    file = packed(named)
    record_export(StatementText, len(named), "ZIP", user_of(request))
    hour = timezone.localtime(timezone=session.edition.zone)
    name = f"texts-{session.as_published.starts_at.astimezone(session.edition.zone):%Y-%m-%d-%H%M}"
    return FileResponse(file, as_attachment=True, filename=f"{name}-as-of-{hour:%m-%d-%H%M}.zip")


def named_texts(session: HighLevelSession) -> Iterator[tuple[str, StatementText]]:
    """Yield each current text with its name: number, State, language, what its sender called it."""
    standing = PolicyStatement.objects.standing().values_list("delegation", flat=True)
    delivered = set(standing.filter(delegation__slots__session=session))
    places = in_places(session)
    slots = [one for one in places if one.heard_at or one.delegation_id in delivered]
    found = texts_of(slots)
    for slot in slots:
        for place, text in enumerate(filed := found.get(slot.delegation_id, []), start=1):
            yield name_of(slot, text, place if len(filed) > 1 else 0), text


def name_of(slot: Any, text: StatementText, place: int) -> str:
    """Return the name; a State's several texts are counted, so that no two have the same."""
    folder = "" if slot.comes or slot.heard_at else f"{NOT_READ_OUT}/"
    number = f"{slot.number:02}" if slot.comes else ""
    state = slot.delegation.member_state.iso3
    parts = [number, state, str(place or ""), text.language, name_with_kind(text)]
    return folder + UNUSABLE.sub("_", " ".join(filter(None, parts)))


def packed(named: list[tuple[str, StatementText]]) -> IO[bytes]:
    file = tempfile.TemporaryFile()  # noqa: SIM115 -- the response that sends it closes it
    with ZipFile(file, "w") as package:
        for name, text in named:
            package.writestr(name, text_download(text).content)
    file.seek(0)
    return file
