"""Whose a paper may be: by the code on it, by its words, or by its file's name.

All of it comes from outside, so nothing is more than a proposal: a person says whose it is. What a
code or a link reads is looked up, and neither kept nor logged: it opens an office's page.
"""

import re
from collections.abc import Iterable, Iterator

from django.db.models import Q
from django.utils import timezone

from invitations.inbox.filing import current, in_its_place
from invitations.links import (
    CHECK_LENGTH,
    TOKEN_LENGTH,
    link_for_code,
    link_for_token,
    plain_signs,
)
from invitations.models import (
    Circular,
    DroppedScan,
    Invitation,
    Letter,
    MemberState,
    ReplyLink,
    printed_columns,
)
from invitations.text.masking import CODE
from invitations.text.spellings import search_words

Found = DroppedScan.Found
Proposal = tuple[Invitation | None, str]
# The check code as it is printed, in groups of four.
CHECK = re.compile(r"(?<!\d)(?:\d{4}[- \u2010-\u2015]?){3}\d{4}(?!\d)")
TOKEN = re.compile(rf"(?<=/)[2-9a-hjkmnp-z]{{{TOKEN_LENGTH}}}(?![\w-])")
SYMBOL = re.compile(r"(?<![A-Za-z])[A-Z]{2,3}(?![A-Za-z])")
# A file of strangers may hold thousands of what looks like a code.
LOOKED_UP = 20
SHORTEST_NAME = 4


def proposal(codes: Iterable[str], words: str, file_name: str) -> Proposal:
    """Return whose the paper may be, and how that was found; nobody if nothing tells."""
    if coded := [*of_codes([*codes, *typed_links(words)])] or [*of_typed_codes(words)]:
        # A paper that bears the codes of two offices tells of neither for sure.
        is_sure = len({invitation.pk for invitation in coded}) == 1
        return invitation_in_force(coded[0]), Found.CODE if is_sure else Found.WORDS
    for invitation in of_checks(words):
        return invitation_in_force(invitation), Found.WORDS
    if named := of_names(words, spelled_states(words)):
        return named, Found.WORDS
    if named := of_names(file_name, coded_states(file_name)):
        return named, Found.NAME
    return None, ""


def of_codes(codes: Iterable[str]) -> Iterator[Invitation]:
    """Yield the invitations of the links that the codes on the paper are."""
    for code in codes:
        for token in TOKEN.findall(code)[:1]:
            try:
                yield link_for_token(token).invitation
            except ReplyLink.DoesNotExist:
                continue


def typed_links(words: str) -> list[str]:
    return [match[0] for match in re.finditer(r"/r/\S{1,80}", words)][:LOOKED_UP]


def of_typed_codes(words: str) -> Iterator[Invitation]:
    """Yield the invitations whose reply code stands in the text: only their offices have it."""
    for match in [*CODE.finditer(words)][:LOOKED_UP]:
        try:
            yield link_for_code(match[0]).invitation
        except ReplyLink.DoesNotExist:
            continue


def of_checks(words: str) -> Iterator[Invitation]:
    """Yield the invitation of the letter whose check code stands in the text."""
    checks = {plain_signs(match[0]) for match in [*CHECK.finditer(words)][:LOOKED_UP]}
    letters = Letter.objects.filter(check_code__in={c for c in checks if len(c) == CHECK_LENGTH})
    for letter in letters.select_related("invitation__edition")[:1]:
        yield letter.invitation


def of_names(words: str, states: set[int]) -> Invitation | None:
    """Return the principal invitation of the one State that is named, if there is one.

    A circular's reference beside it names the edition; else it is the one that takes replies.
    """
    if len(states) != 1:
        return None
    found = Invitation.objects.issued().principal().filter(member_state__in=states)
    if editions := editions_named(words):
        found = found.filter(edition__in=editions)
    chosen = current(found.select_related("edition"), timezone.now())
    return chosen[0] if len(chosen) == 1 else None


def editions_named(words: str) -> set[int]:
    """Return the editions of the circulars whose reference stands in the words."""
    said = plain_signs_of(words)
    references = Circular.objects.values_list("edition", "reference")
    return {
        edition for edition, named in references if len(named) > 3 and plain_signs_of(named) in said
    }


def plain_signs_of(words: str) -> str:
    """Return letters and digits alone: a file's name has no room for the stroke of a reference."""
    return "".join(sign for sign in words.casefold() if sign.isalnum())


def spelled_states(words: str) -> set[int]:
    """Return the States whose name, in one of six languages, stands in the text as a whole."""
    said = f" {search_words(words)} "
    columns = [name for name in printed_columns() if "name" in name]
    rows = MemberState.objects.values_list("pk", *columns)
    named = {
        pk: {key for name in names if name and len(key := search_words(name)) >= SHORTEST_NAME}
        for pk, *names in rows
    }
    found = {pk: {name for name in names if f" {name} " in said} for pk, names in named.items()}
    return without_parts({pk: names for pk, names in found.items() if names})


def without_parts(found: dict[int, set[str]]) -> set[int]:
    """Leave out States whose name is only a part of another's that is named."""
    every = {f" {name} " for names in found.values() for name in names}
    parts = {name for name in every if any(name != longer and name in longer for longer in every)}
    return {pk for pk, names in found.items() if {f" {name} " for name in names} - parts}


def coded_states(file_name: str) -> set[int]:
    """Return the States whose code of two or three capitals stands in the name of a file."""
    stem = file_name.rpartition(".")[0] or file_name
    codes = SYMBOL.findall(stem)
    longer = [code for code in codes if len(code) == 3]
    meant = Q(iso3__in=longer) | Q(iso2__in=[code for code in codes if len(code) == 2])
    return {state.pk for state in MemberState.objects.filter(meant)}


def invitation_in_force(invitation: Invitation) -> Invitation:
    """Return the invitation, or the one that takes its place in its edition.

    Where there is none, whoever looks at the paper is told whose it is, and that none is in force.
    """
    if invitation.status == Invitation.Status.ISSUED:
        return invitation
    of_state = {"edition": invitation.edition_id, "member_state": invitation.member_state_id}
    return in_its_place(invitation, list(Invitation.objects.issued().filter(**of_state)))
