"""The office's delegation: who is named, one by one or by a list."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from delegations.changes import BY_WHOM, Stale, by_whom, changed_fields
from delegations.models import Delegate, DelegationChange
from delegations.nominations import (
    amend,
    balance,
    encouragement,
    mark_of,
    nominate,
    nominate_all,
    remove,
)
from delegations.office.access import (
    TOO_LONG_OPEN,
    asks_for_a_language,
    forgery,
    kept_in,
    office_required,
    shown_to,
)
from delegations.office.forms.delegate import DETAILS, DelegateForm, RemovalForm
from delegations.office.forms.delegate_list import ListForm
from delegations.office.on_file import OnFile, on_file, parts, printed_at
from invitations.models import Invitation
from invitations.text.dates import printed_date

STAFF_NEED = "delegations.view_delegate"
SHOWN_CHANGES = 30
CHANGED_SINCE = gettext_lazy(
    "This person was changed after you opened the page: what stands now is shown below. If the"
    " person is still to be taken off the list, please press the button again."
)


@require_safe
@office_required(STAFF_NEED)
def delegation(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Show who is named, the balance, and who changed what."""
    filed = on_file(invitation)
    named = named_in(filed)
    return render(
        request,
        "office/delegation.html",
        shown_to(
            request,
            invitation,
            parts=parts(filed),
            here="delegation",
            filed=filed,
            people=[(person, particulars(person)) for person in named],
            balance=balance(named),
            encouragement=encouragement(named),
            changes=changes(filed, invitation),
            is_full=is_full(invitation, named),
        ),
    )


def named_in(filed: OnFile) -> list[Delegate]:
    """Who is on the list, the head first and then in the order of the roles."""
    order = list(Delegate.Role)
    people = list(filed.delegation.delegates.order_by("pk")) if filed.delegation else []
    return sorted(people, key=lambda person: order.index(Delegate.Role(person.role)))


def is_full(invitation: Invitation, named: list[Delegate]) -> bool:
    limit = invitation.edition.delegates_limit
    return limit is not None and len(named) >= limit


def particulars(person: Delegate) -> list[str]:
    """What is recorded beside the name; needs are told as recorded, and no more."""
    language = translation.get_language()
    days = [printed_date(day, language) for day in (person.arrives_on, person.departs_on) if day]
    return [
        part
        for part in (
            ", ".join(filter(None, [person.function, person.organization])),
            person.email,
            " – ".join(days),
            _("visa letter needed") if person.needs_visa_letter else "",
            _("needs of access and diet: recorded") if person.needs else "",
        )
        if part
    ]


def changes(filed: OnFile, invitation: Invitation) -> list[dict[str, str]]:
    if filed.delegation is None:
        return []
    rows = filed.delegation.changes.select_related(*BY_WHOM)[:SHOWN_CHANGES]
    language = translation.get_language()
    return [
        {
            "at": printed_at(row.at, invitation, language),
            "who": by_whom(row),
            "part": capfirst(row.get_part_display()),
            "act": row.get_act_display(),
            "subject": row.subject,
            "fields": changed_fields(row),
        }
        for row in rows
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def add(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Take one more person."""
    if request.method != "POST":
        return person_page(request, invitation, DelegateForm(of=invitation))
    form = DelegateForm(request.POST, of=invitation)
    if shown := not_to_be_saved(request, invitation, form, None):
        return shown
    try:
        added = nominate(invitation, form.words, form.cleaned_data["form_key"])
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return person_page(request, invitation, form)
    messages.success(request, _("%s is on the list.") % added.name)
    return redirect("office:delegation", invitation.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def person(request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponse:
    """Show one person, and take a change."""
    row = on_list(invitation, pk)
    if request.method != "POST":
        if row is None:
            raise Http404
        return person_page(request, invitation, form_of(row, invitation), row)
    form = DelegateForm(request.POST, of=invitation, has_needs=bool(row and row.needs))
    if shown := not_to_be_saved(request, invitation, form, row):
        return shown
    try:
        amended = amend(invitation, pk, form.words, form.cleaned_data["seen"])
    except Stale as stale:
        return stale_page(request, invitation, form, stale)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return person_page(request, invitation, form, row)
    messages.success(request, _("The particulars of %s are saved.") % amended.name)
    return redirect("office:delegation", invitation.pk)


def on_list(invitation: Invitation, pk: int) -> Delegate | None:
    return Delegate.objects.filter(
        pk=pk,
        delegation__edition=invitation.edition_id,
        delegation__member_state=invitation.member_state_id,
    ).first()


def form_of(row: Delegate, invitation: Invitation) -> DelegateForm:
    known = {name: getattr(row, name) for name in DETAILS} | {"seen": mark_of(row)}
    return DelegateForm(of=invitation, initial=known, has_needs=bool(row.needs))


def not_to_be_saved(
    request: HttpRequest, invitation: Invitation, form: DelegateForm, row: Delegate | None
) -> HttpResponse | None:
    """The page again, where the form is to be shown in another language or cannot be taken."""
    if asks_for_a_language(request):
        again = DelegateForm(of=invitation, typed=form.typed, has_needs=form.has_needs)
        return kept_in(request, person_page(request, invitation, again, row))
    if forgery(request):
        form.add_error(None, TOO_LONG_OPEN)
        return person_page(request, invitation, form, row, status=403)
    return None if form.is_valid() else person_page(request, invitation, form, row)


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def take_off(request: HttpRequest, invitation: Invitation, pk: int) -> HttpResponse:
    """Ask whether a person is to be taken off the list, and do so."""
    row = on_list(invitation, pk)
    if row is None:
        return redirect("office:delegation", invitation.pk)
    if request.method != "POST":
        form = RemovalForm(of=invitation, initial={"seen": mark_of(row)})
        return removal_page(request, form, row)
    form = RemovalForm(request.POST, of=invitation)
    if asks_for_a_language(request):
        return kept_in(request, removal_page(request, form, row))
    if forgery(request):
        form.add_error(None, TOO_LONG_OPEN)
        return removal_page(request, form, row, status=403)
    return taken_off(request, form, row) if form.is_valid() else removal_page(request, form, row)


def taken_off(request: HttpRequest, form: RemovalForm, row: Delegate) -> HttpResponse:
    """Take the person off the list; who was changed meanwhile is shown as the row is now."""
    try:
        remove(form.of, row.pk, form.cleaned_data["seen"])
    except Stale as stale:
        data = request.POST.copy()
        data["seen"] = mark_of(stale.row)
        form = RemovalForm(data, of=form.of)
        form.add_error(None, CHANGED_SINCE)
        return removal_page(request, form, stale.row, status=409)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return removal_page(request, form, row)
    messages.success(request, _("%s is off the list.") % row.name)
    return redirect("office:delegation", form.of.pk)


def removal_page(
    request: HttpRequest, form: RemovalForm, row: Delegate, status: int = 200
) -> HttpResponse:
    filed = on_file(form.of)
    shown = shown_to(
        request,
        form.of,
        form=form,
        row=row,
        particulars=particulars(row),
        parts=parts(filed),
        filed=filed,
        here="delegation",
        nothing_saved=_("Nobody has been taken off the list"),
    )
    return render(request, "office/take_off.html", shown, status=status)


def stale_page(
    request: HttpRequest, invitation: Invitation, form: DelegateForm, stale: Stale
) -> HttpResponse:
    """Show what stands beside what was typed; the same form, sent again, takes its place."""
    row = cast("Delegate", stale.row)
    data = request.POST.copy()
    data["seen"] = mark_of(row)
    again = DelegateForm(data, of=invitation, has_needs=bool(row.needs))
    again.add_error(None, stale)
    more = {"beside": differing(again, row), "changed": last_change(row)}
    return person_page(request, invitation, again, row, status=409, **more)


def differing(form: DelegateForm, row: Delegate) -> list[tuple[str, str, str]]:
    """Label, what stands now and what was typed, of each field in which the two differ."""
    standing = form_of(row, form.of)
    pairs = [(name, shown_in(standing, name), shown_in(form, name)) for name in DETAILS]
    return [(str(form[name].label), ours, theirs) for name, ours, theirs in pairs if ours != theirs]


def shown_in(form: Any, name: str) -> str:
    """A field's value in the words of its choice."""
    bound = form[name]
    value = bound.data if form.is_bound else bound.initial
    if hasattr(bound.field, "choices"):
        return str(dict(bound.field.choices).get(value, value))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value or "")


def last_change(row: Delegate) -> Any:
    noted = DelegationChange.objects.filter(delegation=row.delegation_id, subject=row.name)
    return noted.select_related(*BY_WHOM).first()


def person_page(
    request: HttpRequest,
    invitation: Invitation,
    form: DelegateForm,
    row: Delegate | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    filed = on_file(invitation)
    changed = more.pop("changed", None)
    shown = shown_to(
        request,
        invitation,
        form=form,
        row=row,
        parts=parts(filed),
        filed=filed,
        here="delegation",
        nothing_saved=_("Nothing has been saved yet"),
        changed_by=changed and by_whom(changed),
        changed_at=changed and printed_at(changed.at, invitation, translation.get_language()),
        **more,
    )
    return render(request, "office/person.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@office_required(STAFF_NEED)
def whole_list(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Take a list, pasted or uploaded; it is shown before anybody on it is added."""
    filed = on_file(invitation)
    known = named_in(filed)
    if request.method != "POST":
        return list_page(request, filed, ListForm(of=invitation, known=known))
    form = ListForm(request.POST, request.FILES, of=invitation, known=known)
    if asks_for_a_language(request):
        again = ListForm(of=invitation, known=known, typed=form.typed)
        return kept_in(request, list_page(request, filed, again))
    if forgery(request):
        form.add_error(None, TOO_LONG_OPEN)
        return list_page(request, filed, form, status=403)
    if not form.is_valid():
        return list_page(request, filed, form)
    if request.POST.get("step") == "add" and not form.wrong and form.new:
        try:
            people = [row.form.words for row in form.new]
            added = nominate_all(invitation, people, form.cleaned_data["form_key"])
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
        else:
            told = ngettext("%d person was added.", "%d people were added.", len(added))
            messages.success(request, told % len(added))
            return redirect("office:delegation", invitation.pk)
    return list_page(request, filed, form)


def list_page(
    request: HttpRequest, filed: OnFile, form: ListForm, status: int = 200
) -> HttpResponse:
    """Beside the preview, the lines stand in the form, where they can be corrected."""
    invitation, rows, refusals = filed.invitation, form.rows, None
    if rows:
        lines = {"lines": form.cleaned_data["lines"], "form_key": form.typed["form_key"]}
        refusals = form.non_field_errors()
        form = ListForm(of=invitation, known=form.known, initial=lines)
    shown = shown_to(
        request,
        invitation,
        form=form,
        refusals=refusals,
        rows=rows,
        new=[row for row in rows if not row.is_known and not row.form.errors],
        wrong=[row for row in rows if not row.is_known and row.form.errors],
        parts=parts(filed),
        filed=filed,
        here="delegation",
        nothing_saved=_("Nothing has been saved yet"),
    )
    return render(request, "office/list.html", shown, status=status)
