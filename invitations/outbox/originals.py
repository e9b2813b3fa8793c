"""The steps of a signed original: printed, signed, handed over, and the mission's receipt."""

import datetime as dt
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act
from invitations.files.frozen import Frozen
from invitations.letters.approval import locked_letter
from invitations.letters.channels import paper_channel
from invitations.models import Delivery, HeldChange, Letter, Minister, OriginalStep
from invitations.models.delivery import STEPS, Step
from invitations.models.held.composed_with import LINK
from invitations.outbox.decisions import mark_dispatched, paper_delivery
from invitations.outbox.envelopes import refuse_unprintable
from invitations.outbox.transitions import State, transit
from invitations.text.dates import format_day

ACTS: dict[str, Act] = {
    Step.PRINTED: Act.ORIGINAL_PRINTED,
    Step.SIGNED: Act.ORIGINAL_SIGNED,
    Step.HANDED_OVER: Act.ORIGINAL_HANDED_OVER,
    Step.RECEIPT: Act.ORIGINAL_RECEIPT,
}


class Done(NamedTuple):
    """When a step was done, and what is known of it; a way only of the handing over."""

    on: dt.date
    remark: str = ""
    channel: str = ""
    reference: str = ""


@transaction.atomic
def record_step(letter: Letter, step: str, by: User, done: Done) -> Letter:
    """Record the next step of a signed original; the handing over is that of its delivery too.

    Refuse a step out of order, a second time, before the approval, or on a day to come. What was
    done while the letter was in force is recorded, whatever became of it since.
    """
    letter = locked_letter(letter)
    refuse_no_original(letter)
    steps = steps_of(letter)
    if why := reason_step_is_not_next(letter, step, steps):
        raise ValidationError(why)
    # What has left may have its receipt, whatever became of the invitation.
    if step != Step.RECEIPT and not was_in_force(letter, done.on, is_printed=bool(steps)):
        refuse_unprintable(letter)
    refuse_out_of_order(letter, step, steps, done.on)
    letter.original_steps.create(step=step, done_on=done.on, remark=done.remark, recorded_by=by)
    if step == Step.HANDED_OVER:
        hand_over_paper(letter, by, done)
    record_act(letter, ACTS[step], by, " ".join(filter(None, [format_day(done.on), done.remark])))
    return letter


def was_in_force(letter: Letter, on: dt.date, *, is_printed: bool) -> bool:
    """Whether the letter, void by now, could leave on that day; on its last if it was printed."""
    until = void_since(letter)
    if until is None or letter.approved_at is None:
        return False
    last = letter.invitation.edition.local_date(until)
    return on < last or (on == last and is_printed)


def void_since(letter: Letter) -> dt.datetime | None:
    """Return when it came to be called back, replaced, withdrawn, or with dead link or old dates.

    Or when its addressee left office. None if it is in force.
    """
    invitation = letter.invitation
    replacements = letter.replaced_by.approved().filter(kind=Letter.Kind.REPLACEMENT)
    called_back = letter.events.filter(delivery=None, state=Letter.State.CANCELLED)
    link = invitation.links.filter(pk=letter.composed_with.get(LINK))
    found = [
        *link.values_list("replaced_at", flat=True),
        *replacements.values_list("approved_at", flat=True),
        *called_back.values_list("at", flat=True),
        invitation.withdrawn_at,
        succeeded_at(invitation.minister),
        invitation.edition.moved_at if letter.is_of_earlier_dates else None,
    ]
    return min(filter(None, found), default=None)


def succeeded_at(minister: Minister) -> dt.datetime | None:
    """Return when the person who holds the office now was entered as successor.

    The minister's history has what was saved; a hand-over enters its successor by itself.
    """
    if minister.successor_id is None:
        return None
    entries = LogEntry.objects.get_for_object(minister).filter(changes__has_key="successor")
    successor = str(minister.successor_id)
    entered = [one.timestamp for one in entries if one.changes["successor"][1] == successor]
    return max([*entered, *handed_over_at(minister)], default=None)


def handed_over_at(minister: Minister) -> list[dt.datetime]:
    """Return when hand-overs that were not taken back entered the successor."""
    asked = HeldChange.objects.filter(
        kind=HeldChange.Kind.SUCCESSION,
        before__minister=minister.pk,
        after__minister=minister.successor_id,
    ).exclude(state=HeldChange.State.TAKEN_BACK)
    # Where the successor stood there already, it was entered before.
    known = minister.successor_id
    return [one.asked_at for one in asked if (one.before or {})["successor"] != known]


def refuse_no_original(letter: Letter) -> None:
    if not letter.by_original or letter.kind == Letter.Kind.NOTE:
        raise ValidationError(_("It is no signed original."))


def steps_of(letter: Letter) -> dict[str, OriginalStep]:
    return {one.step: one for one in letter.original_steps.standing()}


def reason_not_to_record_step(letter: Letter, step: str) -> str:
    """Return why the step is recorded for no day as things stand; an empty text if it may be."""
    if letter.approved_at is None:
        return _("Only an approved letter is printed.")
    return reason_step_is_not_next(letter, step, steps_of(letter))


def reason_step_is_not_next(letter: Letter, step: str, steps: dict[str, OriginalStep]) -> str:
    """Return that the step is on file, or which comes before it and is not; empty if it is next."""
    if recorded := steps.get(step):
        return _("“%(step)s” is on file already: %(on)s, by %(by)s.") % {
            "step": recorded.get_step_display(),
            "on": format_day(recorded.done_on),
            "by": recorded.recorded_by,
        }
    missing = [str(one.label) for one in steps_before(step) if one not in steps]
    return _("Record first: %(step)s.") % {"step": missing[0]} if missing else ""


def steps_before(step: str) -> list[Step]:
    return STEPS[: STEPS.index(Step(step))]


def reason_not_to_take_step_back(letter: Letter) -> str:
    return "" if letter.original_steps.standing().exists() else _("No step is on file yet.")


def refuse_out_of_order(
    letter: Letter, step: str, steps: dict[str, OriginalStep], on: dt.date
) -> None:
    """Refuse a day to come, and a day before what was done before."""
    edition = letter.invitation.edition
    if on > edition.local_date(timezone.now()):
        raise ValidationError(_("That day is still to come: say on which day it was done."))
    before = steps_before(step)
    earlier, since = _("approved"), edition.local_date(letter.approved_at or timezone.now())
    if before:
        earlier, since = str(before[-1].label), steps[before[-1]].done_on
    if on < since:
        raise ValidationError(
            _("“%(step)s” was on %(on)s: this cannot have been before.")
            % {"step": earlier, "on": format_day(since)}
        )


def hand_over_paper(letter: Letter, by: User, done: Done) -> None:
    """Mark the delivery on paper, and those of the notes verbales above it that still wait."""
    channel = done.channel or paper_channel(letter).channel
    if not channel:
        raise ValidationError(_("It has no address: say how it was handed over."))
    at = hour_on(letter, done.on)
    mark_dispatched(paper_delivery(letter, channel), by, channel, done.reference, at)
    for note in notes_above(letter):
        if waiting := on_paper(note).filter(state=State.QUEUED).first():
            mark_dispatched(waiting, by, channel, done.reference, at)


def hour_on(letter: Letter, day: dt.date) -> dt.datetime:
    """Return an instant on that day: noon, not to come, nor before the approval or after its end.

    The link that it prints may have ended that day, or the letter: it left before.
    """
    noon = dt.datetime.combine(day, dt.time(12), letter.invitation.edition.zone)
    now = timezone.now()
    until = void_since(letter) or now
    return min(max(noon, letter.approved_at or noon), until, now)


def notes_above(letter: Letter) -> list[Letter]:
    return list(letter.notes.approved().filter(by_original=True))


def on_paper(letter: Letter) -> "models.QuerySet[Delivery]":
    return letter.deliveries.exclude(channel=Delivery.Channel.EMAIL)


@transaction.atomic
def take_back_step(letter: Letter, step: str, by: User, reason: str) -> None:
    """Take back the last step, recorded by mistake; its row stays on file with the reason.

    Refuse if another step was recorded since.
    """
    if not reason.strip():
        raise ValidationError(_("Say why the step is taken back."))
    letter = locked_letter(letter)
    last = letter.original_steps.standing().last()
    if last is None or last.step != step:
        raise ValidationError(
            _("Another step was recorded or taken back since you looked: look at it once more.")
        )
    last.taken_back_at, last.taken_back_by, last.discard_reason = timezone.now(), by, reason
    last.save(update_fields=["taken_back_at", "taken_back_by", "discard_reason"])
    if step == Step.HANDED_OVER:
        take_back_paper(letter, by, reason)
    record_act(letter, Act.STEP_TAKEN_BACK, by, f"{last}: {reason}")


def take_back_paper(letter: Letter, by: User, reason: str) -> None:
    """Let the delivery wait again, and that of a note verbale of which no letter has left.

    That of a letter that was called back waits for nothing.
    """
    taken_back = [letter]
    for note in notes_above(letter):
        left = OriginalStep.objects.standing().filter(step=Step.HANDED_OVER)
        if not left.filter(letter__in=note.covers.all()).exists():
            taken_back.append(note)
    never_left: Any = {"handed_over_at": None, "reference": ""}
    for one in taken_back:
        back_to = State.QUEUED if one.state == Letter.State.APPROVED else State.CANCELLED
        for delivery in on_paper(one).filter(state=State.HANDED_OVER):
            transit(delivery, State.HANDED_OVER, back_to, reason=reason, by=by, **never_left)


@transaction.atomic
def keep_scan(letter: Letter, by: User, scan: Frozen) -> None:
    """Put the scan of the stamped receipt on file; it takes the place of an earlier one."""
    letter = locked_letter(letter)
    receipts = letter.original_steps.standing().filter(step=Step.RECEIPT)
    if not receipts.update(scan=scan.name, scan_sha256=scan.sha256):
        raise ValidationError(_("Record the receipt first; then put its scan on file."))
    record_act(letter, Act.ORIGINAL_SCAN, by, scan.sha256[:12])
