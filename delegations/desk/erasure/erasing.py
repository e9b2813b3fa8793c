"""The erasure itself: asked for by a person, or due; in batches; with one row of history."""

import datetime as dt
import logging
import time
from collections import defaultdict
from functools import partial

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from delegations.desk.erasure.kinds import KINDS, erase_left, is_any_left
from delegations.desk.erasure.owed import is_any_owed
from delegations.models import Erasure
from delegations.models.erasure import AT_HOUR, erases_on
from invitations.audit import Act, record_act
from invitations.job_errors import each_apart
from invitations.models import Arming, ForumEdition
from invitations.outbox.arming import is_a_copy
from invitations.times.jobs import Job

logger = logging.getLogger(__name__)

BATCH = 500
# What one tick takes at most.
WITHIN = dt.timedelta(seconds=40)


def ask_for_erasure(edition: ForumEdition, by: User, reason: str) -> Erasure:
    """Let the clock erase, in an hour, what was collected for an edition that is over."""
    if why := reason_not_to_erase_edition(edition):
        raise ValidationError(why)
    erasure = Erasure(edition=edition, asked_by=by, reason=reason)
    erasure.clean_fields(exclude=["ended_at", "counts"])
    try:
        with transaction.atomic():
            erasure.save()
            record_act(edition, Act.ERASURE_ASKED, by, reason)
    except IntegrityError:
        raise ValidationError(_("It is being erased already.")) from None
    return erasure


@transaction.atomic
def take_back_erasure(edition: ForumEdition, by: User, reason: str) -> None:
    """Let nothing be erased that a person asked for; refuse it once a row is erased."""
    erasure = Erasure.objects.under_way().select_for_update().filter(edition=edition).first()
    if erasure is None or not erasure.can_be_taken_back:
        raise ValidationError(_("There is nothing to take back: it has begun, or has ended."))
    erasure.delete()
    record_act(edition, Act.ERASURE_TAKEN_BACK, by, reason)


def reason_not_to_erase_edition(edition: ForumEdition) -> str:
    """Return why nothing can be erased just now; empty if it can."""
    if edition.is_ahead(timezone.now()):
        return _("The edition is not over yet.")
    if is_any_owed(edition):
        return _("Something has to be done first: this page lists it.")
    return "" if is_any_left(edition) else _("There is nothing left to erase.")


def erase_personal_data() -> int:
    """Begin at night what is due, go on with what is begun, and return how many rows that were."""
    now, until = timezone.now(), time.monotonic() + WITHIN.total_seconds()
    if not is_a_copy(Arming.objects.first()):
        begin_what_is_due(now)
    begun = Erasure.objects.to_go_on(now).order_by("pk").values_list("pk", flat=True)
    return each_apart(Job.ERASE, [(str(pk), partial(go_on_erasing, pk, until)) for pk in begun])


def begin_what_is_due(now: dt.datetime) -> None:
    """Begin at night what is due; never in a copy, where somebody may look for what was lost."""
    by_hand = defaultdict(list)
    for erasure in Erasure.objects.done_by_hand().order_by("ended_at"):
        by_hand[erasure.edition_id].append(erasure)
    for edition in ForumEdition.objects.order_by("pk"):
        day = erases_on(edition, by_hand[edition.pk])
        note_day(edition, day)
        if now.astimezone(edition.zone).hour == AT_HOUR and erasure_is_due(edition, now, day):
            begin_erasure(edition)


def note_day(edition: ForumEdition, day: dt.date | None) -> None:
    """Note the day that is told, so that whatever brings it forward later leaves thirty days."""
    if day != edition.erased_not_before:
        edition.erased_not_before = day
        ForumEdition.objects.filter(pk=edition.pk).update(erased_not_before=day)


def erasure_is_due(edition: ForumEdition, now: dt.datetime, day: dt.date | None) -> bool:
    """Whether it is over and its day has come.

    What was begun by the clock ends where somebody empties the months.
    """
    return day is not None and not edition.is_ahead(now) and edition.local_date(now) >= day


def begin_erasure(edition: ForumEdition) -> None:
    """Begin an erasure by the clock, unless something is owed, nothing is left, or one is begun."""
    if is_any_left(edition) and not is_any_owed(edition):
        Erasure.objects.bulk_create([Erasure(edition=edition)], ignore_conflicts=True)


def go_on_erasing(pk: int, until: float = float("inf")) -> int:
    """Erase batch after batch until nothing is left or the time is up; return how many rows."""
    done = 0
    while (erased := erase_some(pk)) is not None:
        done += erased
        if time.monotonic() >= until:
            break
    return done


@transaction.atomic
def erase_some(pk: int) -> int | None:
    """Erase one batch; None if the erasure has ended, or waits."""
    begun = Erasure.objects.to_go_on(timezone.now())
    erasure = begun.select_for_update().filter(pk=pk).first()
    if erasure is None:
        return None
    # Its dates cannot move, nor its time be set longer, while a batch goes.
    rows: models.QuerySet[ForumEdition] = models.QuerySet(ForumEdition)
    edition = rows.select_for_update(no_key=True).get(pk=erasure.edition_id)
    if not still_wanted(erasure, edition):
        end(erasure)
        return None
    if is_any_owed(edition):
        return None
    for kind in KINDS:
        if erased := erase_left(kind, kind.left(edition), BATCH):
            erasure.counts[kind.code] = erasure.counts.get(kind.code, 0) + erased
            erasure.save(update_fields=["counts"])
            return erased
    end(erasure)
    return None


def still_wanted(erasure: Erasure, edition: ForumEdition) -> bool:
    """Whether nobody has moved the edition, or its time, since the erasure was begun."""
    now = timezone.now()
    is_asked_for = erasure.asked_by_id is not None and not edition.is_ahead(now)
    return is_asked_for or erasure_is_due(edition, now, erases_on(edition))


def end(erasure: Erasure) -> None:
    """End the erasure, and write one row into the edition's history: how many, and of what.

    The log says so too: a backup from before does not know of it.
    """
    if not erasure.counts:
        erasure.delete()
        return
    erasure.ended_at = timezone.now()
    erasure.save(update_fields=["ended_at"])
    told = {code: (number, 0) for code, number in erasure.counts.items()}
    record_act(erasure.edition, Act.ERASED, erasure.asked_by, erasure.reason, told)
    logger.warning("Personal data of %s erased: %s", erasure.edition.symbol, erasure.counts)
