"""What offices send in a rehearsal, and when: invented, and the same each time for one seed."""

import datetime as dt
import random
from itertools import chain, cycle
from typing import Any, NamedTuple

from delegations.demonstration.answers import words_of_answer
from delegations.demonstration.edition import edition_day, read_data
from invitations.models import ForumEdition, Invitation

# Mail and forms come at any hour of the day; a bounce comes soon after the letter.
HOURS, HOURS_OF_BOUNCES = (7, 22), (13, 17)


class Incoming(NamedTuple):
    """What an office sends, and when it arrives; ``words`` are empty if it is no reply."""

    at: dt.datetime
    invitation: Invitation
    said: dict[str, Any]
    words: dict[str, Any]


def plan_incoming(edition: ForumEdition, since: dt.date, seed: str) -> list[Incoming]:
    """Plan what comes in after the letters leave: each course of the data once, if it can be."""
    rng = random.Random(seed)  # noqa: S311 -- the same rehearsal every time
    offices = list(edition.invitations.select_related("minister", "edition").order_by("pk"))
    rng.shuffle(offices)
    courses = read_data("rehearsal")
    planned = []
    for number, (office, course) in enumerate(
        zip(offices, chain(courses["once"], cycle(courses["cycle"])), strict=False)
    ):
        hours = sorted(hour_of_event(event, edition, since, rng) for event in course)
        planned += [
            Incoming(at, office, said, words_of_answer(office, said, number))
            for at, said in zip(hours, course, strict=True)
        ]
    return sorted(planned, key=lambda sent: (sent.at, sent.invitation.pk))


def hour_of_event(
    event: dict[str, Any], edition: ForumEdition, since: dt.date, rng: random.Random
) -> dt.datetime:
    """Return when the event arrives: so far on the way to the deadline, or after it."""
    if "late" in event:
        first, share, last = edition.reply_before, event["late"], edition.opens_on
    else:
        first, share, last = since, event["share"], edition.last_day
    days = round(max((last - first).days, 0) * share)
    if "bounce" in event:
        return edition_day(edition, first, rng.randrange(*HOURS_OF_BOUNCES), rng.randrange(60))
    # A letter that leaves on the last day has answers that come on the next.
    day = min(first + dt.timedelta(days=max(days, int(first == since))), edition.closes_on)
    return edition_day(edition, day, rng.randrange(*HOURS), rng.randrange(60))
