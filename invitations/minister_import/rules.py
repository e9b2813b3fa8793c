"""Rules for the rows together, and beside what is on file."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from invitations.minister_import.cells import CellFault, cell_readers, clean_row
from invitations.minister_import.former_words import check_former_words
from invitations.minister_import.matching import (
    CheckedRow,
    PeopleOnFile,
    make_entry,
    people_on_file,
)
from invitations.minister_import.newcomers import with_portfolio
from invitations.minister_import.table import ListRow
from invitations.models import ForumEdition, Invitation, Minister, normalize_name
from invitations.text.spellings import may_be_one_name


def check_rows(
    rows: list[ListRow], edition: ForumEdition
) -> tuple[list[CheckedRow], list[CellFault]]:
    """Return what the rows would change, and every refused cell; write nothing.

    Call it in the transaction that imports the entries: the States stay locked until its end.
    """
    read = cell_readers()
    cleaned = [(row, *clean_row(row, read)) for row in rows]
    good = [(row, clean) for row, clean, _bad in cleaned if clean.keys() == row.cells.keys()]

    files = people_on_file({clean["state"].pk for _row, clean in good}, edition)
    entries = [make_entry(row, clean, files) for row, clean in good]
    faults = [fault for rule in RULES for fault in rule(entries, files)]
    faults += [fault for _row, _clean, bad in cleaned for fault in bad]
    return entries, sorted(faults, key=lambda fault: fault.line)


def check_who_is_meant(entries: list[CheckedRow], files: PeopleOnFile) -> list[CellFault]:
    """Refuse a newcomer whom a letter could not address, and a row that contradicts itself.

    A name as printed stands for whatever is missing: some people have one name, or no portfolio.
    """
    faults = []
    for entry in entries:
        printed = entry.after("name_as_printed")
        if entry.unnamed_given and (entry.after("name_key") or printed):
            reason = _("The row says that nobody is named, and there is a name: empty one of them.")
            faults.append(entry.fault("unnamed", reason))
        if not entry.is_new or printed:
            continue
        if not entry.has_family_name and not entry.unnamed_given:
            reason = _(
                "A new minister needs a family name. Where nobody is named, write “yes” under"
                " unnamed; where the person has one name only, write the name as printed."
            )
            faults.append(entry.fault("family_name", reason))
        if not entry.after("portfolio"):
            reason = _("A new minister needs a portfolio, or else the name as printed.")
            faults.append(entry.fault("portfolio", reason))
    return faults


def check_names(entries: list[CheckedRow], files: PeopleOnFile) -> list[CellFault]:
    """Refuse a row that names nobody, or the same person as another row or minister."""
    faults = []
    lines: dict[tuple[int, str, Any], int] = {}
    for entry in entries:
        state = entry.minister.member_state_id
        ref, key = entry.after("ref"), entry.after("name_key")
        if not key and not ref:
            if entry.is_new and not entry.unnamed_given and not entry.after("name_as_printed"):
                continue  # It lacks more than a ref, which is said already.
            faults.append(entry.fault("family_name", _("A person without a name needs a ref.")))
            continue

        marks = {(state, "ref", ref), (state, "name", key), (state, "pk", entry.minister.pk)}
        marks -= {(state, "ref", ""), (state, "name", ""), (state, "pk", None)}
        earlier = [lines[mark] for mark in marks if mark in lines]
        other = namesakes(entry, files)
        if earlier:
            reason = _("This person stands in line %(line)s already.") % {"line": min(earlier)}
            faults.append(entry.fault("family_name", reason))
        elif key and other:
            faults.append(entry.fault("ref", describe_namesake(other[0])))
        for mark in marks:
            lines.setdefault(mark, entry.row.line)
    return faults


def namesakes(entry: CheckedRow, files: PeopleOnFile) -> list[Minister]:
    """Return who else has the name on file, unless the row says which of them is meant."""
    people = files.ministers[entry.minister.member_state_id]
    found = [m for m in people if m.name_key == entry.after("name_key") and m != entry.minister]
    if entry.is_new or "name_key" in entry.changes:
        return found
    is_by_ref = entry.minister.ref and "ref" not in entry.changes and entry.row.cells.get("ref")
    return [] if is_by_ref else [one for one in found if not one.successor]


def describe_namesake(other: Minister) -> str:
    if other.ref:
        reason = _("A person of this name is on file under the ref “%(ref)s”.")
        return reason % {"ref": other.ref}
    return _(
        "Another person of this name is on file, without a ref: %(name)s. If they are one, enter on"
        " the page of the one that is to go the other as the successor."
    ) % {"name": with_portfolio(other)}


def check_refs(entries: list[CheckedRow], files: PeopleOnFile) -> list[CellFault]:
    """Refuse somebody else under a person's ref: gender, link and letters would go with it."""
    reason = _("This is the ref of %(name)s: give a successor another, and say whom they replace.")
    return [
        entry.fault("ref", reason % {"name": entry.minister})
        for entry in entries
        if entry.minister.name_key
        and "name_key" in entry.changes
        and not may_be_one_name(entry.minister.name, entry.name)
    ]


def check_successions(entries: list[CheckedRow], files: PeopleOnFile) -> list[CellFault]:
    """Set whom each row replaces; refuse a row that contradicts another one or the file."""
    faults = []
    listed = {entry.minister.pk: entry.row.line for entry in entries}
    for entry in entries:
        if not entry.replaces_given:
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
    for entry in entries:
        entry.left_behind = left_behind(entry, files)
    return faults


def left_behind(entry: CheckedRow, files: PeopleOnFile) -> Invitation | None:
    """Return the live invitation of a person whom the entry's minister has replaced."""
    new = entry.minister
    held = (
        files.invitations[old.pk]
        for old in files.ministers[new.member_state_id]
        if old.pk in files.invitations
        and (old == entry.replaces or (new.pk and old.successor_id == new.pk))
    )
    return min(held, key=lambda one: not one.is_principal, default=None)


def find_replaced(entry: CheckedRow, people: list[Minister], listed: Mapping[int, int]) -> Minister:
    named = entry.replaces_given
    found = [minister for minister in people if minister.ref == named]
    found += [minister for minister in people if minister.name_key == normalize_name(named)]
    if not found:
        raise ValidationError(_("The State has no minister on file with this ref or name."))
    old = found[0]
    if old == entry.minister:
        raise ValidationError(_("The row names the same person as new and as replaced."))
    if old.pk in listed:
        raise ValidationError(
            _("Line %(line)s names this person too."), params={"line": listed[old.pk]}
        )
    if old.successor and old.successor != entry.minister:
        raise ValidationError(
            _("%(name)s replaced this person already."), params={"name": old.successor}
        )
    return old


def check_offices(entries: list[CheckedRow], files: PeopleOnFile) -> list[CellFault]:
    """Refuse a portfolio that another person of the State holds after the import."""
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


def choose_principals(entries: list[CheckedRow], files: PeopleOnFile) -> list[CellFault]:
    """Choose each State's principal invitation among the new ones; refuse a second one."""
    faults = []
    by_state = defaultdict(list)
    for entry in entries:
        by_state[entry.minister.member_state_id].append(entry)
    for state, group in by_state.items():
        faults += check_principals(group, files.principals.get(state))
        drafts = [entry for entry in group if entry.invitation is None]
        named = [entry for entry in drafts if entry.principal_given]
        willing = named or [entry for entry in drafts if entry.principal_given is None]
        if willing and state not in files.principals:
            willing[0].is_principal = True
    return faults


def check_principals(group: list[CheckedRow], principal: Invitation | None) -> list[CellFault]:
    faults = []
    first = next((entry for entry in group if entry.principal_given), None)
    for entry in group:
        said = entry.principal_given
        if said and entry is not first and first:
            reason = _("Line %(line)s is the principal of this State already.")
            faults.append(entry.fault("principal", reason % {"line": first.row.line}))
        elif said and principal and principal != entry.invitation:
            reason = _("The State’s principal invitation is that of %(name)s: withdraw it first.")
            faults.append(entry.fault("principal", reason % {"name": principal.minister}))
        elif entry.invitation and said not in (None, entry.invitation.is_principal):
            reason = _("The invitation exists: change there whether it is the principal one.")
            faults.append(entry.fault("principal", reason))
    return faults


RULES = (
    check_who_is_meant,
    check_names,
    check_refs,
    check_former_words,
    check_successions,
    check_offices,
    choose_principals,
)
