"""The page on which the registration desk's list is compared; nothing of the list is kept."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from unfold.widgets import UnfoldAdminRadioSelectWidget

from delegations.desk.page_arguments import desk_page, edition_asked
from delegations.desk.registered_compared import ComparedRow, Comparison, compare_registered
from delegations.desk.registration_list import RegisteredList, read_registered
from delegations.models import Delegate
from invitations.admin.export_files import ExportFormat
from invitations.admin.exports import TAKE_OUT, KindForm, hand_over_export
from invitations.admin.list_columns import state_url
from invitations.admin.reauthentication import signed_in_recently
from invitations.files.exported_tables import Cell, ExportedSheet
from invitations.models import ForumEdition
from invitations.text.dates import labelled

READS_DELEGATES = "delegations.view_delegate"
ON_PAGE = "page"
# So many rows of each side are shown; a file has them all.
MOST_SHOWN = 500
TITLE = gettext_lazy("Registered or not")
NOT_REGISTERED = gettext_lazy("Nominated and not registered")
NOT_NOMINATED = gettext_lazy("Registered and not nominated")


class RegisteredForm(forms.Form):
    """The list, and how the comparison is wanted; a file of it only for who takes lists out."""

    file = forms.FileField(
        label=gettext_lazy("Spreadsheet or list"),
        help_text=gettext_lazy(
            "XLSX or CSV, up to 5 MB, with headings: the State, and the name in one column or in "
            "several. The list is compared and not kept."
        ),
        widget=forms.FileInput({"accept": ".xlsx,.csv,.txt"}),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Comparison"),
        choices=[(ON_PAGE, gettext_lazy("on this page")), *ExportFormat.choices],
        initial=ON_PAGE,
        widget=UnfoldAdminRadioSelectWidget,
    )

    def __init__(self, *args: Any, takes_out: bool, **named: Any) -> None:
        super().__init__(*args, **named)
        if not takes_out:
            del self.fields["kind"]

    def clean_file(self) -> RegisteredList:
        file: UploadedFile = self.cleaned_data["file"]
        return read_registered(file, file.name or "")


@never_cache
@desk_page(READS_DELEGATES)
def registered_page(request: HttpRequest) -> HttpResponse:
    """Ask for the list; a POST compares it, and shows the comparison or hands it over."""
    edition = edition_asked(request)
    context = {**admin.site.each_context(request), "title": TITLE, "edition": edition}
    if edition:
        sent = (request.POST, request.FILES) if request.method == "POST" else ()
        form = RegisteredForm(*sent, takes_out=request.user.has_perm(TAKE_OUT))
        context |= {"form": form, "editions": ForumEdition.objects.exclude(pk=edition.pk)[:12]}
        if form.is_valid():
            listed = form.cleaned_data["file"]
            comparison = compare_registered(edition, listed.people)
            if file := file_asked(request, form, edition, comparison):
                return file
            context |= comparison_context(comparison, listed, edition)
    return TemplateResponse(request, "admin/desk/registered.html", context)


def comparison_context(
    comparison: Comparison, listed: RegisteredList, edition: ForumEdition
) -> dict[str, Any]:
    sides = [
        (NOT_REGISTERED, comparison.not_registered, _("Everybody who is nominated is registered.")),
        (NOT_NOMINATED, comparison.not_nominated, _("Everybody who is registered is nominated.")),
    ]
    return {
        "file_name": listed.file_name,
        "told": listed.told,
        "on_both": comparison.on_both,
        "most": MOST_SHOWN,
        "sides": [
            {
                "title": title,
                "count": len(rows),
                "is_cut": len(rows) > MOST_SHOWN,
                "rows": [(row, url_of_row(row, edition)) for row in rows[:MOST_SHOWN]],
                "when_empty": when_empty,
            }
            for title, rows, when_empty in sides
        ],
    }


def url_of_row(row: ComparedRow, edition: ForumEdition) -> str:
    return state_url(edition, row.of) if row.of else ""


# The file


def file_asked(
    request: HttpRequest, form: RegisteredForm, edition: ForumEdition, comparison: Comparison
) -> HttpResponse | None:
    """Return the comparison as the file that is wanted; None where the page shows it."""
    if form.cleaned_data.get("kind", ON_PAGE) == ON_PAGE:
        return None
    sheet = comparison_sheet(edition, comparison, form.cleaned_data["file"])
    asked = KindForm(request.POST, rows=sheet.number)
    if not asked.is_valid():
        form.add_error("kind", asked.errors["kind"])
        return None
    answer: HttpResponse = export_comparison(None, request, edition, sheet)
    return answer


@signed_in_recently("take_out_lists")
def export_comparison(
    _page: None, request: HttpRequest, edition: ForumEdition, sheet: ExportedSheet
) -> FileResponse:
    name = f"registered-{edition.symbol}"
    return hand_over_export(request, sheet, request.POST["kind"], Delegate, name)


def comparison_sheet(
    edition: ForumEdition, comparison: Comparison, listed: RegisteredList
) -> ExportedSheet:
    number = len(comparison.not_registered) + len(comparison.not_nominated)
    headings = [TITLE, _("State"), _("Name"), _("Role or line"), _("Remark")]
    return ExportedSheet(
        labelled(TITLE, edition.name),
        [labelled(_("File"), listed.file_name)],
        [str(words) for words in headings],
        number,
        comparison_cells(comparison),
    )


def comparison_cells(comparison: Comparison) -> Iterator[list[Cell]]:
    for title, rows in (
        (NOT_REGISTERED, comparison.not_registered),
        (NOT_NOMINATED, comparison.not_nominated),
    ):
        for row in rows:
            yield [str(title), row.state, row.name, row.more, row.remark]
