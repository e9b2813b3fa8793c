"""The form for a list of delegates, pasted or uploaded, which names each wrong cell."""

import csv
import functools
import io
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from delegations.models import Delegate
from delegations.office.forms.base import KeyField, OfficeForm
from delegations.office.forms.delegate import DelegateForm
from invitations.files.packages import HostilePackage, is_package
from invitations.files.spreadsheets import (
    SheetLine,
    TooManySigns,
    UnreadableSheet,
    comparable_words,
    fields_of_headings,
    lines_of_csv,
    names_by_spelling,
)
from invitations.files.uploads import decoded_plain_text
from invitations.files.workbooks import Flaw, Sheet, WorkbookLine, sheets_of_workbook
from invitations.models import Invitation
from invitations.text.dates import comma_list

# In the order of a list without headings.
COLUMNS = (
    "name", "function", "organization", "email", "role", "gender", "arrives_on", "departs_on",
    "needs_visa_letter", "needs",
)  # fmt: skip
MOST_ROWS = 200
MOST_READ = 1000  # lines, with those left out
MOST_CELLS = 20
STRUCK = {Flaw.STRUCK, Flaw.STRUCK_IN_PART}
MOST_SIGNS = 60_000
LARGEST_FILE = 2 * 1024 * 1024
MOST_UNPACKED = 10 * 1024 * 1024
MORE_HEADINGS: dict[str, list[Any]] = {
    "name": [_("Name")],
    "email": ["email", "mail"],
    "needs_visa_letter": [_("Visa letter")],
    "needs": [_("Needs")],
}
YES: list[Any] = ["x", "1", "true", _("yes")]
NO: list[Any] = ["", "0", "false", _("no")]
TOO_LONG = _("A list may have %(count)s people at most.")
UNREADABLE = _(
    "This file is neither a spreadsheet (XLSX) nor a list in Unicode text (CSV), or it is damaged."
    " You may copy its lines and paste them below."
)

LINES_TOLD = [
    _("Hidden rows, left out: %(lines)s. If they are meant, show them and upload anew."),
    _("Rows struck through, left out: %(lines)s."),
    _("Something is struck through in these rows, and was read: %(lines)s."),
]


@dataclass
class Row:
    """One line of the list, with the form of its person."""

    number: int
    form: DelegateForm
    is_known: bool

    @property
    def cells(self) -> list[tuple[str, str, list[str]]]:
        """Label, words and errors of each cell that has any."""
        shown = []
        for name in COLUMNS:
            field, wrong = self.form[name], [str(fault) for fault in self.form.errors.get(name, [])]
            if field.data or wrong:
                chosen = dict(getattr(field.field, "choices", ()))
                words = chosen.get(field.data, field.data) or ""
                shown.append((str(field.label), str(words), wrong))
        return shown


class ListForm(OfficeForm):
    """``known`` are the people named already; none of them is added twice."""

    form_key = KeyField()
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
        self.rows: list[Row] = []
        # How an uploaded file was read, and what of it was left out.
        self.told: list[str] = []
        super().__init__(*args, **named)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            return given
        file = given["file"]
        lines, self.told = uploaded_lines(file) if file else (given["lines"], [])
        if not lines.strip():
            raise ValidationError(_("Please choose a file, or paste the lines of the list."))
        given["lines"] = lines
        self.rows = read_rows(lines, self.of, self.known)
        return given

    @property
    def new(self) -> list[Row]:
        return [row for row in self.rows if not row.is_known]

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.new if row.form.errors]


def uploaded_lines(file: UploadedFile) -> tuple[str, list[str]]:
    """Return the file as lines that can be shown, corrected and sent again, and what it lost."""
    if (file.size or 0) > LARGEST_FILE:
        raise ValidationError(_("The file may have 2 MB at most."))
    content = file.read()
    if is_package(content):
        lines, told = spreadsheet_lines(content)
    else:
        lines, told = decoded_plain_text(content), []
    if not lines:
        raise ValidationError(told or UNREADABLE)
    if len(lines) > MOST_SIGNS:
        raise ValidationError(TOO_LONG, params={"count": MOST_ROWS})
    return lines, told


def spreadsheet_lines(content: bytes) -> tuple[str, list[str]]:
    """Return the first visible sheet, with tabs between its cells, and what was left out.

    The lines are empty if the file cannot be read, or all of it is left out.
    """
    written = io.StringIO()
    writer = csv.writer(written, delimiter="\t", lineterminator="\n")
    try:
        sheets = sheets_of_workbook(content, MOST_CELLS, MOST_UNPACKED, MOST_SIGNS, calculated=True)
        visible = [sheet for sheet in sheets if not sheet.is_hidden]
        filled = (line for sheet in visible[:1] for line in sheet.lines() if any(line.cells))
        lines = list(islice(filled, MOST_READ))
        told = [*what_was_left_out(lines), *sheets_left_out(sheets, visible)]
    except (HostilePackage, UnreadableSheet):
        return "", []
    except TooManySigns as fault:
        raise ValidationError(TOO_LONG, params={"count": MOST_ROWS}) from fault
    kept = [line for line in lines if not (line.is_hidden or line.is_struck)]
    writer.writerows(line.cells[:MOST_CELLS] for line in kept[: MOST_ROWS + 2])
    return replace_surrogates(written.getvalue()), told


def what_was_left_out(lines: list[WorkbookLine]) -> list[str]:
    """Return sentences on rows that are hidden or struck through, and on cells that are."""
    hidden = [line.number for line in lines if line.is_hidden]
    struck = [line.number for line in lines if line.is_struck and not line.is_hidden]
    in_part = [
        line.number
        for line in lines
        if not (line.is_hidden or line.is_struck) and STRUCK & set(line.flaws.values())
    ]
    told = zip(LINES_TOLD, (hidden, struck, in_part), strict=True)
    return [sentence % {"lines": comma_list(numbers)} for sentence, numbers in told if numbers]


def sheets_left_out(sheets: list[Sheet], visible: list[Sheet]) -> list[str]:
    """Return sentences on all sheets but the first that people see."""
    hidden = [sheet.name for sheet in sheets if sheet.is_hidden]
    others = [sheet.name for sheet in visible[1:] if any(any(line.cells) for line in sheet.lines())]
    return [
        sentence % {"sheets": comma_list(f"“{name}”" for name in names)}
        for sentence, names in (
            (_("Sheets not read, because they are hidden: %(sheets)s."), hidden),
            (_("Only the first sheet is read, and not: %(sheets)s."), others),
        )
        if names
    ]


def replace_surrogates(text: str) -> str:
    """Write a question mark for each lone surrogate, which a spreadsheet can contain."""
    return text.encode("utf-8", "replace").decode()


def read_rows(lines: str, of: Invitation, known: list[Delegate]) -> list[Row]:
    read = read_lines(lines)
    columns = list(COLUMNS)
    if read and (headed := columns_in_heading(read[0][1])):
        columns, read = headed, read[1:]
    if len(read) > MOST_ROWS:
        raise ValidationError(TOO_LONG, params={"count": MOST_ROWS})
    if not read:
        raise ValidationError(_("The list has headings, but nobody is on it."))
    names = {comparable_words(person.name) for person in known}
    rows = []
    for number, cells in read:
        form = delegate_form_of_cells(dict(zip(columns, cells, strict=False)), of)
        name = comparable_words(str(form["name"].data))
        rows.append(Row(number, form, name in names))
        names.add(name)
    refuse_second_heads(rows, known)
    return rows


def read_lines(lines: str) -> list[SheetLine]:
    try:
        return list(lines_of_csv(lines))
    except UnreadableSheet as fault:
        raise ValidationError(_("The list cannot be read: a quotation mark is open.")) from fault


def columns_in_heading(cells: list[str]) -> list[str] | None:
    """Return the columns that a line of headings names; None if it is no such line."""
    columns = fields_of_headings(cells, columns_by_heading())
    return columns if "name" in columns else None


def delegate_form_of_cells(cells: dict[str, str], of: Invitation) -> DelegateForm:
    data = {name: text for name, text in cells.items() if name}
    for name, choices in choices_by_spelling().items():
        if name in data:
            data[name] = choices.get(comparable_words(data[name]), data[name])
    data.setdefault("role", Delegate.Role.ADVISER)
    data["role"] = data["role"] or Delegate.Role.ADVISER
    # The page names the invitation and brings the key; a line does not.
    own = {"invitation": str(of.pk), "form_key": "00000000-0000-4000-8000-000000000000"}
    form = DelegateForm({**data, **own}, of=of)
    if data.get("needs_visa_letter") not in (None, "", "on"):
        form.add_error("needs_visa_letter", _("Please write yes or no."))
    return form


def refuse_second_heads(rows: list[Row], known: list[Delegate]) -> None:
    head = next((person.name for person in known if person.role == Delegate.Role.HEAD), "")
    for row in rows:
        if row.is_known or row.form["role"].data != Delegate.Role.HEAD:
            continue
        if head:
            row.form.add_error("role", second_head_refusal(head))
        head = head or str(row.form["name"].data)


def second_head_refusal(name: str) -> ValidationError:
    return ValidationError(
        _("A delegation has one head, and %(name)s is named already."), params={"name": name}
    )


@functools.cache
def columns_by_heading() -> dict[str, str]:
    """Return the columns by their headings in each of the six languages."""
    labels = {name: [DelegateForm.base_fields[name].label] for name in COLUMNS}
    return names_by_spelling(
        {
            name: [name, *in_each_language([*labels[name], *MORE_HEADINGS.get(name, [])])]
            for name in COLUMNS
        }
    )


@functools.cache
def choices_by_spelling() -> dict[str, dict[str, str]]:
    """Return the values of each column with choices, by what people may write for them."""
    return {
        "role": names_by_spelling(
            {value: [value, *in_each_language([label])] for value, label in Delegate.Role.choices}
        ),
        "gender": names_by_spelling(
            {"f": ["f", *in_each_language([_("Woman")])], "m": ["m", *in_each_language([_("Man")])]}
        ),
        "needs_visa_letter": names_by_spelling(
            {"on": in_each_language(YES), "": in_each_language(NO)}
        ),
    }


def in_each_language(words: list[Any]) -> list[str]:
    spelled_out = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            spelled_out += [str(word) for word in words]
    return spelled_out
