"""To ask that an edition moves: its dates stay until a second person releases the move."""

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act
from invitations.models import DateChange, ForumEdition, HeldChange
from invitations.models.held.holding import letters_at_hand, name_of
from invitations.outbox.release import decide, locked_change

DATES = ("opens_on", "closes_on", "track_opens_on", "track_closes_on", "reply_before")
MOVING = (*DATES, "postponed_at", "is_online", "answers_offered", "awaits_last_day")
# To stop, one person suffices: these stop reminders and the deadline in any case, at once.
STOPPING = (DateChange.Kind.POSTPONED, DateChange.Kind.ONLINE)


class ProposedDateChange(NamedTuple):
    """What is asked: the kind, the days, and what goes with them."""

    kind: DateChange.Kind
    dates: Mapping[str, dt.date] = {}
    # Only a move online, and back, changes the answers that are offered.
    answers_offered: list[str] = []
    days: int = 0
    sessions: list[int] = []
    drafts_notice: bool = True
    # Whether reminders and the deadline rest until it is decided; some kinds stop them anyway.
    stops: bool = True


def dates_are_known_to_offices(edition: ForumEdition) -> bool:
    """Whether letters that name the edition's dates were approved: a second person then decides."""
    return letters_at_hand().filter(invitation__edition=edition).exists()


@transaction.atomic
def propose_date_change(
    edition: ForumEdition, asked: ProposedDateChange, by: User, reason: str
) -> DateChange:
    """Hold the move until a second person releases it; it takes the place of one that waits.

    A postponement and a move online stop reminders and the deadline at once.
    """
    if not reason.strip():
        raise ValidationError(_("Say why it moves: who releases it reads this."))
    now = timezone.now()
    edition = locked_edition(edition)
    before = values_of_edition(edition)
    after = values_asked(before, asked, now)
    refuse_if_nothing_moves(edition, asked, before, after)
    for earlier in HeldChange.objects.waiting_dates().of(edition):
        take_back_move(earlier, by, earlier.mark, reason=_("another move takes its place"))
    change = hold(edition, before, after, by, reason)
    if asked.stops or asked.kind in STOPPING:
        stop(edition, by, reason, now)
    return DateChange.objects.create(
        edition=edition,
        change=change,
        kind=asked.kind,
        days=asked.days,
        sessions=asked.sessions,
        drafts_notice=asked.drafts_notice,
    )


def locked_edition(edition: ForumEdition) -> ForumEdition:
    locked = ForumEdition.objects.select_for_update(of=("self",), no_key=True)
    return locked.get(pk=edition.pk)


def values_of_edition(edition: ForumEdition) -> dict[str, Any]:
    """Return the columns that a move changes, as JSON has them."""
    said = {name: getattr(edition, name) for name in MOVING}
    found: dict[str, Any] = json.loads(DjangoJSONEncoder().encode(said))
    return found


def values_asked(
    before: Mapping[str, Any], asked: ProposedDateChange, now: dt.datetime
) -> dict[str, Any]:
    if asked.kind == DateChange.Kind.POSTPONED:
        return {**before, "postponed_at": now.isoformat()}
    dates = {name: day.isoformat() for name, day in asked.dates.items()}
    after = {**before, **dates, "postponed_at": None, **values_of_form(asked)}
    return after | {"awaits_last_day": leaves_no_last_day(asked.kind, before, after)}


def leaves_no_last_day(kind: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether it goes online and names no other last day: that of before asked something else."""
    return kind == DateChange.Kind.ONLINE and before["reply_before"] == after["reply_before"]


def values_of_form(asked: ProposedDateChange) -> dict[str, Any]:
    """Return what a move online, or back, changes beside the days."""
    if asked.kind not in DateChange.OF_FORM:
        return {}
    is_online = asked.kind == DateChange.Kind.ONLINE
    return {"is_online": is_online, "answers_offered": asked.answers_offered}


def refuse_if_nothing_moves(
    edition: ForumEdition,
    asked: ProposedDateChange,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    stands = {
        DateChange.Kind.POSTPONED: edition.postponed_at is not None,
        DateChange.Kind.IN_PERSON: not edition.is_online,
    }
    if after == before or stands.get(asked.kind):
        raise ValidationError(_("Nothing moves: this is how it stands already."))
    moved = edition.with_values(after)
    moved.clean_fields()
    moved.validate_constraints()


def hold(
    edition: ForumEdition, before: dict[str, Any], after: dict[str, Any], by: User, reason: str
) -> HeldChange:
    change = HeldChange.objects.create(
        kind=HeldChange.Kind.DATES,
        content_type=ContentType.objects.get_for_model(ForumEdition),
        object_id=str(edition.pk),
        named=name_of(ForumEdition, edition.pk),
        before=before,
        after=after,
        asked_by=by,
        reason=reason,
    )
    change.contributors.add(by)
    record_act(change, Act.HELD, by, reason)
    return change


def stop(edition: ForumEdition, by: User, reason: str, now: dt.datetime) -> None:
    """Stop reminders and the deadline of the edition; who stopped it first stays on file."""
    if write_edition(edition, stopped_at=now, only_if=models.Q(stopped_at=None)):
        record_act(edition, Act.REMINDERS_STOPPED, by, reason)


def write_edition(edition: ForumEdition, only_if: models.Q | None = None, **values: Any) -> int:
    """Write what one person may stop, or two have released: nothing of it is held again."""
    rows: Any = models.QuerySet(ForumEdition).filter(only_if or models.Q(), pk=edition.pk)
    return int(rows.update(**values))


@transaction.atomic
def take_back_move(change: HeldChange, by: User, mark: str, reason: str = "") -> None:
    """Drop a move that waits: the dates stay, reminders and the deadline hold again."""
    edition, change = locked_change(change, mark)
    write_edition(edition, stopped_at=None)
    decide(change, HeldChange.State.TAKEN_BACK, by, reason)
    record_act(change, Act.TAKEN_BACK, by, reason)
    record_act(edition, Act.TAKEN_BACK, by, reason)
