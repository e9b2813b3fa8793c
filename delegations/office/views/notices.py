"""The notices on privacy and on accessibility, for everyone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from delegations.models import Notice
from delegations.office.contact import announced_edition
from delegations.office.page import activate_offered_language
from invitations.letters.pdf import html_of_markdown


@require_safe
def notice(request: HttpRequest, kind: str) -> HttpResponse:
    edition = announced_edition()
    activate_offered_language(request, edition)
    found = get_object_or_404(Notice, kind=kind)
    shown = {
        "notice": found,
        "words": mark_safe(html_of_markdown(found.text)),  # noqa: S308 -- Markdown without HTML
        "edition": edition,
    }
    return render(request, "office/notice.html", shown)
