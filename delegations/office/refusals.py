"""Pages that refuse a request, and show again what was typed."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from delegations import nominations, statements
from delegations.models import Delegate, HighLevelSession, PolicyStatement, StatementText
from delegations.office.page import activate_address_language, csrf_refusal
from delegations.office.public_pages import announced_edition
from delegations.office.request_limits import LARGEST_TYPED, content_length
from invitations.models import ForumEdition, Invitation, Rank, Reply
from invitations.replies import REPLY_FIELDS
from invitations.text.dates import comma_list

# What a form brings along that nobody typed.
NOT_TYPED = ("csrfmiddlewaretoken", "language")
HIDDEN = (
    "invitation", "form_key", "seen", "namesake", "dates", "step", "from", "without", "replaces",
    "cells_of",
)  # fmt: skip
# The columns that the forms fill. Nobody is told of others by typing their names: who holds no link
# would read row after row by its number.
ASKED: dict[type[models.Model], tuple[str, ...]] = {
    Reply: REPLY_FIELDS,
    PolicyStatement: statements.COMPARED,
    Delegate: nominations.COMPARED,
}
# What a form calls otherwise than its column.
COLUMNS = {
    "spoken": PolicyStatement._meta.get_field("language"),
    "text_language": StatementText._meta.get_field("language"),
}


def link_not_held(request: HttpRequest) -> HttpResponse:
    """Say how to get in, and keep on the page what was typed meanwhile."""
    activate_address_language(request)
    shown: dict[str, Any] = {"edition": announced_edition()}
    if content_length(request) > LARGEST_TYPED:
        shown["had_files"] = True
    elif refusal := csrf_refusal(request):
        return refusal
    else:
        shown |= {"typed": typed_values(request.POST), "had_files": bool(request.FILES)}
        if shown["edition"]:
            shown["words"] = format_typed_points(request.POST, shown["edition"])
    return render(request, "office/not_held.html", shown, status=404)


def no_longer_valid_page(
    request: HttpRequest, invitation: Invitation, reason: str, **more: object
) -> HttpResponse:
    edition = invitation.edition.as_released
    page = {"invitation": invitation, "edition": edition, "reason": reason, **more}
    page["forum_dates"] = edition.forum_days(get_language())
    return render(request, "office/gone.html", page, status=410)


def reason_replies_are_closed(edition: ForumEdition) -> str:
    """Return why its pages take no reply: staff have closed the replies, or it is over."""
    return "closed" if edition.is_ahead(timezone.now()) else "over"


def no_longer_valid_page_with_typed(
    request: HttpRequest,
    invitation: Invitation,
    reason: str,
    typed_before: QueryDict | None = None,
    **more: Any,
) -> HttpResponse:
    """Say why the page takes nothing; what was typed meanwhile is shown, to be copied."""
    if request.method == "POST" and not csrf_refusal(request):
        typed_before = request.POST
    if typed_before:
        more["typed"] = format_typed_points(typed_before, invitation.edition)
    return no_longer_valid_page(request, invitation, reason, **more)


def typed_values(posted: QueryDict) -> list[tuple[str, str]]:
    typed = [(name, values) for name, values in posted.lists() if name not in NOT_TYPED]
    return [(name, value) for name, values in typed for value in values]


def format_typed_points(posted: QueryDict, edition: ForumEdition) -> list[tuple[str, str]]:
    """Return what was typed as labels and words, without what nobody typed or left empty."""
    fields = fields_asked()
    shown = []
    for name, values in posted.lists():
        called = edition.segments if name == "segments" else {}
        words = comma_list(
            capfirst(called[value])
            if value in called
            else format_typed(fields.get(name), value, edition)
            # No form asks for several of anything else.
            for value in (values if called else values[-1:])
            if value and not is_unticked(fields.get(name), value)
        )
        if words and name not in (*NOT_TYPED, *HIDDEN):
            label = fields[name].verbose_name if name in fields else _("Text")
            shown.append((str(capfirst(label)), words))
    return shown


def fields_asked() -> dict[str, Any]:
    found = [model._meta.get_field(name) for model, names in ASKED.items() for name in names]
    return {field.name: field for field in found} | COLUMNS


def is_unticked(field: Any, value: str) -> bool:
    """Whether a summary says by the value that a box was left blank."""
    return isinstance(field, models.BooleanField) and value == str(False)


def format_typed(field: Any, value: str, edition: ForumEdition) -> str:
    """Return the words of a choice, of a row or of a ticked box; other words as they are."""
    if isinstance(field, models.BooleanField):
        return _("yes")
    if isinstance(field, models.ForeignKey):
        return str(row_named(field, value, edition) or value)
    choices: Any = getattr(field, "choices", None)
    return str(capfirst(dict(choices or ()).get(value)) or value)


def row_named(field: Any, value: str, edition: ForumEdition) -> models.Model | None:
    """Return the rank, or the session of the edition that is public."""
    sessions = HighLevelSession.objects.public().filter(edition=edition.pk)
    rows: Any = sessions if field.related_model is HighLevelSession else Rank.objects.all()
    try:
        found = field.formfield(queryset=rows).to_python(value)
    except ValidationError:
        return None
    return found.as_published if isinstance(found, HighLevelSession) else found
