"""The whole list of delegates, pasted or uploaded."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from delegations.nominations import nominate_delegates
from delegations.office.access import office_required
from delegations.office.forms.delegate_list import ListForm
from delegations.office.forms.list_cells import cell_fields, lines_mark
from delegations.office.forms.list_rows import DelegateRow
from delegations.office.list_template import known_headings, list_template
from delegations.office.on_file import OnFile, read_on_file
from delegations.office.page import (
    TOO_LONG_OPEN,
    csrf_refusal,
    page_context,
    remember_language,
    switch_language,
)
from delegations.office.parts import office_parts
from delegations.office.views.delegation import STAFF_NEED, named_delegates
from invitations.files.uploads import MEDIA_TYPES
from invitations.models import Invitation
from invitations.text.dates import comma_list
from invitations.text.lines import quoted


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def whole_list(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Take a list, pasted or uploaded, and show it before anybody on it is added."""
    filed = read_on_file(invitation)
    known = named_delegates(filed)
    if request.method != "POST":
        return list_page(request, filed, ListForm(of=invitation, known=known))
    form = ListForm(request.POST, request.FILES, of=invitation, known=known)
    if switch_language(request):
        # A list that can be shown is shown again; nobody is added.
        shows_rows = bool(request.POST.get("lines") or request.FILES) and form.is_valid()
        again = form if shows_rows else ListForm(of=invitation, known=known, typed=form.typed)
        return remember_language(request, list_page(request, filed, again))
    if csrf_refusal(request):
        form.add_error(None, TOO_LONG_OPEN)
        return list_page(request, filed, form, status=403)
    if not form.is_valid():
        return list_page(request, filed, form)
    if request.POST.get("step") == "add" and form.was_shown and not form.wrong and form.new:
        return add_people(request, filed, form)
    return list_page(request, filed, form)


def add_people(request: HttpRequest, filed: OnFile, form: ListForm) -> HttpResponse:
    """Name the new people of the list; show the list again if that is refused."""
    try:
        people = [row.form.words for row in form.new]
        added = nominate_delegates(filed.invitation, people, form.cleaned_data["form_key"])
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return list_page(request, filed, form)
    told = ngettext("%(count)d person was added.", "%(count)d people were added.", len(added))
    messages.success(request, told % {"count": len(added)})
    return redirect("office:delegation", filed.invitation.pk)


@require_safe
@office_required(STAFF_NEED)
def template(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Return a spreadsheet with the headings of the list, in the language of the page."""
    name = f"{invitation.edition.symbol}-{invitation.member_state.iso2.lower()}.xlsx"
    return HttpResponse(
        list_template(invitation.edition),
        content_type=MEDIA_TYPES["xlsx"],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def is_wrong(row: DelegateRow) -> bool:
    return not row.is_known and bool(row.form.errors)


def list_page(
    request: HttpRequest, filed: OnFile, form: ListForm, status: int = 200
) -> HttpResponse:
    """Show the form, and below a preview the lines again, where they can be corrected."""
    invitation, rows, refusals = filed.invitation, form.rows, None
    told, unread, cells_of = form.told, form.unread, ""
    if rows:
        lines = {
            "lines": form.cleaned_data["lines"],
            "form_key": form.typed["form_key"],
            "without": form.unread,
        }
        refusals, cells_of = form.non_field_errors(), lines_mark(lines["lines"])
        form = ListForm(of=invitation, known=form.known, initial=lines)
    shown = page_context(
        request,
        invitation,
        form=form,
        refusals=refusals,
        rows=[(row, cell_fields(row) if is_wrong(row) else []) for row in rows],
        told=told,
        unread=unread,
        headings=comma_list(map(quoted, known_headings(invitation.edition))) if unread else "",
        new=[row for row in rows if not row.is_known and not row.form.errors],
        wrong=any(map(is_wrong, rows)),
        cells_of=cells_of,
        parts=office_parts(filed),
        filed=filed,
        here="delegation",
        nothing_saved=_("Nothing has been saved yet"),
    )
    return render(request, "office/list.html", shown, status=status)
