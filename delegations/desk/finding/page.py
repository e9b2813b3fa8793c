"""The answer of the search: every source that the person may read, asked once."""

from collections.abc import Callable
from itertools import chain

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from delegations.desk.finding import papers, people
from delegations.desk.finding.search import FoundLine, Search, once_each
from delegations.desk.page_arguments import desk_page
from invitations.admin.base import user_of

Source = Callable[[Search], list[FoundLine]]
# In the order of the results, each with the permissions to see what it finds.
BY_CODE: list[tuple[Source, list[str]]] = [
    (people.find_states, ["invitations.view_memberstate"]),
    (papers.reply_code, ["invitations.view_invitation"]),
    (papers.check_code, ["invitations.view_letter"]),
    (papers.message_id, ["invitations.view_letter"]),
]
BY_WORDS: list[tuple[Source, list[str]]] = [
    (people.find_ministers, ["invitations.view_minister"]),
    (people.find_focal_points, ["invitations.view_invitation"]),
    (people.find_respondents, ["invitations.view_reply"]),
    (people.find_delegates, ["delegations.view_delegate"]),
    (people.missions, ["invitations.view_mission"]),
    (papers.correspondence, ["invitations.view_correspondence"]),
    (papers.find_deliveries, ["invitations.view_delivery"]),
    (papers.find_circulars, ["invitations.view_circular"]),
    (papers.find_sessions, ["delegations.view_highlevelsession"]),
    (papers.find_pages, []),
]
SHOWN_AT_MOST = 40


def everything_found(search: Search) -> list[FoundLine]:
    """Ask the sources, and return what they found, once each and in their order."""
    sources = BY_CODE + (BY_WORDS if search.is_long_enough else [])
    asked = (ask(search) for ask, needed in sources if search.user.has_perms(needed))
    return once_each(chain.from_iterable(asked))[:SHOWN_AT_MOST]


@desk_page()
@never_cache
@require_POST
def find(request: HttpRequest) -> HttpResponse:
    """Answer the command palette in place of django-unfold's own search.

    That one reads the text from the address, which servers log, and keeps results in the cache.
    """
    search = Search(request.POST.get("s", ""), user_of(request), request)
    if not search.typed:
        return HttpResponse()
    found = everything_found(search)
    context = {"results": found, "is_cut": len(found) == SHOWN_AT_MOST}
    return TemplateResponse(request, "unfold/helpers/command_results.html", context)
