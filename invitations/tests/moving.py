"""Dates of an edition that move, as the one who asks and the one who releases would do it."""

import datetime as dt

from invitations.models import DateChange
from invitations.models.edition import all_answers
from invitations.outbox.date_change.apply import put_date_change_in_force
from invitations.outbox.date_change.proposal import DATES, AskedChange, ask_to_move
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
    what = AskedChange(DateChange.Kind(kind), dates, **{"days": days, **of_form, **more})
    return ask_to_move(edition, what, by or UserFactory(), "The hall is being repaired.")


def in_force(move, by=None):
    return put_date_change_in_force(move.change, by or UserFactory(), move.change.mark)


def moved(edition, kind="moved", days=21, **more):
    """A move that a second person has released."""
    move = in_force(asked(edition, kind, days, **more))
    edition.refresh_from_db()
    return move
