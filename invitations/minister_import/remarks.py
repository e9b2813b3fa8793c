"""What a person should look at in a list that is taken as it is.

What has left already under another name or to another address, who left office and is invited
still, and what may be a mistake.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from invitations.minister_import.columns import ADDRESS_FIELDS, NAME_FIELDS
from invitations.minister_import.headings import format_heading
from invitations.minister_import.matching import CheckedRow
from invitations.minister_import.mistakes import (
    functions_left_behind,
    names_mixed_up,
)
from invitations.minister_import.newcomers import ask_of_newcomers
from invitations.minister_import.table import ranges
from invitations.models import Delivery, Invitation, Letter, LetterKind, MemberState, Minister
from invitations.text.dates import comma_list, format_date, running_text
from invitations.text.titles_in_names import courtesies_in

FIELDS = {field.attname: field for field in Minister._meta.fields}
# Fields that no letter prints.
UNPRINTED = ("name_key", "ref", "successor")
IN_CAPITALS = ("given_name", "family_name", "name_as_printed")


class FollowUp(TextChoices):
    """What a person may do next; to leave everything as it is may be right too."""

    RESEND = "resend", gettext_lazy("send the letter to the new address")
    REPLACE = "replace", gettext_lazy("replace the letter by a replacement circular")
    HAND_OVER = "hand_over", gettext_lazy("look at the invitations of persons who left office")


class Remark(NamedTuple):
    """A sentence on a row or several, what may follow, and for which invitation."""

    sentence: str
    follow_ups: tuple[FollowUp, ...] = ()
    invitation: Invitation | None = None

    def __str__(self) -> str:
        if not self.follow_ups:
            return self.sentence
        labels = comma_list(follow_up.label for follow_up in self.follow_ups)
        return _("%(sentence)s What may follow: %(labels)s.") % {
            "sentence": self.sentence,
            "labels": labels,
        }


def remarks_on_entries(entries: list[CheckedRow]) -> list[Remark]:
    """Compare the entries with what is on file; call it before they are imported."""
    return [
        *what_left_already(entries),
        *who_left_office(entries),
        *addresses_of_two_states(entries),
        *names_in_capitals(entries),
        *courtesies_in_names(entries),
        *map(Remark, functions_left_behind(entries)),
        *map(Remark, names_mixed_up(entries)),
        *map(Remark, ask_of_newcomers(entries)),
    ]


def what_left_already(entries: list[CheckedRow]) -> Iterator[Remark]:
    """Say of each issued invitation whose minister changes what left, when, and to whom."""
    changed = {
        entry.invitation.pk: entry
        for entry in entries
        if entry.invitation and entry.is_frozen and format_entry_changes(entry)
    }
    deliveries = deliveries_of(changed)
    for pk, entry in changed.items():
        yield Remark(
            running_text([what_changes(entry), *what_left(deliveries[pk])]),
            follow_ups_of(entry),
            entry.invitation,
        )


def format_entry_changes(entry: CheckedRow) -> dict[str, Any]:
    return {name: new for name, new in entry.changes.items() if name not in UNPRINTED}


def what_changes(entry: CheckedRow) -> str:
    changes = [
        _("%(field)s “%(new)s” instead of “%(old)s”")
        % {
            "field": FIELDS[name].verbose_name,
            "new": format_imported_value(name, new),
            "old": format_imported_value(name, getattr(entry.minister, name)),
        }
        for name, new in format_entry_changes(entry).items()
    ]
    return _("Line %(line)s: the invitation of %(name)s is issued; the list has %(changes)s.") % {
        "line": entry.row.line,
        "name": entry.minister,
        "changes": comma_list(changes),
    }


def format_imported_value(name: str, value: Any) -> str:
    """Return the value as people read it, on one line."""
    choices = dict(FIELDS[name].flatchoices)
    return comma_list(str(choices.get(value, value)).split("\n")) or "–"


def deliveries_of(invitations: Iterable[int]) -> dict[int, list[Delivery]]:
    """Return the deliveries of letters that invite or remind, by invitation, the first first."""
    found: dict[int, list[Delivery]] = defaultdict(list)
    keys = list(invitations)
    if not keys:
        return found
    kinds = [LetterKind.INVITATION, LetterKind.REPLACEMENT, LetterKind.REMINDER]
    deliveries = Delivery.objects.filter(
        letter__invitation__in=keys, letter__kind__in=kinds, letter__state=Letter.State.APPROVED
    ).select_related("letter__circular", "letter__invitation__edition")
    for delivery in deliveries.order_by("letter", "pk"):
        found[delivery.letter.invitation_id].append(delivery)
    return found


def what_left(deliveries: list[Delivery]) -> Iterator[str]:
    """Say what became of the letter that stands, and how many reminders left."""
    inviting = [one for one in deliveries if one.letter.kind != LetterKind.REMINDER]
    standing = [one for one in inviting if one.letter_id == inviting[-1].letter_id]
    if left := [one for one in standing if one.state in Delivery.LEFT]:
        yield _("What left already: %(letter)s, %(where)s.") % {
            "letter": called(left[0].letter),
            "where": comma_list(map(where_and_when, left)),
        }
    elif waiting := [one for one in standing if one.state in Delivery.NOT_LEFT]:
        yield _("Nothing has left yet: %(letter)s waits for %(where)s.") % {
            "letter": called(waiting[0].letter),
            "where": comma_list(map(where, waiting)),
        }
    else:
        yield _("No letter has left for this office yet.")
    reminders = {
        one.letter_id for one in deliveries if one not in inviting and one.state in Delivery.LEFT
    }
    if reminders:
        yield ngettext(
            "%(count)d reminder left too.", "%(count)d reminders left too.", len(reminders)
        ) % {"count": len(reminders)}


def called(letter: Letter) -> str:
    return f"{letter.get_kind_display()} {letter.circular.reference}"


def where(delivery: Delivery) -> str:
    return delivery.address or delivery.get_channel_display()


def where_and_when(delivery: Delivery) -> str:
    at = delivery.handed_over_at or delivery.sending_at
    if at is None:
        return where(delivery)
    edition = delivery.letter.invitation.edition
    day = format_date(edition.local_date(at), get_language())
    return _("on %(day)s to %(where)s") % {"day": day, "where": where(delivery)}


def follow_ups_of(entry: CheckedRow) -> tuple[FollowUp, ...]:
    changed = format_entry_changes(entry)
    resend = (FollowUp.RESEND,) if any(changed.get(name) for name in ADDRESS_FIELDS) else ()
    replace = (FollowUp.REPLACE,) if set(changed) - set(ADDRESS_FIELDS) else ()
    return (*resend, *replace)


def who_left_office(entries: list[CheckedRow]) -> Iterator[Remark]:
    """Say of each successor whose predecessor holds an invitation still."""
    for entry in entries:
        old = entry.left_behind
        if old is None:
            continue
        words = {
            "line": entry.row.line,
            "new": entry.name,
            "old": old.minister,
            "status": old.get_status_display(),
        }
        if old.is_principal:
            sentence = _(
                "Line %(line)s: %(new)s replaces %(old)s, whose principal invitation (%(status)s)"
                " goes on. The State’s answer and the reminders follow it, and %(new)s is invited"
                " by courtesy only, until a person hands it over."
            )
        else:
            sentence = _(
                "Line %(line)s: %(new)s replaces %(old)s, whose invitation by courtesy"
                " (%(status)s) goes on: withdraw it, or leave it on purpose."
            )
        yield Remark(sentence % words, (FollowUp.HAND_OVER,), old)


def addresses_of_two_states(entries: list[CheckedRow]) -> Iterator[Remark]:
    """Name the addresses of the list that ministers of another State have too."""
    lines: dict[str, dict[int, object]] = defaultdict(dict)
    for entry in entries:
        for address in addresses(entry.after("to_emails"), entry.after("cc_emails")):
            lines[address].setdefault(entry.minister.member_state_id, entry.row.line)
    if not lines:
        return
    owners = {address: set(states) for address, states in lines.items()}
    listed = [entry.minister.pk for entry in entries if entry.minister.pk]
    others = Minister.objects.filter(successor=None).exclude(pk__in=listed)
    for state, to, cc in others.values_list("member_state_id", "to_emails", "cc_emails"):
        for address in addresses(to, cc) & owners.keys():
            owners[address].add(state)
    shared = {address: states for address, states in owners.items() if len(states) > 1}
    named = MemberState.objects.in_bulk(set().union(*shared.values())) if shared else {}
    for address, states in shared.items():
        yield Remark(
            _("%(address)s is the address of several States: %(states)s. Is this meant?")
            % {
                "address": address,
                "states": comma_list(
                    with_line(named[state], lines[address].get(state)) for state in sorted(states)
                ),
            }
        )


def with_line(state: MemberState, line: object) -> str:
    if line is None:
        return str(state)
    return _("%(state)s (line %(line)s)") % {"state": state, "line": line}


def addresses(*texts: str) -> set[str]:
    return {address for text in texts for address in text.casefold().split()}


def names_in_capitals(entries: list[CheckedRow]) -> Iterator[Remark]:
    """Name the rows that bring a name in capitals only, all in one sentence."""
    lines = [
        entry.row.line
        for entry in entries
        if any(in_capitals(entry.changes.get(name) or "") for name in IN_CAPITALS)
    ]
    if lines:
        yield Remark(
            ngettext(
                "Line %(lines)s has a name in capitals only, and letters print it so: correct it"
                " unless this is meant.",
                "Lines %(lines)s have names in capitals only, and letters print them so: correct"
                " them unless this is meant.",
                len(lines),
            )
            % {"lines": ranges(lines)}
        )


def courtesies_in_names(entries: list[CheckedRow]) -> Iterator[Remark]:
    """Name the rows that bring a courtesy or title within a name, all in one sentence."""
    found = {
        entry.row.line: courtesies_in(
            " ".join(entry.changes.get(name) or "" for name in NAME_FIELDS)
        )
        for entry in entries
    }
    lines = [line for line, courtesies in found.items() if courtesies]
    if lines:
        yield Remark(
            ngettext(
                "Line %(lines)s has a courtesy or title in a name (%(found)s), and letters print"
                " it beside their own: move it to “%(columns)s”, or leave it out.",
                "Lines %(lines)s have a courtesy or title in a name (%(found)s), and letters print"
                " it beside their own: move it to “%(columns)s”, or leave it out.",
                len(lines),
            )
            % {
                "lines": ranges(lines),
                "found": comma_list(dict.fromkeys(chain.from_iterable(found.values()))),
                "columns": comma_list(map(format_heading, ("honorific", "prenominal"))),
            }
        )


def in_capitals(name: str) -> bool:
    return name.isupper() and sum(map(str.isalpha, name)) > 1
