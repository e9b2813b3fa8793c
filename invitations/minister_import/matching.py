"""Find the person of a row on file, and what the row changes."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.utils.crypto import salted_hmac

from invitations.minister_import.cells import CellFault
from invitations.minister_import.columns import (
    ADDRESS_FIELDS,
    FOCAL_POINT_FIELDS,
    MINISTER_FIELDS,
    NAME_FIELDS,
)
from invitations.minister_import.table import ListRow
from invitations.models import ForumEdition, Invitation, Minister, normalize_name


@dataclass
class CheckedRow:
    """A checked row: its minister, on file or new, and what the row changes.

    ``invitation`` is the edition's live one. ``focal_point`` has the values that are new to it.
    ``left_behind`` is the live invitation of the person whom the row, or the file, has replaced.
    """

    row: ListRow
    minister: Minister
    is_new: bool
    changes: dict[str, Any]
    invitation: Invitation | None
    focal_point: dict[str, str]
    principal_given: bool | None
    unnamed_given: bool = False
    replaces_given: str = ""
    is_principal: bool = False
    replaces: Minister | None = None
    left_behind: Invitation | None = None

    def after(self, name: str) -> Any:
        return self.changes.get(name, getattr(self.minister, name))

    @property
    def name(self) -> str:
        """Return the name as it will stand on file."""
        return typed_name({name: self.after(name) for name in NAME_FIELDS}) or self.after("ref")

    @property
    def has_family_name(self) -> bool:
        """Tell whether the person has a family name, or a whole name in the letter's script."""
        fields = ("family_name", "family_name_in_script", "name_in_script")
        return any(map(self.after, fields))

    def fault(self, column: str, reason: str) -> CellFault:
        return CellFault(self.row.line, column, self.row.cells.get(column, ""), reason)

    @property
    def is_invited(self) -> bool:
        """Tell whether the row drafts an invitation: the person has none, or a withdrawn one."""
        return self.invitation is None

    @property
    def is_frozen(self) -> bool:
        """Tell whether the invitation is no draft any more, so that an import leaves it alone."""
        return self.invitation is not None and self.invitation.status != Invitation.Status.DRAFT

    @property
    def is_changed(self) -> bool:
        redirects = self.focal_point and self.invitation and not self.is_frozen
        return not self.is_new and bool(self.changes or self.replaces or redirects)

    @property
    def mark(self) -> str:
        """The keyed digest of what the row changes, with what stands in its place before.

        It tells whether that is so still, and nobody can guess a name from it.
        """
        said = [
            self.minister.pk,
            {name: [getattr(self.minister, name), new] for name, new in self.changes.items()},
            [getattr(self.invitation, name, "") for name in self.focal_point],
            self.replaces and self.replaces.pk,
            self.is_invited and [self.is_principal],
        ]
        words = json.dumps(said, default=str)
        return salted_hmac("invitations.minister_import", words, algorithm="sha256").hexdigest()

    @property
    def takes_office(self) -> bool:
        on_file = normalize_name(self.minister.portfolio)
        return (
            self.is_new
            or "successor" in self.changes
            or normalize_name(self.after("portfolio")) != on_file
        )


class PeopleOnFile(NamedTuple):
    """The ministers of a list's States, and their invitations to an edition."""

    ministers: dict[int, list[Minister]]
    invitations: dict[int, Invitation]
    principals: dict[int, Invitation]


def people_on_file(states: set[int], edition: ForumEdition) -> PeopleOnFile:
    found = PeopleOnFile(defaultdict(list), {}, {})
    for invitation in (
        Invitation.objects.filter(edition=edition, member_state__in=states)
        .exclude(status=Invitation.Status.WITHDRAWN)
        .select_related("minister__member_state")
        .locked()
    ):
        found.invitations[invitation.minister_id] = invitation
        if invitation.is_principal:
            found.principals[invitation.member_state_id] = invitation
    # After the invitations, as approvals lock them: who corrects one meanwhile is not overwritten.
    ministers = Minister.objects.filter(member_state__in=states).order_by("pk")
    ministers = ministers.select_related("member_state", "successor")
    for minister in ministers.select_for_update(of=("self",), no_key=True):
        # An earlier version may have kept another key of the same name.
        minister.name_key = normalize_name(minister.name)
        found.ministers[minister.member_state_id].append(minister)
    return found


def typed_name(fields: Mapping[str, Any]) -> str:
    return Minister(**{name: fields.get(name) or "" for name in NAME_FIELDS}).name


def same_person(clean: Mapping[str, Any], people: list[Minister]) -> Minister | None:
    """Find the person by reference, or else by name if the references do not contradict.

    Of two of a name, whose successor is on file comes last.
    """
    ref, key = clean.get("ref"), normalize_name(typed_name(clean))
    by_ref = (minister for minister in people if ref and minister.ref == ref)
    by_name = (
        minister
        for minister in sorted(people, key=lambda one: one.successor_id is not None)
        if key and minister.name_key == key and not (ref and minister.ref)
    )
    return next(by_ref, None) or next(by_name, None)


def make_entry(row: ListRow, clean: Mapping[str, Any], files: PeopleOnFile) -> CheckedRow:
    """Return what the row changes; an empty cell changes nothing."""
    state = clean["state"]
    minister = same_person(clean, files.ministers[state.pk])
    is_new = minister is None
    if minister is None:
        minister = Minister(member_state=state, language=state.language)
    after = {
        name: clean[column]
        for column, name in MINISTER_FIELDS.items()
        if clean.get(column) is not None
    }
    invitation = files.invitations.get(minister.pk)
    return CheckedRow(
        row=row,
        minister=minister,
        is_new=is_new,
        changes=changes_to_minister(minister, after),
        invitation=invitation,
        focal_point={
            name: clean[name]
            for name in FOCAL_POINT_FIELDS
            if clean.get(name) and clean[name] != getattr(invitation, name, "")
        },
        principal_given=clean.get("principal"),
        unnamed_given=bool(clean.get("unnamed")),
        replaces_given=clean.get("replaces") or "",
    )


def changes_to_minister(minister: Minister, after: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that differ.

    Line ends do not count, since browsers send others, nor do capitals in addresses.
    """
    changes = {
        name: value
        for name, value in after.items()
        if comparable(name, value) != comparable(name, getattr(minister, name))
    }
    name = typed_name({name: changes.get(name, getattr(minister, name)) for name in NAME_FIELDS})
    key = normalize_name(name)
    return changes if key == minister.name_key else changes | {"name_key": key}


def comparable(name: str, value: Any) -> list[str]:
    text = str(value)
    return (text.casefold() if name in ADDRESS_FIELDS else text).splitlines()
