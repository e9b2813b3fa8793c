"""Which addresses of a mission lack which of the letters that a note verbale is to forward."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from invitations.letters.planning import recipient_pairs
from invitations.models import Delivery, Letter
from invitations.models.letter import LetterQuerySet

Lacking = dict[int, frozenset[str]]
# It came, may have come, waits to leave, or a person decides whether it does.
UNDER_WAY = set(Delivery.State.values) - {Delivery.State.CANCELLED}


def note_recipients(note: Letter) -> list[list[str]]:
    """Return the pairs of the note's mission, without an address that lacks nothing of it."""
    if note.by_original or note.mission is None:
        return []
    emails = note.mission.emails.split()
    lacks = lacking(note, emails) if note.pk else {}
    forwarded = lacks if note.chosen is None else note.chosen
    wanted = {email for letter in forwarded for email in lacks[letter]}
    pairs = recipient_pairs(emails, [])
    return [pair for pair in pairs if not lacks or pair[1].lower() in wanted]


def lacking(note: Letter, emails: Iterable[str]) -> Lacking:
    """Return for each letter that the note covers the addresses, of these, to which none goes.

    They are in small letters.
    """
    return lacking_among(note.covers.all(), note.mission_id, emails, beside=note.pk)


def lacking_among(
    letters: LetterQuerySet, mission: Any, emails: Iterable[str], beside: Any = None
) -> Lacking:
    """Return for each of the letters the addresses of the mission to which no other note goes.

    An empty address is that of a note on paper.
    """
    has = defaultdict(set)
    for letter, email in forwarded_by_others(letters, mission, beside):
        has[letter].add(email.lower())
    asked = frozenset(email.lower() for email in emails)
    keys = letters.in_french_order().values_list("pk", flat=True)
    return {letter: asked - has[letter] for letter in keys}


def forwarded_by_others(
    letters: LetterQuerySet, mission: Any, beside: Any
) -> Iterator[tuple[int, str]]:
    """Yield letter and address where a note to the mission has left, or still may.

    One over a letter that was called back leaves no more: of it counts what has left.
    """
    others = Letter.objects.filter(kind=Letter.Kind.NOTE, mission=mission)
    others = others.filter(covers__in=letters).exclude(pk=beside).distinct()
    gone = others.filter(covers__in=Letter.objects.forwarded_no_more()).values("pk")
    left = Delivery.objects.left().filter(letter__in=others)
    under_way = Delivery.objects.filter(letter__in=others, state__in=UNDER_WAY)
    for deliveries in (left, under_way.exclude(letter__in=gone)):
        brought: Any = deliveries.values_list("letter__covers", "address")
        yield from brought
    for other in others.filter(state=Letter.State.COMPOSED).exclude(pk__in=gone):
        addresses = [email for _line, email in other.recipients] or [""]
        for letter in other.covers.values_list("pk", flat=True):
            yield from ((letter, email) for email in addresses)


def chosen_among(lacks: Lacking) -> set[int]:
    """Return the letters that go together: to the most addresses, which lack them all alike."""
    most = max(lacks.values(), key=len, default=frozenset())
    return {letter for letter, emails in lacks.items() if most and emails == most}
