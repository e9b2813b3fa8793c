"""The public list of speakers, and the public calendar of the programme."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from delegations.models import SpeakingSlot
from delegations.office.page import activate_offered_language
from delegations.programme.sessions import sessions_with_speakers
from invitations.letters.calendar_events import public_calendar
from invitations.letters.released import announced_by_symbol
from invitations.models import ForumEdition, Language
from invitations.text.dates import format_hour
from invitations.text.scripts import language_by_script, script_of


@require_safe
def speaker_list(request: HttpRequest, symbol: str) -> HttpResponse:
    """Show the list as it stands now; 404 until staff have published it."""
    now = timezone.now()
    edition = announced_or_404(symbol, speakers_published_at__lte=now).as_released
    activate_offered_language(request, edition)
    language = get_language()

    def hour(at: dt.datetime) -> str:
        return format_hour(at.astimezone(edition.zone), edition.time_zone_name, language)

    shown = {
        "edition": edition,
        "as_of": hour(now),
        "has_programme": edition.session_hours.exists(),
        "sessions": [
            (
                session.as_published,
                hour_of_session(session.as_published, edition, hour),
                in_their_languages(session),
            )
            for session in sessions_with_speakers(edition)
        ],
    }
    return render(request, "office/speakers.html", shown)


def announced_or_404(symbol: str, **more: Any) -> ForumEdition:
    return get_object_or_404(announced_by_symbol(), released_symbol=symbol, **more)


def hour_of_session(session: Any, edition: ForumEdition, hour: Callable[[dt.datetime], str]) -> str:
    """Return when the session begins; while the edition is postponed, that new dates follow."""
    return edition.track_days(get_language()) if edition.postponed_at else hour(session.starts_at)


@require_safe
def programme(request: HttpRequest, symbol: str) -> HttpResponse:
    """Return the sessions that two people approved as a calendar file; 404 while there is none."""
    edition = announced_or_404(symbol)
    if not edition.session_hours.exists():
        raise Http404
    return HttpResponse(
        public_calendar(edition).to_ical(),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{symbol}.ics"'},
    )


LATIN = (Language.ENGLISH, Language.FRENCH, Language.SPANISH)


def in_their_languages(session: Any) -> list[tuple[SpeakingSlot, str]]:
    """Return each slot of the session, and the language of its speaker's function."""
    return [(slot, function_language(slot)) for slot in session.speakers]


def function_language(slot: SpeakingSlot) -> str:
    """Return the language by the script; of Latin letters the State's own; empty if in doubt."""
    statement = getattr(slot.delegation, "statement", None)
    function = statement.speaker_function if statement else ""
    own = slot.delegation.member_state.language
    of_state = own if script_of(function) == "LATIN" and own in LATIN else ""
    return language_by_script(function) or of_state
