"""All that has happened between the secretariat and a State, in sentences, the newest first."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from auditlog.models import LogEntry
from django.db.models import Model
from django.urls import reverse
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from delegations.changes import AUTHOR_PATHS, changed_field_labels, format_author
from delegations.desk import timeline_sentences
from delegations.desk.dossier import Dossier
from delegations.models import DelegationChange
from invitations.admin.list_columns import change_url, on_day
from invitations.models import (
    CallListEntry,
    Delivery,
    HeldChange,
    Invitation,
    Letter,
    LetterEvent,
    OriginalStep,
    Reconfirmation,
    Reply,
)
from invitations.text.dates import comma_list, format_day, keep_own_order, labelled, running_text

ADDRESSES = {"to_emails", "cc_emails", "emails", "focal_point_email"}


class TimelineLine(NamedTuple):
    """One sentence of the timeline: when, what, by whom, the record behind it, and more of it."""

    at: dt.datetime
    words: str
    who: str
    url: str
    more: str = ""
    order: int = 0


def timeline(dossier: Dossier) -> list[TimelineLine]:
    """Return a line for each event that the user may read of."""
    lines = [
        *lines_of_letters(dossier),
        *lines_of_originals(dossier),
        *lines_of_correspondence(dossier),
        *lines_of_replies(dossier),
        *lines_of_reconfirmations(dossier),
        *lines_of_calls(dossier),
        *lines_of_call_list(dossier),
        *lines_of_invitations(dossier),
        *lines_of_held_changes(dossier),
        *lines_of_delegation(dossier),
    ]
    return sorted(lines, key=lambda line: (line.at, line.order), reverse=True)


def by(person: Any, otherwise: Any = "") -> str:
    return str(person or otherwise or _("the machine"))


def shorten(words: str) -> str:
    return keep_own_order(Truncator(" ".join(words.split())).chars(160))


# Letters and their deliveries


def lines_of_letters(dossier: Dossier) -> Iterator[TimelineLine]:
    """Tell what became of letters; what befell several addresses in one minute is one line."""
    if not dossier.reads(LetterEvent):
        return
    events = LetterEvent.objects.filter(letter__in=dossier.letters).select_related("actor")
    deliveries = {delivery.pk: delivery for delivery in dossier.deliveries}
    for alike in events_alike(last_of_deferrals(dossier.told(events.order_by("at", "pk")))):
        event, to = (
            alike[0],
            [deliveries[one.delivery_id] for one in alike if one.delivery_id in deliveries],
        )
        of_letter = event.delivery_id is None
        sentence = sentence_of_letter(event) if of_letter else sentence_of_deliveries(event, to)
        if sentence:
            words = labelled(capfirst(event.letter.named), sentence)
            url = change_url(to[0] if len(to) == 1 else event.letter)
            more = comma_list([signature(event), number_on_paper(event, to), reason_of(event)])
            yield TimelineLine(event.at, words, by(event.actor), url, more, event.pk)


def events_alike(events: list[LetterEvent]) -> list[list[LetterEvent]]:
    """Return the events of each letter, minute and kind together, in order."""
    found: dict[tuple[Any, ...], list[LetterEvent]] = {}
    for event in events:
        minute = event.at.replace(second=0, microsecond=0)
        of_delivery = event.delivery_id is not None
        alike = event.letter_id, of_delivery, event.state, minute, event.actor_id, reason_of(event)
        found.setdefault(alike, []).append(event)
    return list(found.values())


def reason_of(event: LetterEvent) -> str:
    """Return why, and what the mail server said; not its polite word that all is well."""
    said = "" if event.state == timeline_sentences.State.HANDED_OVER else event.server_words
    return keep_own_order(running_text([event.why, said]))


def signature(event: LetterEvent) -> str:
    """Return under which reference a letter was approved, and who had signed its original."""
    letter, circular = event.letter, event.letter.circular
    if letter.traits.automatic or event.state != Letter.State.APPROVED:
        return ""
    signed_on = circular.original_signed_on
    if letter.by_original or not (signed_on and circular.is_signed):
        return keep_own_order(circular.reference)
    said = {"name": circular.original_signed_by, "day": format_day(signed_on)}
    words = _("the original was signed by %(name)s on %(day)s") % said
    return comma_list([keep_own_order(circular.reference), words])


def number_on_paper(event: LetterEvent, deliveries: list[Delivery]) -> str:
    """Return the number of the pouch, the registered letter or the receipt book."""
    left = event.state == timeline_sentences.State.HANDED_OVER
    return keep_own_order(deliveries[0].reference) if left and deliveries else ""


def last_of_deferrals(events: list[LetterEvent]) -> list[LetterEvent]:
    """Leave out all deferrals of a delivery but its last one: it is tried many times."""
    last = {
        event.delivery_id: event.pk
        for event in events
        if event.state == timeline_sentences.State.DEFERRED
    }
    return [
        event
        for event in events
        if event.state != timeline_sentences.State.DEFERRED or last[event.delivery_id] == event.pk
    ]


def sentence_of_letter(event: LetterEvent) -> Any:
    """Return what became of the letter; nobody composes and approves what is automatic."""
    by_itself = event.letter.traits.automatic and event.state != Letter.State.CANCELLED
    return "" if by_itself else timeline_sentences.OF_LETTERS.get(event.state, "")


def sentence_of_deliveries(event: LetterEvent, deliveries: list[Delivery]) -> Any:
    """Return what became of the deliveries; none where only our own work went on."""
    if not deliveries or (event.state == timeline_sentences.State.QUEUED and not event.actor_id):
        return ""
    first = deliveries[0]
    if (
        event.state == timeline_sentences.State.HANDED_OVER
        and first.channel in timeline_sentences.LEFT_ON_PAPER
    ):
        return timeline_sentences.LEFT_ON_PAPER[first.channel]
    sentence = timeline_sentences.OF_DELIVERIES.get(event.state, "")
    to = comma_list(keep_own_order(one.address) or one.get_channel_display() for one in deliveries)
    return sentence and sentence % {"to": to}


def lines_of_originals(dossier: Dossier) -> Iterator[TimelineLine]:
    """Tell the steps of signed originals, on whose pages they stand."""
    letters = [letter for letter in dossier.letters if letter.by_original]
    steps = OriginalStep.objects.filter(letter__in=letters)
    for step in steps.select_related("recorded_by", "taken_back_by"):
        url = reverse("admin:invitations_signedoriginal_change", args=[step.letter_id])
        more = comma_list([format_day(step.done_on), step.remark])
        words = str(timeline_sentences.OF_ORIGINALS[step.step])
        yield TimelineLine(step.recorded_at, words, by(step.recorded_by), url, more)
        if step.taken_back_at:
            words = timeline_sentences.STEP_TAKEN_BACK % {"step": step.get_step_display()}
            who = by(step.taken_back_by)
            yield TimelineLine(step.taken_back_at, words, who, url, step.discard_reason, 1)


# What the office said


def lines_of_correspondence(dossier: Dossier) -> Iterator[TimelineLine]:
    for one in dossier.correspondence:
        words = (
            timeline_sentences.AUTOMATIC_MAIL_CAME
            if one.is_automatic
            else timeline_sentences.CAME_IN[one.channel]
        )
        more = shorten(comma_list([one.reference, one.sender, one.summary]))
        who = by(one.recorded_by, _("from the mailbox") if one.message else "")
        yield TimelineLine(one.received_at, str(words), who, change_url(one), more)
        if one.dealt_with_at and one.dealt_with_by:
            words = timeline_sentences.DEALT_WITH % {"day": on_day(one.received_at)}
            yield TimelineLine(
                one.dealt_with_at, words, by(one.dealt_with_by), change_url(one), "", 2
            )


def lines_of_replies(dossier: Dossier) -> Iterator[TimelineLine]:
    for reply in dossier.replies:
        answer = {"answer": reply.get_answer_display()}
        stands = reply.status == Reply.Status.STANDING
        more = shorten(
            comma_list(
                [
                    "" if stands else reply.get_status_display(),
                    _("late") if reply.is_late else "",
                    reply.substitute_name,
                    reply.remarks,
                ]
            )
        )
        who = by(reply.recorded_by, reply.respondent_name or _("the office"))
        replied_here = reply.carried_from_id is None
        words = (
            timeline_sentences.REPLIED[reply.channel]
            if replied_here
            else timeline_sentences.CARRIED
        ) % answer
        at = reply.received_at if replied_here else reply.recorded_at
        yield TimelineLine(at, words, who, change_url(reply), more, 1)
        if reply.settled_at:
            reason = reply.settlement_reason
            words = format_settlement(reply) % answer
            yield TimelineLine(
                reply.settled_at, words, by(reply.settled_by), change_url(reply), reason, 2
            )


def format_settlement(reply: Reply) -> Any:
    if reply.is_taken_up:
        return timeline_sentences.TAKEN_UP
    return (
        timeline_sentences.SET_ASIDE
        if reply.status == Reply.Status.SET_ASIDE
        else timeline_sentences.CHOSEN
    )


def lines_of_reconfirmations(dossier: Dossier) -> Iterator[TimelineLine]:
    """Tell who said that their answer holds; where no dates moved, nothing is read for it."""
    if dossier.edition.moved_at is None or not dossier.reads(Reply):
        return
    said = Reconfirmation.objects.filter(
        invitation__in=dossier.keys, said=Reconfirmation.Said.STILL_VALID
    )
    for one in said.select_related("reply", "recorded_by"):
        if one.answered_at:
            words = timeline_sentences.RECONFIRMED % {"answer": one.reply.get_answer_display()}
            who = by(one.recorded_by, _("the office"))
            yield TimelineLine(one.answered_at, words, who, change_url(one.reply), "", 1)


def lines_of_calls(dossier: Dossier) -> Iterator[TimelineLine]:
    for call in dossier.calls:
        url, words = change_url(call), str(timeline_sentences.CALLED[call.outcome])
        more = shorten(comma_list([call.whom, call.fact]))
        ahead = call.next_call_on and _("next call on %(day)s") % {
            "day": format_day(call.next_call_on)
        }
        more = comma_list([more, ahead or "", _("struck") if call.struck_at else ""])
        yield TimelineLine(call.at, words, by(call.by), url, more)
        if call.struck_at:
            words = timeline_sentences.CALL_STRUCK % {"day": on_day(call.at)}
            yield TimelineLine(call.struck_at, words, by(call.struck_by), url, call.strike_reason)


def lines_of_call_list(dossier: Dossier) -> Iterator[TimelineLine]:
    for entry in dossier.of_invitations(CallListEntry.objects.all()):
        yield TimelineLine(
            entry.listed_at, str(timeline_sentences.TO_BE_CALLED), by(None), change_url(entry)
        )


# What was done with the invitation and the records behind it


def lines_of_invitations(dossier: Dossier) -> Iterator[TimelineLine]:
    kind = {"content_type__app_label": "invitations", "content_type__model": "invitation"}
    acts = LogEntry.objects.filter(**kind, object_id__in=dossier.keys).select_related("actor")
    for entry in acts:
        said = entry.additional_data or {}
        if words := timeline_sentences.OF_INVITATIONS.get(said.get("act", "")):
            who = by(entry.actor, said.get("named") or entry.actor_email)
            url = url_of_record(Invitation, entry.object_id)
            yield TimelineLine(entry.timestamp, str(words), who, url, said.get("reason", ""), 3)
    for one in dossier.invitations:
        yield TimelineLine(
            one.drafted_at,
            str(timeline_sentences.DRAFTED),
            "",
            change_url(one),
            str(one.minister),
            -1,
        )


def url_of_record(model: type[Model], pk: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])


def lines_of_held_changes(dossier: Dossier) -> Iterator[TimelineLine]:
    """Tell what changed of whom and where mail goes, and who released it."""
    for change, name in dossier.held_changes:
        url, record = change_url(change), {"record": keep_own_order(name)}
        of_office = change.kind == HeldChange.Kind.SUCCESSION
        words = (
            timeline_sentences.SUCCESSOR_ASKED if of_office else timeline_sentences.CHANGED
        ) % record
        reason = change.reason
        yield TimelineLine(change.asked_at, words, by(change.asked_by), url, reason)
        if change.alone_at:
            words, reason = timeline_sentences.RELEASED_ALONE % record, change.alone_reason
            yield TimelineLine(change.alone_at, words, by(change.alone_by), url, reason, 1)
        if change.decided_at and change.state in timeline_sentences.DECIDED:
            of_address = set(change.changed) <= ADDRESSES
            released = change.state == HeldChange.State.RELEASED
            sentence = (
                timeline_sentences.HANDED_OVER if of_office else timeline_sentences.DECIDED
            )[change.state]
            words = (
                timeline_sentences.ADDRESS_RELEASED if released and of_address else sentence
            ) % record
            reason = change.decision_reason
            yield TimelineLine(change.decided_at, words, by(change.decided_by), url, reason, 2)


def lines_of_delegation(dossier: Dossier) -> Iterator[TimelineLine]:
    if not (dossier.delegation and dossier.reads(DelegationChange)):
        return
    url = change_url(dossier.delegation)
    for change in dossier.delegation.changes.select_related(*AUTHOR_PATHS):
        words = timeline_sentences.OF_DELEGATIONS[change.part, change.act] % {
            "subject": change.subject
        }
        fields = changed_field_labels(change)
        yield TimelineLine(change.at, words, format_author(change), url, fields, change.pk)
