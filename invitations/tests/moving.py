"""Dates of an edition that move, as the one who asks and the one who releases would do it."""

import datetime as dt

from invitations.models import DateChange
from invitations.models.edition import all_answers
from invitations.outbox.date_change.apply import apply_date_change
from invitations.outbox.date_change.proposal import DATES, ProposedDateChange, propose_date_change
from invitations.tests.factories import UserFactory

ONLINE = ["attends_only", "video", "written", "regrets"]


def later(edition, days=21):
    return {name: getattr(edition, name) + dt.timedelta(days=days) for name in DATES}


def asked(edition, kind="moved", days=21, by=None, **more):
    """A move that waits: to other days, without any, or online."""
    edition.refresh_from_db()
    answers = {"online": ONLINE, "in_person": all_answers()}.get(kind)
    of_form = {"answers_offered": answers} if answers else {}
    dates = {} if kind == "postponed" else later(edition, days)
    dates = more.pop("dates", dates)
    what = ProposedDateChange(DateChange.Kind(kind), dates, **{"days": days, **of_form, **more})
    return propose_date_change(edition, what, by or UserFactory(), "The hall is being repaired.")


def in_force(move, by=None):
    return apply_date_change(move.change, by or UserFactory(), move.change.mark)


def moved(edition, kind="moved", days=21, **more):
    """A move that a second person has released."""
    move = in_force(asked(edition, kind, days, **more))
    edition.refresh_from_db()
    return move
