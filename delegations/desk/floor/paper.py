"""The list of speakers of a session on paper: for the podium, the booths and the door.

Reasons, doubts and who withdrew are the desk's alone, and not printed.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache

from delegations.desk.binder.printing import typeset_binder
from delegations.desk.floor.rows import MAY_READ, session_on_floor
from delegations.desk.page_arguments import desk_page, language_asked
from delegations.models import HighLevelSession
from invitations.text.dates import format_hour


@never_cache
@desk_page(*MAY_READ)
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the list as it stands now, in the language that was asked for."""
    sessions = HighLevelSession.objects.public().select_related("edition", "hours")
    session, now = get_object_or_404(sessions, pk=pk), timezone.now()
    edition, language = session.edition, language_asked(request)
    local = now.astimezone(edition.zone)
    with translation.override(language):
        context = {
            "lang": language,
            "dir": "rtl" if translation.get_language_bidi() else "ltr",
            "edition": edition,
            "as_of": format_hour(local, edition.time_zone_name, language),
            "room": session_on_floor(session, now, reads_answers=False),
        }
        pdf = typeset_binder(render_to_string("admin/desk/room_paper.html", context))
    name = f"speakers-{session.pk}-{local:%Y-%m-%d-%H%M}-{language}.pdf"
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )
