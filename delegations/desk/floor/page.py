"""The page of the room: who is called next, and one press for who has spoken or is not there."""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.cache import never_cache

from delegations.desk.floor.list_digest import mark_of_floor
from delegations.desk.floor.rows import MAY_READ, clock, session_on_floor, sessions_with_places
from delegations.desk.page_arguments import desk_page, edition_asked
from delegations.models import HighLevelSession, SpeakingSlot
from delegations.programme.calling import (
    HAS_LEFT,
    note_heard,
    pass_over,
    reason_not_to_mark_yet,
    take_mark_back,
)
from invitations.models import ForumEdition
from invitations.text.dates import labelled

READS_ANSWERS = "invitations.view_reply"
MAY_TAKE_TEXTS = "delegations.view_statementtext"
MAY_MARK = "delegations.change_speakingslot"
TITLE = gettext_lazy("In the room")
BACK = gettext_lazy("%(state)s: the mark is taken back.")
MARKS: dict[str, Callable[[SpeakingSlot], None]] = {
    "heard": note_heard,
    "passed_over": pass_over,
    # Each takes back its own mark: who presses twice takes back no other.
    "not_heard": partial(take_mark_back, mark="heard_at"),
    "not_passed_over": partial(take_mark_back, mark="passed_over_at"),
}
MARKED = {
    "heard": gettext_lazy("%(state)s has spoken."),
    "passed_over": gettext_lazy("%(state)s is called again at the end."),
    "not_heard": BACK,
    "not_passed_over": BACK,
}


@never_cache
@desk_page(*MAY_READ)
def floor(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Show a session as it runs; a POST marks a speaker. Without one, lead to that of the hour."""
    if pk is None:
        return floor_at_hand(request)
    session = get_object_or_404(
        HighLevelSession.objects.public().select_related("edition", "hours"), pk=pk
    )
    if request.method == "POST":
        mark(request, session)
        return redirect("desk:room_of", session.pk)
    return show_floor(request, as_it_runs(request, session, timezone.now()))


def as_it_runs(request: HttpRequest, session: HighLevelSession, now: dt.datetime) -> dict[str, Any]:
    edition, may = session.edition, request.user.has_perm
    found = session_on_floor(session, now, reads_answers=may(READS_ANSWERS))
    return {
        "edition": edition,
        "sessions": sessions_with_places(edition),
        "room": found,
        "seen": mark_of_floor(found),
        "as_of": clock(now.astimezone(edition.zone)),
        "not_yet": reason_not_to_mark_yet(session, now),
        "marks": may(MAY_MARK),
        "languages": settings.LANGUAGES,
        "language": get_language(),
    }


def floor_at_hand(request: HttpRequest) -> HttpResponse:
    """Lead to the session that runs now or comes next, else to the last one."""
    edition = edition_asked(request)
    sessions = sessions_with_places(edition) if edition else []
    if not sessions:
        return show_floor(request, {"edition": edition})
    now = timezone.now()
    to_come = (one for one in sessions if one.as_published.ends_at > now)
    return redirect("desk:room_of", next(to_come, sessions[-1]).pk)


def show_floor(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": TITLE,
        "editions": ForumEdition.objects.none(),
        "takes_texts": request.user.has_perm(MAY_TAKE_TEXTS),
        **context,
    }
    return TemplateResponse(request, "admin/desk/room.html", context)


def mark(request: HttpRequest, session: HighLevelSession) -> None:
    """Mark the speaker that was pressed, and say so; what is marked already is refused."""
    if not request.user.has_perm(MAY_MARK):
        raise PermissionDenied
    said, _colon, key = request.POST.get("mark", "").partition(":")
    if said not in MARKS or not key.isdecimal():
        return
    slots = SpeakingSlot.objects.filter(session=session, pk=key)
    slot = slots.select_related("delegation__member_state").first()
    if slot is None:
        messages.error(request, HAS_LEFT)
        return
    state = slot.delegation.member_state.listed_as
    try:
        MARKS[said](slot)
    except ValidationError as refusal:
        messages.error(request, labelled(state, " ".join(refusal.messages)))
    else:
        messages.success(request, str(MARKED[said]) % {"state": state})
