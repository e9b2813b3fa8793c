"""Delegates and registered people, compared by State and name; what is near is told, not taken."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from delegations.desk.registration_list import Registered
from delegations.models import Delegate
from invitations.models import ForumEdition, MemberState
from invitations.models.states import key_in
from invitations.text.dates import comma_list
from invitations.text.spellings import search_words

# Names with so many words in common may be one person's.
WORDS_IN_COMMON = 2
# A State, and a name as it is compared.
Key = tuple[int, str]


class ComparedRow(NamedTuple):
    """Somebody who stands on one side alone, and what a person should look at."""

    state: str
    name: str
    more: str
    remark: str
    of: MemberState | None


class Comparison(NamedTuple):
    on_both: int
    not_registered: list[ComparedRow]
    not_nominated: list[ComparedRow]


@dataclass
class Alone:
    """Who has no counterpart, by State and by name; whose counterpart was found, who is absent."""

    found: set[Key] = field(default_factory=set)
    absent: set[Key] = field(default_factory=set)
    delegates: dict[int, list[Delegate]] = field(default_factory=lambda: defaultdict(list))
    namesakes: dict[str, list[Delegate]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, list[Registered]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: dict[str, list[Registered]] = field(default_factory=lambda: defaultdict(list))

    def put_delegate(self, one: Delegate) -> None:
        state, name = delegate_key(one)
        self.delegates[state].append(one)
        self.namesakes[name].append(one)

    def put_person(self, one: Registered) -> None:
        self.elsewhere[name_key(one.name)].append(one)
        if one.state:
            self.people[one.state.pk].append(one)


def name_key(name: str) -> str:
    """Return one key for spellings that differ in case, accents, signs or the order of parts."""
    return " ".join(sorted(search_words(name).split()))


def delegate_key(delegate: Delegate) -> Key:
    return delegate.delegation.member_state_id, name_key(delegate.name)


def compare_registered(edition: ForumEdition, people: list[Registered]) -> Comparison:
    """Compare who is registered with the delegates of the delegations that come."""
    nominated, alone = nominated_in(edition)
    unknown = paired(people, nominated, alone)
    missing = [one for same in nominated.values() for one in same]
    missing.sort(key=lambda one: (state_key_of(one, edition), one.pk))
    for delegate in missing:
        alone.put_delegate(delegate)
    for person in unknown:
        alone.put_person(person)
    return Comparison(
        len(people) - len(unknown),
        [row_of_delegate(one, alone) for one in missing],
        [row_of_registered(one, alone) for one in unknown],
    )


def state_key_of(delegate: Delegate, edition: ForumEdition) -> tuple[int, str, str]:
    return key_in(delegate.delegation.member_state, edition.order_of_states)


def nominated_in(edition: ForumEdition) -> tuple[dict[Key, list[Delegate]], Alone]:
    """Return the delegates of delegations that come, and who is named by others."""
    named = Delegate.objects.named().filter(delegation__edition=edition).order_by("pk")
    coming = set(edition.delegations.standing().values_list("pk", flat=True))
    nominated: dict[Key, list[Delegate]] = defaultdict(list)
    alone = Alone()
    for delegate in named.select_related("delegation__member_state"):
        if delegate.delegation_id in coming:
            nominated[delegate_key(delegate)].append(delegate)
        else:
            alone.absent.add(delegate_key(delegate))
    return nominated, alone


def paired(
    people: list[Registered], nominated: dict[Key, list[Delegate]], alone: Alone
) -> list[Registered]:
    """Take out each delegate who is registered, once for a line; return the lines of nobody."""
    left = []
    for person in people:
        key = (person.state.pk, name_key(person.name)) if person.state else None
        if key and nominated.get(key):
            nominated[key].pop(0)
            alone.found.add(key)
        else:
            left.append(person)
    return left


# What is told of who stands alone


def row_of_delegate(delegate: Delegate, alone: Alone) -> ComparedRow:
    state = delegate.delegation.member_state
    more = comma_list([capfirst(delegate.get_role_display()), delegate.function])
    remark = next(remarks_on_delegate(delegate, alone), "")
    return ComparedRow(str(state.listed_as), delegate.name, more, remark, state)


def remarks_on_delegate(delegate: Delegate, alone: Alone) -> Iterator[str]:
    state, name = delegate_key(delegate)
    for person in alone.people[state]:
        if are_near(person.name, delegate.name):
            said = {"name": person.name, "line": person.line}
            yield _("Perhaps registered as %(name)s, line %(line)s.") % said
    for person in alone.elsewhere[name]:
        said = {"state": person.said or "–", "line": person.line}
        yield _("Somebody of this name is registered for %(state)s, line %(line)s.") % said


def row_of_registered(person: Registered, alone: Alone) -> ComparedRow:
    state = str(person.state.listed_as) if person.state else person.said
    more = _("Line %(line)s") % {"line": person.line}
    return ComparedRow(
        state, person.name, more, next(remarks_on_person(person, alone), ""), person.state
    )


def remarks_on_person(person: Registered, alone: Alone) -> Iterator[str]:
    name = name_key(person.name)
    if person.state is None:
        yield person.refused
        return
    if (person.state.pk, name) in alone.found:
        yield _("More than once on the list: the delegate of this name is registered.")
    if (person.state.pk, name) in alone.absent:
        yield _("Named by a delegation that does not come.")
    for delegate in alone.delegates[person.state.pk]:
        if are_near(person.name, delegate.name):
            yield _("Perhaps nominated as %(name)s.") % {"name": delegate.name}
    for delegate in alone.namesakes[name]:
        state = delegate.delegation.member_state.listed_as
        yield _("Somebody of this name is nominated by %(state)s.") % {"state": state}


def are_near(one: str, other: str) -> bool:
    """Whether one name has all words of the other, or two and more are the same."""
    mine, theirs = set(search_words(one).split()), set(search_words(other).split())
    in_common = len(mine & theirs)
    return in_common >= min(WORDS_IN_COMMON, len(mine), len(theirs)) > 0
