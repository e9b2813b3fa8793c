"""Name the delegates, change and remove them; the offices of a State share one delegation."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from delegations.changes import Stale, lock_delegation, mark, refuse_unless
from delegations.models import Delegate, Delegation, DelegationChange
from invitations.models import ANSWERS_BRINGING, Invitation

COMPARED = (
    "role", "name", "function", "organization", "email", "gender", "arrives_on", "departs_on",
    "needs_visa_letter", "needs",
)  # fmt: skip
NOT_COMING = gettext_lazy("A delegation is named once an answer that brings somebody stands.")
Act = DelegationChange.Act


def mark_of(delegate: Delegate) -> str:
    return mark(delegate, COMPARED)


@transaction.atomic
def nominate(invitation: Invitation, words: dict[str, Any], form_key: uuid.UUID) -> Delegate:
    """Name somebody; the same form with the same words names nobody twice."""
    delegation, named = open_list(invitation)
    before = next((person for person in named if person.form_key == form_key), None)
    if before and says(before, words):
        return before
    refuse_too_many(delegation, len(named) + 1)
    refuse_second_head(words["role"], named)
    delegate = Delegate(delegation=delegation, form_key=None if before else form_key, **words)
    checked(delegate).save()
    note(delegation, invitation, Act.ADDED, delegate.name)
    return delegate


@transaction.atomic
def nominate_all(
    invitation: Invitation, people: list[dict[str, Any]], form_key: uuid.UUID
) -> list[Delegate]:
    """Name everybody on a list, or nobody; the same list again names nobody twice."""
    delegation, named = open_list(invitation)
    keys = [uuid.uuid5(form_key, str(place)) for place in range(len(people))]
    if before := [person for person in named if person.form_key in keys]:
        return before
    refuse_too_many(delegation, len(named) + len(people))
    for words in people:
        refuse_second_head(words["role"], named)
        named = [*named, Delegate(**words)]
    added = [
        checked(Delegate(delegation=delegation, form_key=key, **words))
        for key, words in zip(keys, people, strict=True)
    ]
    Delegate.objects.bulk_create(added)
    DelegationChange.objects.bulk_create(
        change(delegation, invitation, Act.ADDED, person.name) for person in added
    )
    return added


@transaction.atomic
def amend(invitation: Invitation, pk: int, words: dict[str, Any], seen: str) -> Delegate:
    """Change what is said of a person; raise Stale where somebody else did so meanwhile."""
    delegation, named = open_list(invitation)
    delegate = one_of(named, pk)
    if says(delegate, words):
        return delegate
    if mark_of(delegate) != seen:
        raise Stale(delegate)
    refuse_second_head(words["role"], [person for person in named if person.pk != pk])
    changed = [name for name in words if getattr(delegate, name) != words[name]]
    for name in changed:
        setattr(delegate, name, words[name])
    checked(delegate).save(update_fields=changed)
    note(delegation, invitation, Act.CHANGED, delegate.name, changed)
    return delegate


@transaction.atomic
def remove(invitation: Invitation, pk: int, seen: str) -> None:
    """Take a person off the list; who is gone already is gone."""
    delegation, named = open_list(invitation)
    delegate = next((person for person in named if person.pk == pk), None)
    if delegate is None:
        return
    if mark_of(delegate) != seen:
        raise Stale(delegate)
    delegate.delete()
    note(delegation, invitation, Act.REMOVED, delegate.name)


def open_list(invitation: Invitation) -> tuple[Delegation, list[Delegate]]:
    """The delegation, held for one change at a time, and who is on its list."""
    refuse_unless(ANSWERS_BRINGING, invitation, NOT_COMING)
    delegation = lock_delegation(invitation)
    return delegation, list(delegation.delegates.order_by("pk"))


def one_of(named: list[Delegate], pk: int) -> Delegate:
    delegate = next((person for person in named if person.pk == pk), None)
    if delegate is None:
        raise ValidationError(
            _("This person was taken off the list in the meantime. What you typed is kept below.")
        )
    return delegate


def says(delegate: Delegate, words: dict[str, Any]) -> bool:
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


def checked(delegate: Delegate) -> Delegate:
    delegate.clean_fields(exclude=["delegation"])
    if delegate.arrives_on and delegate.departs_on and delegate.departs_on < delegate.arrives_on:
        raise ValidationError({"departs_on": _("The departure cannot come before the arrival.")})
    return delegate


def change(
    delegation: Delegation, invitation: Invitation, act: str, subject: str
) -> DelegationChange:
    part = DelegationChange.Part.DELEGATE
    return DelegationChange(
        delegation=delegation, invitation=invitation, part=part, act=act, subject=subject
    )


def note(
    delegation: Delegation,
    invitation: Invitation,
    act: str,
    subject: str,
    fields: list[str] | None = None,
) -> None:
    noted = change(delegation, invitation, act, subject)
    noted.fields = fields or []
    noted.save()


def balance(named: list[Delegate]) -> str:
    """How many women and men are named, in words; who does not say is counted as such."""
    women = sum(person.gender == "f" for person in named)
    men = sum(person.gender == "m" for person in named)
    silent = len(named) - women - men
    counts = (
        (women, ngettext("%d woman", "%d women", women)),
        (men, ngettext("%d man", "%d men", men)),
        (silent, ngettext("%d person not stated", "%d people not stated", silent)),
    )
    return _(", ").join(words % count for count, words in counts if count)


def encouragement(named: list[Delegate]) -> str:
    """A word that invites and never judges; none where women and men are near balance."""
    women = sum(person.gender == "f" for person in named)
    men = sum(person.gender == "m" for person in named)
    if not women + men:
        return _("You are welcome to say for each person whether a woman or a man comes.")
    if women and men and abs(women - men) <= 1:
        return _("Women and men are in balance: we thank you.")
    if women < men:
        return _("Every woman you add strengthens the voice of women in the discussions.")
    return _("We thank you for bringing the voice of women to the discussions.")
