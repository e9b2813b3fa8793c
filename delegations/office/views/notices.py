"""The notices on privacy and on accessibility, for everyone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from delegations.models import Notice
from delegations.models.erasure import erases_on
from delegations.notices import filled_notice
from delegations.office.page import activate_offered_language
from delegations.office.public_pages import announced_edition
from invitations.letters.pdf import html_of_markdown
from invitations.text.dates import format_date


@require_safe
def notice(request: HttpRequest, kind: str) -> HttpResponse:
    """Show the notice in the words that a second person approved."""
    edition = announced_edition()
    activate_offered_language(request, edition)
    found = get_object_or_404(Notice, kind=kind)
    day = edition and erases_on(edition)
    text = filled_notice(found.text, format_date(day, get_language() or "en") if day else "")
    shown = {
        "notice": found,
        "words": mark_safe(html_of_markdown(text)),  # noqa: S308 -- Markdown without HTML
        "edition": edition,
    }
    return render(request, "office/notice.html", shown)
