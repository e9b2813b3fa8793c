"""Name, change and remove delegates; the offices of a State share one delegation."""

import csv
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from delegations.changes import (
    lock_for_office,
    update_next_steps,
)
from delegations.models import Delegate, Delegation, DelegationChange, Erasure
from delegations.receipts import plan_delegation_receipt
from invitations.files.spreadsheets import comparable_words
from invitations.forms.stale_form import Stale, row_mark
from invitations.models import Invitation, Reply

COMPARED = (
    "role", "name", "function", "organization", "email", "gender", "arrives_on", "departs_on",
    "needs_visa_letter", "needs",
)  # fmt: skip
ERASED = gettext_lazy("The names of the delegates were erased, and nobody is named any more.")
NOT_COMING = gettext_lazy("A delegation is named once an answer that brings somebody stands.")
Act = DelegationChange.Act
WORDS_FILE = Path(__file__).parent / "data" / "list_words.csv"
# A name that stands in several columns of a list is put together in this order.
NAME_PARTS = ("given_name", "middle_name", "name", "family_name")


def words_on_file() -> Iterator[tuple[str, str, list[str]]]:
    """Yield column, value and the words for it in all languages; a heading has no value."""
    with WORDS_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            column, value = row.pop("column"), row.pop("value")
            yield column, value, [word for cell in row.values() for word in cell.split("|") if word]


def delegate_mark(delegate: Delegate) -> str:
    return row_mark(delegate, COMPARED)


class Namesake(ValidationError):
    """Refusal: somebody of this name is on the list, and whoever adds another was not told."""


@transaction.atomic
def nominate_delegate(
    invitation: Invitation, words: dict[str, Any], form_key: uuid.UUID, told_of: str = ""
) -> Delegate:
    """Name a person; the same words, of whichever form, name nobody twice.

    Raise Namesake unless the name is ``told_of``: the office has been told that it is there.
    """
    delegation, named = lock_list(invitation)
    if already := next((person for person in named if is_unchanged(person, words)), None):
        return already
    refuse_namesake(words["name"], named, told_of)
    before = any(person.form_key == form_key for person in named)
    refuse_too_many(delegation, len(named) + 1)
    refuse_second_head(words["role"], named)
    delegate = Delegate(delegation=delegation, form_key=None if before else form_key, **words)
    cleaned(delegate).save()
    note_delegation_change(delegation, invitation, Act.ADDED, delegate.name)
    return delegate


@transaction.atomic
def nominate_delegates(
    invitation: Invitation, people: list[dict[str, Any]], form_key: uuid.UUID
) -> list[Delegate]:
    """Name all people of a list who are not named yet, or none; return those it has named."""
    delegation, named = lock_list(invitation)
    wanted: dict[uuid.UUID | None, dict[str, Any]] = {
        uuid.uuid5(form_key, str(place)): words for place, words in enumerate(people)
    }
    before = [person for person in named if person.form_key in wanted]
    if before and all(is_unchanged(person, wanted[person.form_key]) for person in before):
        return before
    are_new = who_is_new([words["name"] for words in people], named)
    added = [
        # A browser may bring back a form that was sent, with others on its list: they have no key.
        Delegate(delegation=delegation, form_key=None if before else key, **words)
        for (key, words), is_new in zip(wanted.items(), are_new, strict=True)
        if is_new
    ]
    if added:
        name_all(added, delegation, named, invitation)
    return added


def name_all(
    added: list[Delegate], delegation: Delegation, named: list[Delegate], invitation: Invitation
) -> None:
    """Save all of them beside those who are named, or none, and let history and office know."""
    refuse_too_many(delegation, len(named) + len(added))
    for place, person in enumerate(added):
        refuse_second_head(person.role, [*named, *added[:place]])
        cleaned(person)
    Delegate.objects.bulk_create(added)
    DelegationChange.objects.bulk_create(
        office_change(delegation, invitation, Act.ADDED, person.name) for person in added
    )
    update_next_steps(delegation.pk)
    plan_delegation_receipt(delegation, invitation)


def who_is_new(names: Iterable[str], named: Iterable[Delegate]) -> list[bool]:
    """Tell of each name of a list whether nobody has it: neither who is named nor a line above."""
    known = {comparable_words(person.name) for person in named}
    told = []
    for name in map(comparable_words, names):
        # Two lines without a name are two faults, and not one person.
        told.append(not name or name not in known)
        known.add(name)
    return told


@transaction.atomic
def amend_delegate(invitation: Invitation, pk: int, words: dict[str, Any], seen: str) -> Delegate:
    """Change a person's particulars; raise Stale if somebody else changed them meanwhile."""
    delegation, named = lock_list(invitation)
    delegate = find_named(named, pk)
    if is_unchanged(delegate, words):
        return delegate
    if delegate_mark(delegate) != seen:
        raise Stale(delegate)
    refuse_second_head(words["role"], [person for person in named if person.pk != pk])
    changed = [name for name in words if getattr(delegate, name) != words[name]]
    for name in changed:
        setattr(delegate, name, words[name])
    cleaned(delegate).save(update_fields=changed)
    note_delegation_change(delegation, invitation, Act.CHANGED, delegate.name, changed)
    return delegate


@transaction.atomic
def remove_delegate(invitation: Invitation, pk: int, seen: str) -> None:
    """Take a person off the list; do nothing if the person is off it already."""
    delegation, named = lock_list(invitation)
    delegate = next((person for person in named if person.pk == pk), None)
    if delegate is None:
        return
    if delegate_mark(delegate) != seen:
        raise Stale(delegate)
    delegate.delete()
    note_delegation_change(delegation, invitation, Act.REMOVED, delegate.name)


def lock_list(invitation: Invitation) -> tuple[Delegation, list[Delegate]]:
    """Lock the delegation, and return it with the people on its list."""
    if not Reply.objects.in_force_for(invitation).expecting("delegation").exists():
        raise ValidationError(NOT_COMING)
    if Erasure.objects.closes(invitation.edition):
        raise ValidationError(ERASED)
    delegation = lock_for_office(invitation, DelegationChange.Part.DELEGATE)
    return delegation, list(delegation.delegates.order_by("pk"))


def find_named(named: list[Delegate], pk: int) -> Delegate:
    delegate = next((person for person in named if person.pk == pk), None)
    if delegate is None:
        raise ValidationError(
            _("This person was taken off the list in the meantime. What you typed is kept below.")
        )
    return delegate


def is_unchanged(delegate: Delegate, words: dict[str, Any]) -> bool:
    return all(getattr(delegate, name) == word for name, word in words.items())


def refuse_too_many(delegation: Delegation, wanted: int) -> None:
    limit = delegation.edition.delegates_limit
    if limit is not None and wanted > limit:
        raise ValidationError(
            ngettext(
                "A delegation has at most %(limit)d person.",
                "A delegation has at most %(limit)d people.",
                limit,
            )
            % {"limit": limit}
            + " "
            + _("Please take somebody off the list first, or write to the secretariat.")
        )


def refuse_second_head(role: str, others: list[Delegate]) -> None:
    head = next((person for person in others if person.role == Delegate.Role.HEAD), None)
    if head and role == Delegate.Role.HEAD:
        raise ValidationError(
            {"role": _("A delegation has one head, and %s is named already.") % head.name}
        )


def refuse_namesake(name: str, named: list[Delegate], told_of: str) -> None:
    same = next((person for person in named if are_same(person.name, name)), None)
    if same and not are_same(name, told_of):
        raise Namesake(
            {
                "name": _(
                    "%(name)s is on the list already. Save again if this is another person of"
                    " the same name."
                )
                % {"name": same.name}
            }
        )


def are_same(one: str, other: str) -> bool:
    return comparable_words(one) == comparable_words(other)


def cleaned(delegate: Delegate) -> Delegate:
    delegate.clean_fields(exclude=["delegation"])
    if delegate.arrives_on and delegate.departs_on and delegate.departs_on < delegate.arrives_on:
        raise ValidationError({"departs_on": _("The departure cannot come before the arrival.")})
    return delegate


def office_change(
    delegation: Delegation, invitation: Invitation, act: str, subject: str
) -> DelegationChange:
    part = DelegationChange.Part.DELEGATE
    return DelegationChange(
        delegation=delegation, invitation=invitation, part=part, act=act, subject=subject
    )


def note_delegation_change(
    delegation: Delegation,
    invitation: Invitation,
    act: str,
    subject: str,
    fields: list[str] | None = None,
) -> None:
    noted = office_change(delegation, invitation, act, subject)
    noted.fields = fields or []
    noted.save()
    update_next_steps(delegation.pk)
    plan_delegation_receipt(delegation, invitation)


def gender_balance(named: list[Delegate]) -> str:
    """Return how many women, men and people of whom it is not known are named, in words."""
    women = sum(person.gender == "f" for person in named)
    men = sum(person.gender == "m" for person in named)
    silent = len(named) - women - men
    counts = (
        (women, ngettext("%(count)d woman", "%(count)d women", women)),
        (men, ngettext("%(count)d man", "%(count)d men", men)),
        (
            silent,
            ngettext(
                "%(count)d person whose gender is not stated",
                "%(count)d people whose gender is not stated",
                silent,
            ),
        ),
    )
    return _(", ").join(words % {"count": count} for count, words in counts if count)


def gender_encouragement() -> str:
    """Return one sentence, the same for every delegation: who comes is for the State to decide."""
    return _("The organizers encourage States to include women in their delegations.")
