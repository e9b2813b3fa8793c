"""The rules of an imported row: States from the shipped table, ministers from a list."""

import csv
import io
import re
import unicodedata
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import openpyxl
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from invitations.issuing import draft
from invitations.models import (
    ForumEdition,
    Gender,
    Invitation,
    Language,
    MemberState,
    Minister,
    Rank,
    normalize_name,
)

STATES = Path(__file__).parent / "data" / "member_states.csv"
SUFFIXES = [language.replace("-", "_") for language in Language.values]
NAMES_OF_STATES = [
    f"{kind}_{suffix}" for kind in ("short_name", "formal_name") for suffix in SUFFIXES
]

# The columns that a minister's row brings, and the fields they fill.
FIELDS = {
    "honorific": "honorific",
    "prenominal": "prenominal",
    "given_name": "given_name",
    "family_name": "family_name",
    "name_in_script": "name_in_script",
    "family_name_in_script": "family_name_in_script",
    "gender": "address_gender",
    "rank": "rank_id",
    "portfolio": "portfolio",
    "language": "language",
    "second_language": "second_language",
    "to": "to_emails",
    "cc": "cc_emails",
    "ref": "ref",
}
NAME = ("given_name", "family_name", "name_in_script")
FOCAL_POINT = ("focal_point_name", "focal_point_email")
COLUMNS = ("state", *FIELDS, *FOCAL_POINT, "replaces", "principal")
MODEL_FIELDS = {field.name: field for field in (*Invitation._meta.fields, *Minister._meta.fields)}
REQUIRED = ("state", "family_name", "portfolio")

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_UNPACKED = 4 * LARGEST_FILE
MOST_ROWS = 5000
LAST_ROW_OF_A_SHEET = 1_048_576

# What a spreadsheet would run, also behind the apostrophe that makes it text, and what it left
# where that failed.
FORMULA = re.compile(r"'*\s*(?:[=+\-@＝＋－＠]|#[A-Z/0]+[!?A]?$)")  # noqa: RUF001
UNREADABLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,  # xml.etree.ElementTree.ParseError
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def is_control(letter: str) -> bool:
    """Whether it is a control character or half a surrogate: no database or printer takes it."""
    return unicodedata.category(letter) in ("Cc", "Cs")


class Row(NamedTuple):
    line: int
    cells: dict[str, str]


class Fault(NamedTuple):
    """A cell that is refused."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        value = "".join("\ufffd" if is_control(letter) else letter for letter in self.value[:60])
        return _("Line %(line)d, column %(column)s, “%(value)s”: %(reason)s") % {
            "line": self.line,
            "column": self.column,
            "value": value,
            "reason": self.reason,
        }


@dataclass
class Entry:
    """A row that was checked: the person as on file (or new), and what the row changes.

    ``invitation`` is the live one of the edition. ``focal_point`` has what it does not say yet.
    """

    row: Row
    minister: Minister
    is_new: bool
    changes: dict[str, Any]
    invitation: Invitation | None
    focal_point: dict[str, str]
    says_principal: bool | None
    is_principal: bool = False
    replaces: Minister | None = None

    def after(self, name: str) -> Any:
        return self.changes.get(name, getattr(self.minister, name))

    @property
    def name(self) -> str:
        """As it will stand on file."""
        return name_of({name: self.after(name) for name in NAME}) or self.after("ref")

    def fault(self, column: str, reason: str) -> Fault:
        return Fault(self.row.line, column, self.row.cells.get(column, ""), reason)

    @property
    def is_frozen(self) -> bool:
        """Whether the invitation is out, and so none that an import changes."""
        return self.invitation is not None and self.invitation.status != Invitation.Status.DRAFT

    @property
    def is_changed(self) -> bool:
        redirects = self.focal_point and self.invitation and not self.is_frozen
        return not self.is_new and bool(self.changes or self.replaces or redirects)

    @property
    def takes_office(self) -> bool:
        on_file = normalize_name(self.minister.portfolio)
        return (
            self.is_new
            or "successor" in self.changes
            or normalize_name(self.after("portfolio")) != on_file
        )


class OnFile(NamedTuple):
    """What the database holds of the States of a list, and of an edition."""

    ministers: dict[int, list[Minister]]
    invitations: dict[int, Invitation]
    principals: dict[int, Invitation]


# States


def state_fields(row: Mapping[str, str]) -> dict[str, Any]:
    fields: dict[str, Any] = dict(row)
    fields["list_name_fr"] = fields.pop("name_list_fr")
    fields["invited_by_default"] = fields["invited_by_default"] == "yes"
    return fields


def complete(state: MemberState, fields: Mapping[str, Any]) -> set[str]:
    """Fill the state's empty fields, and return their names."""
    empty = {name for name, value in fields.items() if value and getattr(state, name) in ("", None)}
    for name in empty:
        setattr(state, name, fields[name])
    return empty


@transaction.atomic
@translation.override("en")
def load_states(rows: Iterable[Mapping[str, str]]) -> tuple[list[MemberState], list[MemberState]]:
    """Add the States that are missing, fill what is empty in others, and return both lists.

    What is filled stays: staff may have edited it.
    """
    table = {row["iso2"]: state_fields(row) for row in rows}
    on_file = {
        state.iso2: state
        for state in MemberState.objects.select_for_update().filter(iso2__in=table)
    }
    added = [MemberState(**fields) for iso2, fields in table.items() if iso2 not in on_file]
    filled = {iso2: complete(state, table[iso2]) for iso2, state in on_file.items()}
    completed = [on_file[iso2] for iso2, names in filled.items() if names]
    names = set().union(*filled.values())

    MemberState.objects.bulk_create(added)
    if completed:
        # The column without a language holds the English text.
        names |= {name.removesuffix("_en") for name in names}
        MemberState.objects.rewrite(False).bulk_update(completed, sorted(names))
    return added, completed


# The table


def read_table(file: IO[bytes], name: str) -> list[Row]:
    """Return the rows of a CSV or XLSX file; refuse in one sentence what is no such list."""
    content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValidationError(_("%(name)s is larger than 5 MB."), params={"name": name})

    read = read_workbook if content.startswith(b"PK\x03\x04") else read_csv
    lines = ((line, cells) for line, cells in read(content, name) if any(cells))
    _line, header = next(lines, (0, []))
    columns = read_header(header, name)
    rows = [Row(line, under(columns, cells)) for line, cells in islice(lines, MOST_ROWS + 1)]
    if len(rows) > MOST_ROWS:
        raise ValidationError(
            _("%(name)s has more than %(most)d rows."), params={"name": name, "most": MOST_ROWS}
        )
    if not rows:
        raise ValidationError(_("%(name)s has no row under its header."), params={"name": name})
    return rows


def read_csv(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValidationError(
            _("%(name)s is neither XLSX nor CSV in UTF-8."), params={"name": name}
        ) from None

    header = text.lstrip().partition("\n")[0]
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, [text_of(cell) for cell in cells]
            line = reader.line_num + 1
    except csv.Error:
        raise ValidationError(
            _("Line %(line)d of %(name)s cannot be read as CSV: look at its quotation marks."),
            params={"line": line, "name": name},
        ) from None


def read_workbook(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of the first sheet. A formula stays the text it is."""
    try:
        refuse_hostile(zipfile.ZipFile(io.BytesIO(content)), name)
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = workbook.worksheets[0]
        sheet.reset_dimensions()
        lines = sheet.iter_rows(
            max_col=len(COLUMNS) + 10, max_row=LAST_ROW_OF_A_SHEET, values_only=True
        )
        for line, cells in enumerate(lines, 1):
            if cells.count(None) < len(cells):
                yield line, [text_of(cell) for cell in cells]
    except UNREADABLE:
        raise ValidationError(
            _("%(name)s cannot be read as XLSX."), params={"name": name}
        ) from None


def refuse_hostile(archive: zipfile.ZipFile, name: str) -> None:
    members = archive.infolist()
    if sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise ValidationError(_("%(name)s unpacks to more than 20 MB."), params={"name": name})
    if any(member.filename.endswith("vbaProject.bin") for member in members):
        raise ValidationError(
            _("%(name)s contains macros: save it without them."), params={"name": name}
        )


def text_of(value: object) -> str:
    """What a cell says, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, ArrayFormula | DataTableFormula):
        return "="
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return re.sub(r"[ \t\r\n]+", " ", str(value)).strip()


def read_header(header: list[str], name: str) -> list[str]:
    columns = [heading.casefold().replace(" ", "_") for heading in header]
    while columns and not columns[-1]:
        columns.pop()

    unknown = [heading for heading in columns if heading not in COLUMNS]
    missing = [column for column in REQUIRED if column not in columns]
    twice = [column for column, times in Counter(columns).items() if times > 1]
    for wrong, sentence in (
        (unknown, _("%(name)s has a column that is not known: %(columns)s.")),
        (missing, _("%(name)s lacks a column that it needs: %(columns)s.")),
        (twice, _("%(name)s has a column twice: %(columns)s.")),
    ):
        if wrong:
            columns_named = ", ".join(column[:60] or "“”" for column in wrong)
            raise ValidationError(sentence, params={"name": name, "columns": columns_named})
    return columns


def under(columns: list[str], cells: list[str]) -> dict[str, str]:
    """The cells by column; what stands beyond the last heading is under the empty name."""
    named = dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
    beyond = " ".join(filter(None, cells[len(columns) :]))
    return named | ({"": beyond} if beyond else {})


# Cells


def names_of_states() -> dict[str, list[MemberState]]:
    """The States by each code and name they have, and locked: two imports do not mix."""
    names = defaultdict(list)
    for state in MemberState.objects.select_for_update(no_key=True).order_by("pk"):
        spellings = [state.iso2, state.iso3, state.list_name_fr]
        spellings += [getattr(state, name) for name in NAMES_OF_STATES]
        for key in {normalize_name(spelling or "") for spelling in spellings} - {""}:
            names[key].append(state)
    return names


def find_state(names: Mapping[str, list[MemberState]], value: str) -> MemberState:
    found = names.get(normalize_name(value), [])
    if not found:
        raise ValidationError(_("No State on file has this code or name."))
    if len(found) > 1:
        raise ValidationError(_("Several States have this name: write the code instead."))
    return found[0]


def one_of(allowed: Mapping[str, Any], value: str) -> Any:
    found = {word.casefold(): meaning for word, meaning in allowed.items()}
    if value.casefold() not in found:
        raise ValidationError(
            _("It is none of %(allowed)s."), params={"allowed": ", ".join(allowed)}
        )
    return found[value.casefold()]


def addresses(value: str) -> str:
    """One address to a line, each once."""
    found = dict.fromkeys(filter(None, re.split(r"[;,\s]+", value)))
    for address in found:
        try:
            validate_email(address)
        except ValidationError:
            raise ValidationError(
                _("%(address)s is not an e-mail address."), params={"address": address}
            ) from None
    return "\n".join(found)


def readers() -> dict[str, Callable[[str], Any]]:
    """How the cells of a column are read, where they are not just text."""
    ranks = Rank.objects.values_list("code", flat=True)
    languages = {language: language for language in Language.values} | {"zh": Language.CHINESE}
    return {
        "state": partial(find_state, names_of_states()),
        "gender": partial(one_of, {gender: gender for gender in Gender.values}),
        "rank": partial(one_of, {rank: rank for rank in ranks}),
        "language": partial(one_of, languages),
        "second_language": partial(one_of, languages),
        "to": addresses,
        "cc": addresses,
        "principal": partial(one_of, {"yes": True, "no": False}),
    }


def clean_cell(column: str, value: str, read: Callable[[str], Any]) -> Any:
    """Return what the cell means, None where it is empty."""
    if not column:
        raise ValidationError(_("No heading stands above this."))
    if not value:
        if column == "state":
            raise ValidationError(_("The row names no State."))
        return None
    if FORMULA.match(value):
        raise ValidationError(_("A formula has no place here: write text."))
    if any(map(is_control, value)):
        raise ValidationError(_("It contains a sign that cannot be printed."))

    meaning = read(value)
    field = MODEL_FIELDS.get(FIELDS.get(column, column))
    return field.clean(meaning, None) if field else meaning


def clean_row(
    row: Row, read: Mapping[str, Callable[[str], Any]]
) -> tuple[dict[str, Any], list[Fault]]:
    clean, faults = {}, []
    for column, value in row.cells.items():
        try:
            clean[column] = clean_cell(column, value, read.get(column, str))
        except ValidationError as refusal:
            faults.append(Fault(row.line, column or "–", value, refusal.messages[0]))
    return clean, faults


# Rows


def on_file(states: set[int], edition: ForumEdition) -> OnFile:
    found = OnFile(defaultdict(list), {}, {})
    for minister in Minister.objects.filter(member_state__in=states).select_related(
        "member_state", "successor"
    ):
        found.ministers[minister.member_state_id].append(minister)
    for invitation in (
        Invitation.objects.filter(edition=edition, member_state__in=states)
        .exclude(status=Invitation.Status.WITHDRAWN)
        .select_related("minister__member_state")
        .select_for_update(of=("self",), no_key=True)
    ):
        found.invitations[invitation.minister_id] = invitation
        if invitation.is_principal:
            found.principals[invitation.member_state_id] = invitation
    return found


def name_of(fields: Mapping[str, Any]) -> str:
    return Minister(**{name: fields.get(name) or "" for name in NAME}).name


def same_person(clean: Mapping[str, Any], people: list[Minister]) -> Minister | None:
    """By reference, else by name where the references do not say otherwise."""
    ref, key = clean.get("ref"), normalize_name(name_of(clean))
    by_ref = (minister for minister in people if ref and minister.ref == ref)
    by_name = (
        minister
        for minister in people
        if key and minister.name_key == key and not (ref and minister.ref)
    )
    return next(by_ref, None) or next(by_name, None)


def make_entry(row: Row, clean: Mapping[str, Any], files: OnFile) -> Entry:
    """Say what the row changes. An empty cell changes nothing."""
    state = clean["state"]
    minister = same_person(clean, files.ministers[state.pk])
    is_new = minister is None
    if minister is None:
        minister = Minister(member_state=state, language=state.language)
    after = {
        name: clean[column] for column, name in FIELDS.items() if clean.get(column) is not None
    }
    invitation = files.invitations.get(minister.pk)
    return Entry(
        row=row,
        minister=minister,
        is_new=is_new,
        changes=changes_of(minister, after),
        invitation=invitation,
        focal_point={
            name: clean[name]
            for name in FOCAL_POINT
            if clean.get(name) and clean[name] != getattr(invitation, name, "")
        },
        says_principal=clean.get("principal"),
    )


def changes_of(minister: Minister, after: dict[str, Any]) -> dict[str, Any]:
    """The fields that differ. Line ends do not count: browsers send others."""
    changes = {
        name: value
        for name, value in after.items()
        if str(value).splitlines() != str(getattr(minister, name)).splitlines()
    }
    name = name_of({name: changes.get(name, getattr(minister, name)) for name in NAME})
    key = normalize_name(name)
    return changes if key == minister.name_key else changes | {"name_key": key}


def check_rows(rows: list[Row], edition: ForumEdition) -> tuple[list[Entry], list[Fault]]:
    """Return what the rows would do, and every cell that is refused; write nothing.

    Call it in the transaction that carries the entries out: the States stay locked until then.
    """
    read = readers()
    cleaned = [(row, *clean_row(row, read)) for row in rows]
    faults = [fault for _row, _clean, bad in cleaned for fault in bad]
    good = [(row, clean) for row, clean, bad in cleaned if not bad]

    files = on_file({clean["state"].pk for _row, clean in good}, edition)
    entries = [make_entry(row, clean, files) for row, clean in good]
    for rule in (check_names, check_successions, check_offices, choose_principals):
        faults += rule(entries, files)
    return entries, sorted(faults, key=lambda fault: fault.line)


def check_names(entries: list[Entry], files: OnFile) -> list[Fault]:
    """Each row is one person, and no two rows or ministers are the same one."""
    faults = []
    lines: dict[tuple[int, str, Any], int] = {}
    for entry in entries:
        state = entry.minister.member_state_id
        ref, key = entry.after("ref"), entry.after("name_key")
        if not key and not ref:
            faults.append(entry.fault("family_name", _("A person without a name needs a ref.")))
            continue

        marks = {(state, "ref", ref), (state, "name", key), (state, "pk", entry.minister.pk)}
        marks -= {(state, "ref", ""), (state, "name", ""), (state, "pk", None)}
        earlier = [lines[mark] for mark in marks if mark in lines]
        other = [m for m in files.ministers[state] if m.name_key == key and m != entry.minister]
        if earlier:
            reason = _("This person stands in line %(line)d already.") % {"line": min(earlier)}
            faults.append(entry.fault("family_name", reason))
        elif key and other:
            reason = _("A person of this name is on file under the ref “%(ref)s”.")
            faults.append(entry.fault("ref", reason % {"ref": other[0].ref}))
        for mark in marks:
            lines.setdefault(mark, entry.row.line)
    return faults


def check_successions(entries: list[Entry], files: OnFile) -> list[Fault]:
    """Set whom each row replaces."""
    faults = []
    listed = {entry.minister.pk: entry.row.line for entry in entries}
    for entry in entries:
        if not entry.row.cells.get("replaces"):
            if entry.minister.successor:
                reason = _("%(name)s replaced this person: say whom the row replaces.")
                successor = {"name": entry.minister.successor}
                faults.append(entry.fault("replaces", reason % successor))
            continue
        try:
            old = find_replaced(entry, files.ministers[entry.minister.member_state_id], listed)
        except ValidationError as refusal:
            faults.append(entry.fault("replaces", refusal.messages[0]))
            continue
        listed[old.pk] = entry.row.line
        if entry.minister.successor:
            entry.changes["successor"] = None
        if entry.is_new or old.successor != entry.minister:
            entry.replaces = old
    return faults


def find_replaced(entry: Entry, people: list[Minister], listed: Mapping[int, int]) -> Minister:
    named = entry.row.cells["replaces"]
    found = [minister for minister in people if minister.ref == named]
    found += [minister for minister in people if minister.name_key == normalize_name(named)]
    if not found:
        raise ValidationError(_("The State has no minister on file with this ref or name."))
    old = found[0]
    if old == entry.minister:
        raise ValidationError(_("The row replaces the person it names."))
    if old.pk in listed:
        raise ValidationError(
            _("Line %(line)d names this person too."), params={"line": listed[old.pk]}
        )
    if old.successor and old.successor != entry.minister:
        raise ValidationError(
            _("%(name)s replaced this person already."), params={"name": old.successor}
        )
    return old


def check_offices(entries: list[Entry], files: OnFile) -> list[Fault]:
    """Nobody gets a portfolio that another person of the State holds after the import."""
    faults = []
    left = {entry.minister.pk for entry in entries}
    left |= {entry.replaces.pk for entry in entries if entry.replaces}
    holders = {
        (state, normalize_name(minister.portfolio)): minister.name or minister.ref
        for state, ministers in files.ministers.items()
        for minister in ministers
        if minister.pk not in left and not minister.successor
    }
    for entry in sorted(entries, key=lambda entry: entry.takes_office):
        portfolio = normalize_name(entry.after("portfolio"))
        office = (entry.minister.member_state_id, portfolio)
        if portfolio and entry.takes_office and office in holders:
            reason = _("%(name)s holds this portfolio: say whom the row replaces.")
            faults.append(entry.fault("portfolio", reason % {"name": holders[office]}))
        holders.setdefault(office, entry.name)
    return faults


def choose_principals(entries: list[Entry], files: OnFile) -> list[Fault]:
    """Set which of the new invitations is its State's principal one."""
    faults = []
    by_state = defaultdict(list)
    for entry in entries:
        by_state[entry.minister.member_state_id].append(entry)
    for state, group in by_state.items():
        faults += check_principals(group, files.principals.get(state))
        drafts = [entry for entry in group if entry.invitation is None]
        named = [entry for entry in drafts if entry.says_principal]
        willing = named or [entry for entry in drafts if entry.says_principal is None]
        if willing and state not in files.principals:
            willing[0].is_principal = True
    return faults


def check_principals(group: list[Entry], principal: Invitation | None) -> list[Fault]:
    faults = []
    first = next((entry for entry in group if entry.says_principal), None)
    for entry in group:
        said = entry.says_principal
        if said and entry is not first and first:
            reason = _("Line %(line)d is the principal of this State already.")
            faults.append(entry.fault("principal", reason % {"line": first.row.line}))
        elif said and principal and principal != entry.invitation:
            reason = _("The State’s principal invitation is that of %(name)s: withdraw it first.")
            faults.append(entry.fault("principal", reason % {"name": principal.minister}))
        elif entry.invitation and said not in (None, entry.invitation.is_principal):
            reason = _("The invitation exists: change there whether it is the principal one.")
            faults.append(entry.fault("principal", reason))
    return faults


# The import


@transaction.atomic
def carry_out(entries: list[Entry], edition: ForumEdition) -> None:
    """Write what the rows were checked to do."""
    for entry in entries:
        apply(entry)
        if entry.is_new:
            entry.minister.save()
        elif entry.changes:
            entry.minister.save(update_fields=list(entry.changes))
    for entry in entries:
        if entry.replaces:
            entry.replaces.successor = entry.minister
            entry.replaces.save(update_fields=["successor"])
        invite(entry, edition)


def apply(entry: Entry) -> None:
    """Change the minister in memory."""
    for name, value in entry.changes.items():
        setattr(entry.minister, name, value)


def invite(entry: Entry, edition: ForumEdition) -> None:
    """Draft an invitation where there is none; a draft gets the row's focal point."""
    if entry.invitation is None:
        draft(edition, entry.minister, is_principal=entry.is_principal, **entry.focal_point)
    elif entry.focal_point and not entry.is_frozen:
        for name, value in entry.focal_point.items():
            setattr(entry.invitation, name, value)
        entry.invitation.save(update_fields=list(entry.focal_point))


def summary(entries: list[Entry]) -> str:
    added = sum(entry.is_new for entry in entries)
    changed = sum(entry.is_changed for entry in entries)
    drafts = sum(entry.invitation is None for entry in entries)
    ministers = ngettext("%(count)d minister added", "%(count)d ministers added", added)
    invitations = ngettext(
        "%(count)d draft invitation made", "%(count)d draft invitations made", drafts
    )
    return _("%(ministers)s, %(changed)d changed, %(unchanged)d unchanged; %(invitations)s.") % {
        "ministers": ministers % {"count": added},
        "changed": changed,
        "unchanged": len(entries) - added - changed,
        "invitations": invitations % {"count": drafts},
    }


def left_alone(entries: list[Entry]) -> list[str]:
    """Say what the rows would change in invitations that are issued."""
    sentence = _("Line %(line)d: the invitation is issued and keeps its focal point, %(old)s.")
    return [
        sentence % {"line": entry.row.line, "old": entry.invitation.focal_point_email or "–"}
        for entry in entries
        if entry.invitation and entry.is_frozen and entry.focal_point
    ]
