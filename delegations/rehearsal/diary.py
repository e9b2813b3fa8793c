"""What happened in a rehearsal, in order: mail that left, what came in, what was held, and why."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from invitations.letters.message import mail_subject
from invitations.models import (
    Bounce,
    CallListEntry,
    Correspondence,
    Delivery,
    ForumEdition,
    Invitation,
    Letter,
    LetterEvent,
    Reply,
)
from invitations.reminders.forecast import forecast_of
from invitations.text.dates import comma_list, labelled

LEFT, CAME, HELD = "left", "came", "held"
# What a rehearsal writes into its folder, beside its database.
MAIL, FILES = "mail", "files"
HANDED_OVER = Delivery.State.HANDED_OVER
STAYED = ("planned", "cancelled", "failed", "missed", "deferred", "uncertain")


class DiaryEntry(NamedTuple):
    """A line of the report; ``file`` is a path in the folder, ``reason`` is said of what stays."""

    at: dt.datetime
    what: str
    kind: str
    states: str
    language: str = ""
    subject: str = ""
    reason: str = ""
    address: str = ""
    file: str = ""


class Diary:
    """What no row keeps: acts that were refused, and offices that a step passed over."""

    def __init__(self) -> None:
        self.entries: list[DiaryEntry] = []
        self.refused: set[tuple[str, str]] = set()

    def note_refusal(self, row: Any, reason: str) -> None:
        """Keep why an act was refused, the first time it is said of that row."""
        if (told := (f"{row._meta.label}/{row.pk}", reason)) not in self.refused:
            self.refused.add(told)
            kind = capfirst(str(row._meta.verbose_name))
            state = state_of_row(row)
            self.entries.append(DiaryEntry(timezone.now(), HELD, kind, state, reason=reason))

    def note_unreminded(self, edition: ForumEdition, now: dt.datetime) -> None:
        """Keep who gets no reminder of this day's step, by reason."""
        plan = forecast_of(edition, now)
        kind = capfirst(str(Letter.Kind.REMINDER.label))
        if plan.reason:
            self.entries.append(DiaryEntry(now, HELD, kind, "", reason=plan.reason))
        for reason, invitations in plan.none.items():
            states = listed(invitation.member_state for invitation in invitations)
            self.entries.append(DiaryEntry(now, HELD, kind, states, reason=reason))

    def in_order(self) -> list[DiaryEntry]:
        """Return all that happened, the earliest first."""
        found = [
            *self.entries,
            *entries_of_mail(),
            *held(),
            *entries_of_replies(),
            *came_back(),
            *to_be_called(),
        ]
        return sorted(found, key=lambda entry: entry.at)


def entries_of_mail() -> Iterator[DiaryEntry]:
    """Yield each mail that left, and each letter on paper, with its file."""
    by_mail = Q(delivery__channel=Delivery.Channel.EMAIL)
    # What is told of a mail later, as a delay on its way, has a reason: it left once.
    departures = Q(by_mail, reason="") | ~by_mail
    handed_over = LetterEvent.objects.filter(departures, state=HANDED_OVER, delivery__isnull=False)
    events = letters_of_events(handed_over)
    for event in events:
        letter, delivery = event.letter, event.delivery
        is_mail = delivery.channel == Delivery.Channel.EMAIL
        way = "" if is_mail else delivery.get_channel_display()
        yield DiaryEntry(
            event.at,
            LEFT,
            capfirst(comma_list([letter.get_kind_display(), way])),
            listed(states_of_letter(letter)),
            " / ".join(
                filter(None, [letter.get_language_display(), letter.get_second_language_display()])
            ),
            mail_subject(letter) if is_mail else letter.subject,
            address=delivery.address,
            # A folder that takes mail answers with the name of the file.
            file=f"{MAIL}/{event.server_words}" if is_mail else f"{FILES}/{letter.pdf.name}",
        )


def held() -> Iterator[DiaryEntry]:
    """Yield what did not leave, or not then, once for all States with the same reason that day."""
    events = letters_of_events(LetterEvent.objects.filter(state__in=STAYED).exclude(reason=""))
    together: dict[tuple[Any, ...], dict[Any, LetterEvent]] = defaultdict(dict)
    for event in events:
        day = timezone.localdate(event.at)
        key = day, event.letter.get_kind_display(), event.get_state_display(), event.why
        together[key].setdefault(event.letter_id, event)
    for (_day, kind, state, reason), by_letter in together.items():
        letters = [event.letter for event in by_letter.values()]
        states = listed(state for letter in letters for state in states_of_letter(letter))
        first = next(iter(by_letter.values())).at
        yield DiaryEntry(first, HELD, labelled(capfirst(kind), state), states, reason=reason)


def letters_of_events(events: "QuerySet[LetterEvent]") -> "QuerySet[Any]":
    joined = events.select_related("delivery", "letter__invitation__member_state")
    return joined.prefetch_related("letter__covers__invitation__member_state").order_by("at", "pk")


def states_of_letter(letter: Letter) -> Iterable[Any]:
    """Return the letter's State; of a note verbale those whose letters lie under it."""
    covered = [one.invitation.member_state for one in letter.covers.all()]
    return covered or [letter.invitation.member_state]


def entries_of_replies() -> Iterator[DiaryEntry]:
    """Yield each reply, and each other mail that was filed."""
    joined = Reply.objects.with_first_received().select_related(
        "invitation__member_state", "invitation__edition"
    )
    for reply in joined.order_by("recorded_at", "pk"):
        kind = labelled(_("Reply"), reply.get_channel_display())
        late = _("late") if reply.is_late else ""
        said = comma_list([capfirst(reply.get_answer_display()), late])
        became = capfirst(reply.get_status_display())
        yield DiaryEntry(
            reply.recorded_at, CAME, kind, state_of_row(reply), subject=said, reason=became
        )
    for mail in Correspondence.objects.filter(replies=None).select_related(
        "invitation__member_state"
    ):
        yield DiaryEntry(
            mail.recorded_at, CAME, capfirst(mail.get_channel_display()), state_of_row(mail),
            subject=mail.summary,
        )  # fmt: skip


def came_back() -> Iterator[DiaryEntry]:
    found = Bounce.objects.select_related("delivery__letter__invitation__member_state")
    for bounce in found:
        letter = bounce.delivery.letter if bounce.delivery else None
        yield DiaryEntry(
            bounce.received_at,
            CAME,
            labelled(capfirst(str(Bounce._meta.verbose_name)), bounce.get_kind_display()),
            listed(states_of_letter(letter)) if letter else "",
            subject=letter.subject if letter else "",
            reason=bounce.server_words,
            address=bounce.delivery.address if bounce.delivery else "",
        )


def to_be_called() -> Iterator[DiaryEntry]:
    """Yield the call list of each day."""
    by_day: dict[dt.datetime, list[Any]] = defaultdict(list)
    listed_ones = CallListEntry.objects.select_related("invitation__member_state")
    for entry in listed_ones:
        by_day[entry.listed_at].append(entry.invitation.member_state)
    kind = capfirst(str(CallListEntry._meta.verbose_name_plural))
    for at, states in by_day.items():
        yield DiaryEntry(at, HELD, kind, listed(states), reason=_("to be telephoned by staff"))


def listed(states: Iterable[Any]) -> str:
    return comma_list(dict.fromkeys(str(state.listed_as) for state in states))


def state_of_row(row: Any) -> str:
    """Return the State of an invitation, or of a row that belongs to one."""
    invitation = row if isinstance(row, Invitation) else row.invitation
    return str(invitation.member_state.listed_as) if invitation else ""


def figures(entries: Iterable[DiaryEntry]) -> list[tuple[str, int]]:
    """Return how many of each kind left, the most frequent first."""
    return Counter(entry.kind for entry in entries if entry.what == LEFT).most_common()
