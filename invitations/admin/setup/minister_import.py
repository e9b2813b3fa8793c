"""The import and export of ministers; the rules are those of ``invitations.minister_import``."""

import io
from collections import defaultdict
from typing import Any

import tablib
from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX, Format
from import_export.forms import ConfirmImportForm
from import_export.results import Result
from unfold.contrib.import_export.forms import ExportForm, ImportForm
from unfold.widgets import UnfoldAdminSelectWidget

from invitations.admin.base import user_of
from invitations.admin.reauthentication import signed_in_recently
from invitations.admin.setup.import_page import ImportPageMixin
from invitations.admin.setup.import_preview import PreviewedResource, preview_rows
from invitations.admin.setup.import_remarks import messages_of, with_links
from invitations.audit import record_export
from invitations.files.exported_tables import as_csv
from invitations.forms.stale_form import MarkField, keyed_digest
from invitations.minister_import.cells import CellFault
from invitations.minister_import.columns import COLUMNS, MINISTER_FIELDS
from invitations.minister_import.importing import (
    apply_changes,
    describe_kept_focal_points,
    import_entries,
    import_summary,
)
from invitations.minister_import.matching import CheckedRow
from invitations.minister_import.remarks import Remark, remarks_on_entries
from invitations.minister_import.rules import check_rows
from invitations.minister_import.table import read_table
from invitations.models import ForumEdition, Minister
from invitations.text.cell_formulas import escape_formula

MAY_IMPORT = (
    "invitations.add_minister",
    "invitations.change_minister",
    "invitations.add_invitation",
)
CHANGED_SINCE_PREVIEW = gettext_lazy(
    "Nothing was written: the data changed since the preview. Import it again."
)
LINE = "line"
ATTRIBUTES = {name: column.field or name for name, column in COLUMNS.items()} | {
    "state": "member_state__iso2"
}
EXPORTED = ("state", *MINISTER_FIELDS, "unnamed")
# A page of five thousand rows or faults stops the browser and the site.
MOST_SHOWN = 200
HEADINGS_OF_FAULTS = [
    gettext_lazy("Line"),
    gettext_lazy("Column"),
    gettext_lazy("Cell"),
    gettext_lazy("What is wrong"),
]


class ListFormat(Format):
    """CSV or XLSX, distinguished by the content, and read as the command reads it."""

    def __init__(self, encoding: str | None = None) -> None:
        """Take no encoding: the reader finds it."""

    def get_title(self) -> str:
        return _("CSV or XLSX")

    def can_import(self) -> bool:
        return True

    def create_dataset(self, in_stream: bytes | None) -> tablib.Dataset:
        if in_stream is None:
            raise FileNotFoundError
        table = read_table(io.BytesIO(in_stream), "")
        brought = {column for row in table.rows for column in row.cells}
        columns = [*(column for column in COLUMNS if column in brought), ""]
        dataset = tablib.Dataset(headers=[LINE, *columns])
        # Beside the cells, which the preview shows, go the file and the rows as they were read.
        dataset.content, dataset.table = in_stream, table
        for row in table.rows:
            dataset.append([row.line, *(row.cells.get(column, "") for column in columns)])
        return dataset


class MinisterImportForm(ImportForm):
    edition: "forms.ModelChoiceField[ForumEdition]" = forms.ModelChoiceField(
        ForumEdition.objects.all(),
        label=gettext_lazy("Edition"),
        help_text=gettext_lazy("Who has no invitation to it yet gets a draft."),
        widget=UnfoldAdminSelectWidget,
    )
    field_order = ["resource", "edition", "import_file", "format"]

    def clean_import_file(self) -> Any:
        """Refuse a file that is no list; the preview tells what is wrong in its cells."""
        file = self.cleaned_data["import_file"]
        read_table(file, file.name)
        file.seek(0)
        return file


class MinisterConfirmImportForm(ConfirmImportForm):
    edition: "forms.ModelChoiceField[ForumEdition]" = forms.ModelChoiceField(
        ForumEdition.objects.all(), widget=forms.HiddenInput
    )
    seen = MarkField(required=False, max_length=64, initial="")


class MinisterResource(PreviewedResource):
    """Checks all rows before the first is written, and writes all of them or none."""

    class Meta:
        model = Minister
        fields = ()
        import_id_fields = ["state"]
        skip_unchanged = True
        use_transactions = True
        # No savepoint for each row: none of them writes anything.
        use_bulk = True

    def __init__(self, edition: ForumEdition | None = None, seen: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seen, self.mark = seen, ""
        self.fields = {column: Field(attribute, column) for column, attribute in ATTRIBUTES.items()}
        self.edition = edition
        self.entries: dict[int, CheckedRow] = {}
        self.remarks: list[Remark] = []
        self.faults: dict[int, list[CellFault]] = defaultdict(list)

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        if self.edition is None:
            raise ValidationError(_("Choose the edition."))
        entries, faults = check_rows(dataset.table.rows, self.edition)
        self.mark = keyed_digest([entry.mark for entry in entries])
        if self.seen not in ("", self.mark):
            raise ValidationError(CHANGED_SINCE_PREVIEW)
        # Before the preview or the import changes the ministers in memory.
        self.remarks = remarks_on_entries(entries) if not faults else []
        self.entries = {entry.row.line: entry for entry in entries}
        for fault in faults:
            self.faults[fault.line].append(fault)

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        refused = defaultdict(list)
        for fault in self.faults.get(row[LINE], []):
            column = fault.column if fault.column in COLUMNS else NON_FIELD_ERRORS
            refused[column].append(fault.reason)
        if refused:
            raise ValidationError(dict(refused))

    def get_or_init_instance(self, instance_loader: Any, row: dict[str, Any]) -> tuple[Model, bool]:
        entry = self.entries[row[LINE]]
        return entry.minister, entry.is_new

    def import_instance(self, instance: Minister, row: dict[str, Any], **kwargs: Any) -> None:
        """Change the minister in memory, and add what else the preview shows."""
        entry = self.entries[row[LINE]]
        apply_changes(entry)
        beside = {} if entry.is_frozen else dict(entry.focal_point)
        if entry.invitation is None:
            beside["principal"] = "yes" if entry.is_principal else "no"
        if entry.replaces:
            beside["replaces"] = str(entry.replaces)
        for name, value in beside.items():
            setattr(instance, name, value)

    def save_instance(self, instance: Minister, *args: Any, **kwargs: Any) -> None:
        """Do nothing: ``after_import`` writes all ministers or none."""

    def after_import(self, dataset: tablib.Dataset, result: Result, **kwargs: Any) -> None:
        result.told, result.mark = dataset.table.told, self.mark
        lines = dataset[LINE]
        for invalid in result.invalid_rows:
            invalid.number = lines[invalid.number - 1]
        result.faults = [fault for line in self.faults.values() for fault in line]
        result.shown_faults = result.faults[:MOST_SHOWN]
        result.headings_of_faults = HEADINGS_OF_FAULTS
        result.headings, result.shown_rows = preview_rows(
            self.get_diff_headers(), dataset, result.valid_rows()[:MOST_SHOWN]
        )
        if result.has_errors() or result.has_validation_errors():
            return

        entries = list(self.entries.values())
        result.summary, result.left_alone = (
            import_summary(entries),
            describe_kept_focal_points(entries),
        )
        result.remarks = self.remarks
        result.shown_remarks = [with_links(remark) for remark in self.remarks[:MOST_SHOWN]]
        if self.edition and not kwargs["dry_run"]:
            import_entries(entries, self.edition)
            for row, entry in zip(result.rows, entries, strict=True):
                row.add_instance_info(entry.minister)

    def get_export_order(self) -> tuple[str, ...]:
        return EXPORTED

    def filter_export(self, queryset: QuerySet[Minister], **kwargs: Any) -> QuerySet[Minister]:
        """Export those in office: an import refuses a minister who was replaced."""
        return queryset.filter(successor=None).select_related("member_state")

    def export_field(self, field: Field, instance: Minister, **kwargs: Any) -> Any:
        if field.column_name == "unnamed":
            return "yes" if instance.is_unnamed else ""
        return escape_formula(super().export_field(field, instance, **kwargs))


def faults_as_csv(faults: list[CellFault]) -> bytes:
    return as_csv([str(one) for one in HEADINGS_OF_FAULTS], (fault.told for fault in faults))


class MinisterExchangeMixin(ImportPageMixin):
    """Import and export on the ministers' page."""

    resource_classes = [MinisterResource]
    import_formats = [ListFormat]
    export_formats = [CSV, XLSX]
    import_form_class = MinisterImportForm
    confirm_form_class = MinisterConfirmImportForm
    export_form_class = ExportForm
    # Excel reads a CSV as UTF-8 only if it begins with the byte order mark.
    to_encoding = "utf-8-sig"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perms(MAY_IMPORT)

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("invitations.export_minister")

    def get_export_data(
        self, file_format: Format, request: HttpRequest, queryset: QuerySet[Any], **kwargs: Any
    ) -> Any:
        """Return the file, and leave a row that says who took out how many."""
        content = super().get_export_data(file_format, request, queryset, **kwargs)
        rows = self.get_export_resource_classes(request)[0]().filter_export(queryset)
        record_export(Minister, rows.count(), file_format.get_title(), user_of(request))
        return content

    @signed_in_recently("export_ministers")
    def export_action(self, request: HttpRequest) -> HttpResponse:
        return super().export_action(request)

    def get_import_resource_kwargs(self, request: HttpRequest, **kwargs: Any) -> dict[str, Any]:
        said = getattr(kwargs["form"], "cleaned_data", {})
        return {"edition": said.get("edition"), "seen": said.get("seen", "")}

    def get_import_form_initial(self, request: HttpRequest) -> dict[str, Any]:
        """Choose the edition at hand, to which a list nearly always belongs."""
        return {"edition": ForumEdition.objects.current()}

    def get_confirm_form_initial(
        self, request: HttpRequest, import_form: forms.Form | None
    ) -> dict[str, Any]:
        initial = super().get_confirm_form_initial(request, import_form)
        return initial | ({"edition": import_form.cleaned_data["edition"]} if import_form else {})

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(require_POST(self.faults_view))
        name = "{}_{}_faults".format(*self.get_model_info())
        return [path("import/faults/", view, name=name), *super().get_urls()]

    def import_action(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Keep the name of a refused file on the page, so that all its faults can be listed."""
        page = super().import_action(request, **kwargs)
        result = page.context_data.get("result")
        if confirm_form := page.context_data.get("confirm_form"):
            confirm_form.initial["seen"] = result.mark
        if result and result.has_validation_errors():
            form = page.context_data["form"]
            page.context_data["faults_form"] = self.create_confirm_form(request, form)
        return page

    def faults_view(self, request: HttpRequest) -> HttpResponse:
        """Return all faults of the file just uploaded; write nothing."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = self.create_confirm_form(request)
        if not form.is_valid():
            return self.back_to_import()
        try:
            faults = self.faults_in(form.cleaned_data)
        except (OSError, ValidationError):
            messages.error(request, _("This file waited too long: please upload it again."))
            return self.back_to_import()
        called = {"Content-Disposition": 'attachment; filename="faults.csv"'}
        return HttpResponse(
            faults_as_csv(faults), content_type="text/csv; charset=utf-8", headers=called
        )

    def faults_in(self, uploaded: dict[str, Any]) -> list[CellFault]:
        name = uploaded["import_file_name"]
        content = self.get_tmp_storage_class()(name=name, read_mode="rb").read()
        if content is None:
            raise FileNotFoundError
        table = read_table(io.BytesIO(content), "")
        with transaction.atomic():
            return check_rows(table.rows, uploaded["edition"])[1]

    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return super().process_import(request, **kwargs)
        except FileNotFoundError:
            messages.error(request, _("This import was confirmed already, or waited too long."))
            return self.back_to_import()
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
            return self.import_action(request)

    def process_dataset(
        self, dataset: tablib.Dataset, form: forms.Form, request: HttpRequest, **kwargs: Any
    ) -> Result:
        name = form.cleaned_data["original_file_name"]
        request.kept_list = SimpleUploadedFile(name, dataset.content)  # type: ignore[attr-defined]
        return super().process_dataset(dataset, form, request, **kwargs)

    def get_import_form_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Fill the form with the list that was confirmed in vain: nobody uploads it anew."""
        filled: dict[str, Any] = super().get_import_form_kwargs(request)
        kept = getattr(request, "kept_list", None)
        return filled | ({"files": {"import_file": kept}} if kept else {})

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        if result.has_errors() or result.has_validation_errors():
            messages.error(request, CHANGED_SINCE_PREVIEW)
            return self.import_action(request)
        return super().process_result(result, request)

    def back_to_import(self) -> HttpResponse:
        return redirect("admin:{}_{}_import".format(*self.get_model_info()))

    def add_success_message(self, result: Result, request: HttpRequest) -> None:
        messages.success(request, result.summary)
        for sentence in result.told:
            messages.info(request, sentence)
        for sentence in (*result.left_alone, *messages_of(result.remarks)):
            messages.warning(request, sentence)
