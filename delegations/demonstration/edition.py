"""The edition, its High-Level Track, and the two people who approve."""

import datetime as dt
import functools
import json
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from delegations.models import HighLevelSession
from delegations.programme.sessions import approve_session
from invitations.audit import Act, record_acts
from invitations.models import Circular, ForumEdition, LetterTemplate, ReminderStep

DATA = Path(__file__).parent.parent / "data"


@functools.cache
def read_data(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))


def make_edition(kind: str, now: dt.datetime) -> ForumEdition:
    data = read_data("editions")
    facts = data["editions"][kind]
    given = {name: dt.date.fromisoformat(day) for name, day in facts.get("dates", {}).items()}
    dates = given or dates_around(timezone.localdate(now))
    dated_on = dates.pop("dated_on")
    texts = data["edition"] | {"background": facts["background"]}
    edition = ForumEdition.objects.create(
        symbol=facts["symbol"],
        **data["facts"],
        **dates,
        **language_columns(texts, year=str(dates["opens_on"].year)),
    )
    if quiet := facts.get("quiet"):
        first_on, last_on = map(dt.date.fromisoformat, quiet)
        edition.quiet_periods.create(first_on=first_on, last_on=last_on)
    # Of what was asked after a yes in the past nothing is known.
    steps = data["steps"] + ([] if given else data["next_steps"])
    ReminderStep.objects.bulk_create(
        ReminderStep(edition=edition, hour=facts.get("hour", 9), **step) for step in steps
    )
    dated_on = edition.working_day(dated_on)
    signatory = data["circular"]["signatory_name"]["en"]
    Circular.objects.create(
        edition=edition,
        reference=facts["reference"],
        dated_on=dated_on,
        original_signed_by=signatory,
        original_signed_on=dated_on,
        planned_at=None if given else edition_day(edition, dated_on, hour=9),
        **language_columns(data["circular"]),
    )
    make_sessions(edition, data["sessions"])
    return ForumEdition.objects.get(pk=edition.pk)


def dates_around(today: dt.date) -> dict[str, dt.date]:
    """Return the dates: the letter six weeks ago, the deadline in two weeks, the forum in 14."""
    forum = today + dt.timedelta(weeks=14)
    opens_on = forum + dt.timedelta(days=-forum.weekday() % 7)
    return {
        "dated_on": today - dt.timedelta(weeks=6),
        "reply_before": today + dt.timedelta(days=15),
        "opens_on": opens_on,
        "closes_on": opens_on + dt.timedelta(days=3),
        "track_opens_on": opens_on + dt.timedelta(days=1),
        "track_closes_on": opens_on + dt.timedelta(days=2),
    }


def language_columns(texts: dict[str, dict[str, str]], **words: str) -> dict[str, str]:
    """Return the texts by column, such as ``name_zh_hans``."""
    return {
        f"{field}_{language}": text.format(**words)
        for field, by_language in texts.items()
        for language, text in by_language.items()
    }


def edition_day(edition: ForumEdition, day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), edition.zone)


def make_sessions(edition: ForumEdition, sessions: list[dict[str, Any]]) -> None:
    for session in sessions:
        day = edition.track_opens_on + dt.timedelta(days=session["day"])
        starts, ends = (dt.time.fromisoformat(session[name]) for name in ("starts", "ends"))
        HighLevelSession.objects.create(
            edition=edition,
            segment=session["segment"],
            starts_at=dt.datetime.combine(day, starts, edition.zone),
            ends_at=dt.datetime.combine(day, ends, edition.zone),
            seats=session["seats"],
            **language_columns({"title": session["title"]}),
        )


def approve_texts(edition: ForumEdition, staff: list[User], at: dt.datetime) -> None:
    """Approve the shipped texts and the edition's steps, but none that is approved already."""
    happened_at = min(at, timezone.now())
    first, second = staff
    for texts in (LetterTemplate.objects.filter(written_by=None), edition.reminder_steps.all()):
        new = texts.filter(first_approver=None, second_approver=None)
        record_acts(new, Act.APPROVED_FIRST, first)
        new.update(first_approver=first)
        # Of whom approved one before, the other is the second person.
        for by in (second, first):
            waiting = texts.filter(second_approver=None).exclude(first_approver=by)
            record_acts(waiting, Act.APPROVED_SECOND, by)
            waiting.update(
                second_approver=by, first_approved_at=happened_at, second_approved_at=happened_at
            )


def approve_sessions(edition: ForumEdition, staff: list[User], at: dt.datetime) -> None:
    """Approve the sessions, so that calendars have their hours; none that is approved already."""
    happened_at = min(at, timezone.now())
    for session in edition.sessions.filter(hours=None, first_approver=None):
        for by in staff:
            session.refresh_from_db()
            approve_session(session, by, session.mark)
        HighLevelSession.objects.filter(pk=session.pk).update(
            first_approved_at=happened_at, second_approved_at=happened_at
        )
    edition.session_hours.filter(published_at__gt=happened_at).update(published_at=happened_at)
