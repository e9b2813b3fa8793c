"""The page on which what one record says of a person is erased, because the person asks for it."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from delegations.desk.erasure.kinds import format_counts
from delegations.desk.erasure.one_person import (
    PEOPLE,
    edition_of_record,
    erase_person,
    offices_of,
    person_of_record,
    personal_counts,
    reason_not_to_erase_person,
)
from delegations.desk.erasure.owed import owed_in_words
from delegations.desk.page_arguments import desk_page
from invitations.admin.base import user_of
from invitations.admin.list_columns import change_url
from invitations.admin.mixins import may_erase_person
from invitations.admin.reauthentication import signed_in_recently
from invitations.forms.action_forms import ReasonForm


@never_cache
@desk_page()
def erase_person_page(request: HttpRequest, of: str, pk: int) -> HttpResponse:
    """Show what goes, and what has to be done first; a POST erases it, with a reason."""
    if of not in PEOPLE:
        raise Http404
    model: Any = PEOPLE[of].model
    if not may_erase_person(user_of(request), model):
        raise PermissionDenied
    record: models.Model = get_object_or_404(model._base_manager, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return erased(None, request, record, form)
    return person_erasure_page(request, record, form)


@signed_in_recently("erase_personal_data")
def erased(
    _page: None, request: HttpRequest, record: models.Model, form: ReasonForm
) -> HttpResponse:
    try:
        erase_person(record, user_of(request), form.cleaned_data["reason"])
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return person_erasure_page(request, record, form)
    messages.success(request, _("It is erased. Your name and your reason stay in the history."))
    return HttpResponseRedirect(change_url(record))


def person_erasure_page(
    request: HttpRequest, record: models.Model, form: ReasonForm
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("Erase what a person asks for"),
        "whose": capfirst(person_of_record(record).title),
        "record": record,
        "back": change_url(record),
        "left": format_counts(personal_counts(record)),
        "why_not": reason_not_to_erase_person(record),
        "owed": owed_in_words(edition_of_record(record), offices_of(record)),
        "form": form,
    }
    return TemplateResponse(request, "admin/desk/erase_person.html", context)
