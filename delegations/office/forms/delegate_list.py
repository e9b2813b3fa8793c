"""The form for a list of delegates, pasted or uploaded, which names each wrong cell."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate
from delegations.office.forms.base import KeyField, OfficeForm
from delegations.office.forms.list_cells import corrected_lines, lines_mark
from delegations.office.forms.list_file import MOST_SIGNS, uploaded_lines
from delegations.office.forms.list_rows import DelegateRow, describe_roles, read_columns, read_rows
from invitations.text.dates import comma_list


class ListForm(OfficeForm):
    """``known`` are the people named already; none of them is added twice."""

    form_key = KeyField()
    # The columns of which somebody was told that they would be left out.
    without = forms.CharField(required=False, widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("Spreadsheet or list"),
        required=False,
        help_text=_("XLSX or CSV, up to 2 MB."),
        widget=forms.FileInput({"accept": ".xlsx,.csv,.txt"}),
    )
    lines = forms.CharField(
        label=_("Or the lines of the list"),
        required=False,
        max_length=MOST_SIGNS,
        strip=False,
        widget=forms.Textarea({"rows": 8}),
        help_text=_(
            "A line for each person: name, function, organization, e-mail, role. Copied from a"
            " spreadsheet or divided by semicolons. A first line with headings may change the"
            " order."
        ),
    )

    def __init__(self, *args: Any, known: list[Delegate], **named: Any) -> None:
        self.known = known
        self.rows: list[DelegateRow] = []
        # How an uploaded file was read, and what of it was left out.
        self.told: list[str] = []
        self.unread = ""
        super().__init__(*args, **named)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        file = given["file"]
        lines, self.told = uploaded_lines(file) if file else (self.corrected(given["lines"]), [])
        if not lines.strip():
            raise ValidationError(_("Please choose a file, or paste the lines of the list."))
        given["lines"] = lines
        self.read(lines)
        return given

    def corrected(self, lines: str) -> str:
        """Return the lines with what was typed into their cells; changed as text, they are left."""
        if self.data.get("cells_of") != lines_mark(lines):
            return lines
        return corrected_lines(read_columns(lines, self.of.edition), self.data) or lines

    def read(self, lines: str) -> None:
        columns = read_columns(lines, self.of.edition)
        self.unread = comma_list(columns.unread)
        if columns.above:
            above = {"lines": comma_list(columns.above)}
            self.told.append(_("Lines above the headings, not read: %(lines)s.") % above)
        self.rows = read_rows(columns, self.of, self.known)
        self.told += describe_roles(self.new)

    @property
    def new(self) -> list[DelegateRow]:
        return [row for row in self.rows if not row.is_known]

    @property
    def wrong(self) -> list[DelegateRow]:
        return [row for row in self.new if row.form.errors]

    @property
    def was_shown(self) -> bool:
        """Whether the sender has seen what would be left out: a file was not shown yet."""
        given = self.cleaned_data
        return not given["file"] and given["without"] == self.unread
