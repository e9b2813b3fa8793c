"""What is taken as the list has it, and may be a mistake all the same."""

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import ngettext

from invitations.data import names_apart
from invitations.letters.checks.former_languages import may_be_of_another_language
from invitations.minister_import.matching import CheckedRow
from invitations.minister_import.states import with_codes
from invitations.minister_import.table import ranges
from invitations.models import MemberState, Minister
from invitations.text.spellings import state_key


def names_mixed_up(entries: list[CheckedRow]) -> Iterator[str]:
    """Name the rows whose State is written by a name that others are called by, too.

    A person on file in that State bears the name out.
    """
    mixed_up = names_apart().mixed_up
    lines = defaultdict(list)
    for entry in entries:
        written = state_key(entry.row.cells["state"])
        if entry.is_new and written in mixed_up:
            lines[entry.minister.member_state, written].append(entry.row.line)
    if not lines:
        return
    on_file = {state.iso3: state for state in MemberState.objects.all()}
    for (state, written), found in lines.items():
        others = [on_file[code] for code in mixed_up[written] if code in on_file]
        others = [other for other in others if other != state]
        if others:
            yield sentence_on(state, others, found)


def sentence_on(state: MemberState, others: list[MemberState], lines: list[int]) -> str:
    return ngettext(
        "Line %(lines)s is taken for %(state)s. Is one of these meant: %(others)s?",
        "Lines %(lines)s are taken for %(state)s. Is one of these meant: %(others)s?",
        len(lines),
    ) % {
        "lines": ranges(lines),
        "state": with_codes([state]),
        "others": with_codes(others),
    }


def functions_left_behind(entries: list[CheckedRow]) -> Iterator[str]:
    """Name the rows that change the language of the letters and leave the function as it was."""
    lines = [
        entry.row.line
        for entry in entries
        if not entry.is_new
        and "language" in entry.changes
        and "portfolio" not in entry.changes
        and may_be_of_another_language(
            Minister(language=entry.changes["language"], portfolio=entry.minister.portfolio)
        )
    ]
    if lines:
        yield ngettext(
            "Line %(lines)s changes the language and leaves the function as it is: look whether"
            " its words are in the new one.",
            "Lines %(lines)s change the language and leave the function as it is: look whether"
            " its words are in the new one.",
            len(lines),
        ) % {"lines": ranges(lines)}
