"""A move of dates in force: all that names the old days is called back, or waits for a person."""

import datetime as dt

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.audit import Act, record_act
from invitations.letters.planning import (
    call_back_letters,
    planned_again,
    reason_letter_is_overtaken,
    save_unless_planned,
)
from invitations.models import (
    AUTOMATIC_KINDS,
    DateChange,
    Delivery,
    ForumEdition,
    HeldChange,
    Invitation,
    Letter,
    Reconfirmation,
    Reply,
)
from invitations.models.insert_select import insert_select
from invitations.outbox.date_change.notice import draft_notice
from invitations.outbox.date_change.proposal import DATES, values_of_edition, write_edition
from invitations.outbox.release import decide, locked_change, why_not_by
from invitations.times.clocks import CLOCKS_APART

DECIDED = ("stopped_at", "moved_at")


@transaction.atomic
def apply_date_change(change: HeldChange, by: User, mark: str, reason: str = "") -> DateChange:
    """Let the edition have its new dates, for everybody at once; whoever asked for it may not.

    Answers stay as they are: each office that gave one is asked if it holds. What was frozen with
    the earlier days and has not left is called back; letters that a person approved wait for one.
    """
    edition, change = locked_change(change, mark)
    if refusal := why_not_by(change, by) or reason_dates_changed_meanwhile(edition, change):
        raise ValidationError(refusal)
    move = DateChange.objects.select_related("edition", "change").get(change=change)
    # Replies that are being recorded come before, or find the new dates.
    list(Invitation.objects.filter(edition=edition).locked().values_list("pk"))
    move.released_at = timezone.now()
    move.edition = take_effect(edition, change)
    if move.drafts_notice:
        move.notice = draft_notice(move)
    move.save(update_fields=["released_at", "notice"])
    call_back_frozen(move)
    if move.overtakes:
        overtake_questions(move)
    if move.asks_again:
        ask_again(move)
    decide(change, HeldChange.State.RELEASED, by, reason)
    record_act(change, Act.RELEASED, by, reason)
    record_act(edition, Act.DATES_MOVED, by, reason, changes=change.changed)
    return move


def reason_not_to_apply(change: HeldChange) -> str:
    """Return why the move cannot be released as things stand; an empty text if it can."""
    return reason_dates_changed_meanwhile(ForumEdition.objects.get(pk=change.key), change)


def reason_dates_changed_meanwhile(edition: ForumEdition, change: HeldChange) -> str:
    """Return why not, if the days, or what else moves, are not as they were when it was asked."""
    before, now = change.before or {}, values_of_edition(edition)
    if any(now[name] != before.get(name) for name in {*DATES, *change.changed}):
        return _(
            "The edition was changed after this move was asked for. Take it back, and ask for it "
            "anew."
        )
    return ""


def take_effect(edition: ForumEdition, change: HeldChange) -> ForumEdition:
    """Write what moves, also where another change of the edition waits with the old dates.

    What does not move stays as it is by now; what of it waits for a second person goes on waiting.
    """
    moves = {name: after for name, (_before, after) in change.changed.items()}
    moved = edition.with_values(moves)
    moved.stopped_at, moved.moved_at = None, after_all_composed(edition)
    values = {name: getattr(moved, name) for name in (*moves, *DECIDED)}
    write_edition(edition, **values)
    for waiting in HeldChange.objects.waiting().of(edition).select_for_update(of=("self",)):
        for said in filter(None, (waiting.before, waiting.after)):
            said.update({name: day for name, day in moves.items() if name in said})
        waiting.save(update_fields=["before", "after"])
    return moved


def after_all_composed(edition: ForumEdition) -> dt.datetime:
    """Return now; or, if another server's clock is ahead, an instant after all that it composed.

    What was frozen with the earlier dates stays known by its hour.
    """
    now = timezone.now()
    ahead = Letter.objects.filter(
        invitation__edition=edition, composed_at__gte=now, composed_at__lte=now + CLOCKS_APART
    )
    last = ahead.aggregate(last=Max("composed_at"))["last"]
    return last + dt.timedelta(microseconds=1) if last else now


def call_back_frozen(move: DateChange) -> None:
    """Call back automatic mail that has not left; acknowledgements and receipts are made anew."""
    reason = gettext_lazy("the dates have moved since it was composed")
    planned = Letter.objects.planned().filter(
        invitation__edition=move.edition_id, kind=Letter.Kind.REMINDER
    )
    call_back_letters(planned, reason)
    waiting = Delivery.objects.not_left().filter(
        letter__invitation__edition=move.edition_id, letter__kind__in=AUTOMATIC_KINDS
    )
    frozen = Letter.objects.in_force().filter(pk__in=waiting.values("letter"))
    keys = list(frozen.values_list("pk", flat=True))
    call_back_letters(Letter.objects.filter(pk__in=keys), reason)
    gone = Letter.objects.acknowledging().filter(pk__in=keys, state=Letter.State.CANCELLED)
    # Of two receipts that both waited to leave, the later one tells what is on file.
    told = ("invitation_id", "kind", "variant", "reply_id")
    last = {tuple(getattr(one, name) for name in told): one for one in gone.order_by("pk")}
    for letter in last.values():
        if not reason_letter_is_overtaken(letter):
            save_unless_planned(planned_again(letter))
    if not move.edition.has_last_day:
        # The text for a holding reply names the deadline, and there is none.
        holding = Letter.objects.planned().filter(variant="holding", reply__isnull=False)
        holding.filter(invitation__edition=move.edition_id).update(variant="answer")


def overtake_questions(move: DateChange) -> None:
    """Ask no more what earlier moves asked; a deadline that moves alone leaves it asked."""
    asked = Reconfirmation.objects.current().filter(move__edition=move.edition_id)
    asked.update(overtaken_at=move.released_at)


def ask_again(move: DateChange) -> int:
    """Ask each office whose answer stands if it holds; return how many."""
    standing = Reply.objects.standing().filter(
        invitation__edition=move.edition_id, invitation__status=Invitation.Status.ISSUED
    )
    return insert_select(
        standing, Reconfirmation, move=move.pk, invitation=F("invitation"), reply=F("pk")
    )
