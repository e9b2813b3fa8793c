"""One person of the delegation: added, changed, or taken off the list."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from delegations.changes import AUTHOR_PATHS, format_author
from delegations.models import Delegate, DelegationChange
from delegations.nominations import (
    Namesake,
    amend_delegate,
    delegate_mark,
    nominate_delegate,
    remove_delegate,
)
from delegations.office.access import office_required
from delegations.office.forms.base import differing_fields
from delegations.office.forms.delegate import DETAILS, DelegateForm, RemovalForm
from delegations.office.on_file import OnFile, format_edition_hour, read_on_file
from delegations.office.page import (
    TOO_LONG_OPEN,
    csrf_refusal,
    page_context,
    remember_language,
    switch_language,
)
from delegations.office.parts import named_by_answer, office_parts
from delegations.office.views.delegation import STAFF_NEED, delegate_particulars
from invitations.forms.stale_form import Stale
from invitations.models import ANSWERS_BRINGING, Invitation

CHANGED_SINCE = gettext_lazy(
    "This person was changed after you opened the page: what stands now is shown below. If the"
    " person is still to be taken off the list, please press the button again."
)


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def add(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show a form, for the first person with whom the answer names, and add one person."""
    if request.method != "POST":
        filed = read_on_file(invitation)
        form = DelegateForm(of=invitation, initial=likely_head(filed))
        return person_page(request, invitation, form, filed=filed)
    form = DelegateForm(request.POST, of=invitation)
    if shown := show_unsaved(request, invitation, form, None):
        return shown
    given = form.cleaned_data
    try:
        added = nominate_delegate(invitation, form.words, given["form_key"], given["namesake"])
    except Namesake as refusal:
        return namesake_page(request, invitation, given["name"], refusal)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return person_page(request, invitation, form)
    messages.success(request, _("%s is on the list.") % added.name)
    return redirect("office:delegation", invitation.pk)


def likely_head(filed: OnFile) -> dict[str, Any]:
    """Return whom the State's own answer brings, as the head of a list that names nobody yet."""
    brings = filed.standing and filed.standing.answer in ANSWERS_BRINGING
    if filed.named or not (brings and filed.is_for_state):
        return {}
    name, function = named_by_answer(filed)
    return {"role": Delegate.Role.HEAD, "name": name, "function": function}


def namesake_page(
    request: HttpRequest, invitation: Invitation, name: str, refusal: Namesake
) -> HttpResponse:
    """Say that the name is on the list; sent again, the form names another person of that name."""
    data = request.POST.copy()
    data["namesake"] = name
    form = DelegateForm(data, of=invitation)
    form.add_error(None, refusal)
    return person_page(request, invitation, form)


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def person(request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponse:
    """Show one person, and change the particulars."""
    row = find_delegate(invitation, pk)
    if request.method != "POST":
        if row is None:
            raise Http404
        return person_page(request, invitation, delegate_form(row, invitation), row)
    form = DelegateForm(request.POST, of=invitation, has_needs=bool(row and row.needs))
    if shown := show_unsaved(request, invitation, form, row):
        return shown
    try:
        amended = amend_delegate(invitation, pk, form.words, form.cleaned_data["seen"])
    except Stale as stale:
        return stale_person_page(request, invitation, form, stale)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return person_page(request, invitation, form, row)
    messages.success(request, _("The particulars of %s are saved.") % amended.name)
    return redirect("office:delegation", invitation.pk)


def find_delegate(invitation: Invitation, pk: int) -> Delegate | None:
    return (
        Delegate.objects.named()
        .filter(
            pk=pk,
            delegation__edition=invitation.edition_id,
            delegation__member_state=invitation.member_state_id,
        )
        .first()
    )


def delegate_form(row: Delegate, invitation: Invitation) -> DelegateForm:
    known = {name: getattr(row, name) for name in DETAILS} | {"seen": delegate_mark(row)}
    return DelegateForm(of=invitation, initial=known, has_needs=bool(row.needs))


def show_unsaved(
    request: HttpRequest, invitation: Invitation, form: DelegateForm, row: Delegate | None
) -> HttpResponse | None:
    """Show the form again, in another language or with its errors; None if it can be saved."""
    if switch_language(request):
        again = DelegateForm(of=invitation, typed=form.typed, has_needs=form.has_needs)
        return remember_language(request, person_page(request, invitation, again, row))
    if csrf_refusal(request):
        form.add_error(None, TOO_LONG_OPEN)
        return person_page(request, invitation, form, row, status=403)
    return None if form.is_valid() else person_page(request, invitation, form, row)


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def take_off(request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponse:
    """Ask whether to take a person off the list, and do so."""
    row = find_delegate(invitation, pk)
    if row is None:
        return redirect("office:delegation", invitation.pk)
    if request.method != "POST":
        form = RemovalForm(of=invitation, initial={"seen": delegate_mark(row)})
        return person_removal_page(request, form, row)
    form = RemovalForm(request.POST, of=invitation)
    if switch_language(request):
        return remember_language(request, person_removal_page(request, form, row))
    if csrf_refusal(request):
        form.add_error(None, TOO_LONG_OPEN)
        return person_removal_page(request, form, row, status=403)
    if not form.is_valid():
        return person_removal_page(request, form, row)
    return take_delegate_off(request, form, row)


def take_delegate_off(request: HttpRequest, form: RemovalForm, row: Delegate) -> HttpResponse:
    """Take the person off the list; if the row was changed meanwhile, show it as it is now."""
    try:
        remove_delegate(form.of, row.pk, form.cleaned_data["seen"])
    except Stale as stale:
        data = request.POST.copy()
        data["seen"] = delegate_mark(stale.row)
        form = RemovalForm(data, of=form.of)
        form.add_error(None, CHANGED_SINCE)
        return person_removal_page(request, form, stale.row, status=409)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return person_removal_page(request, form, row)
    messages.success(request, _("%s is off the list.") % row.name)
    return redirect("office:delegation", form.of.pk)


def person_removal_page(
    request: HttpRequest, form: RemovalForm, row: Delegate, status: int = 200
) -> HttpResponse:
    filed = read_on_file(form.of)
    shown = page_context(
        request,
        form.of,
        form=form,
        row=row,
        particulars=delegate_particulars(row),
        parts=office_parts(filed),
        filed=filed,
        here="delegation",
        nothing_saved=_("Nobody has been taken off the list"),
    )
    return render(request, "office/take_off.html", shown, status=status)


def stale_person_page(
    request: HttpRequest, invitation: Invitation, form: DelegateForm, stale: Stale
) -> HttpResponse:
    """Show the saved values beside the typed ones; sent again, the form replaces them."""
    row = cast("Delegate", stale.row)
    data = request.POST.copy()
    data["seen"] = delegate_mark(row)
    again = DelegateForm(data, of=invitation, has_needs=bool(row.needs))
    again.add_error(None, stale)
    beside = differing_fields(delegate_form(row, invitation), again, DETAILS)
    more = {"beside": beside, "changed": last_change_of(row)}
    return person_page(request, invitation, again, row, status=409, **more)


def last_change_of(row: Delegate) -> Any:
    noted = DelegationChange.objects.filter(delegation=row.delegation_id, subject=row.name)
    return noted.select_related(*AUTHOR_PATHS).first()


def person_page(
    request: HttpRequest,
    invitation: Invitation,
    form: DelegateForm,
    row: Delegate | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    filed = more.pop("filed", None) or read_on_file(invitation)
    changed = more.pop("changed", None)
    shown = page_context(
        request,
        invitation,
        form=form,
        row=row,
        parts=office_parts(filed),
        filed=filed,
        here="delegation",
        nothing_saved=_("Nothing has been saved yet"),
        changed_by=changed and format_author(changed, invitation.held),
        changed_at=changed
        and format_edition_hour(changed.at, invitation, translation.get_language()),
        **more,
    )
    return render(request, "office/person.html", shown, status=status)
