"""The audit of acts: who did what to a record, when and why.

A conditional ``update()`` fires no signal, so auditlog does not see it by itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from auditlog.context import auditlog_value, disable_auditlog, set_actor
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, TextChoices
from django.utils.translation import gettext_lazy as _

Changes = Mapping[str, tuple[object, object]]


class Act(TextChoices):
    ISSUED = "issued", _("put in force with the approval of its letter")
    WITHDRAWN = "withdrawn", _("withdrawn")
    PRINCIPAL = "principal", _("made the State’s principal invitation")
    BY_COURTESY = (
        "by_courtesy",
        _("by courtesy from now on: another one is the principal invitation"),
    )
    DRAFT_AGAIN = "draft_again", _("a draft again: its circular was called back")
    LETTER_LEFT = "letter_left", _("its letter left as it is, though the record says otherwise")
    HAND_OVER_ASKED = (
        "hand_over_asked",
        _("link and code ended, since a successor is to be invited"),
    )
    IN_SUCCESSION = "in_succession", _("put in force in place of a person who left office")
    REPLACED = "replaced", _("replacement of its letter begun")
    LINK_REPLACED = "link_replaced", _("link and code replaced by new ones")
    THANKED = "thanked", _("chosen who is thanked")
    LETTERS_PLANNED = "letters_planned", _("letters to be composed")
    NOTES_PLANNED = "notes_planned", _("notes verbales to be composed")
    CALLED_BACK = "called_back", _("called back")
    ORIGINAL_PRINTED = "original_printed", _("signed original printed")
    ORIGINAL_SIGNED = "original_signed", _("signed original signed")
    ORIGINAL_HANDED_OVER = "original_handed_over", _("signed original handed over")
    ORIGINAL_RECEIPT = "original_receipt", _("receipt of the signed original on file")
    ORIGINAL_SCAN = "original_scan", _("scan of the receipt on file")
    STEP_TAKEN_BACK = "step_taken_back", _("step of the signed original taken back")
    APPROVED_FIRST = "approved_first", _("first approval")
    APPROVED_SECOND = "approved_second", _("second approval")
    WRITTEN = "written", _("written as the next version")
    BEGUN = "begun", _("begun from an earlier edition")
    BEGUN_REPLACEMENT = "begun_replacement", _("begun to replace letters")
    WRITTEN_FOR_SUCCESSION = "written_for_succession", _("entered as a successor in office")
    DRAFTED = "drafted", _("drafted for a minister on file")
    REVIEWED = "reviewed", _("reviewed by a native reader")
    FILED = "filed", _("put on file")
    ASSIGNED = "assigned", _("said whose mail it is")
    DEALT_WITH = "dealt_with", _("dealt with")
    TAKEN_UP = "taken_up", _("taken up again: it was another office’s, or dealt with by mistake")
    RECORDED = "recorded", _("recorded for the office")
    RECONFIRMED = "reconfirmed", _("re-confirmed for the office after the dates had moved")
    CHOSEN = "chosen", _("chosen: it stands")
    SET_ASIDE = "set_aside", _("set aside")
    MATCHED = "matched", _("said which delivery it is of")
    HELD = "held", _("changed; it waits for a second person")
    RELEASED = "released", _("released for automatic mail")
    TAKEN_BACK = "taken_back", _("taken back: the released values stand again")
    DATES_MOVED = "dates_moved", _("dates moved, for everybody at once")
    REMINDERS_STOPPED = "reminders_stopped", _("reminders and deadline stopped")
    RELEASED_ALONE = "released_alone", _("released by one approver alone")
    LINK_ENDED = "link_ended", _("link and code ended")
    PUBLISHED = "published", _("list of speakers published")
    UNPUBLISHED = "unpublished", _("list of speakers taken from the public page")
    CALL_NOTED = "call_noted", _("telephone call noted")
    CALL_STRUCK = "call_struck", _("note of a telephone call struck")
    STOPPED = "stopped", _("all sending stopped")
    ARMED = "armed", _("sending armed")
    TESTED = "tested", _("a test letter sent to oneself")
    SEEN = "seen", _("looked at before its approval")
    TAKEN_OUT = "taken_out", _("taken out as a file")
    TOKEN_MADE = "token_made", _("token made")
    TOKEN_RELEASED = "token_released", _("token released")
    TOKEN_REVOKED = "token_revoked", _("token revoked")
    WEBHOOK_MADE = "webhook_made", _("webhook made")
    WEBHOOK_RELEASED = "webhook_released", _("webhook released")
    WEBHOOK_REVOKED = "webhook_revoked", _("webhook revoked")
    WEBHOOK_SECRET = "webhook_secret", _("secret of the webhook changed")
    ERASURE_ASKED = "erasure_asked", _("erasure of personal data asked for")
    ERASURE_TAKEN_BACK = "erasure_taken_back", _("erasure of personal data taken back")
    ERASED = "erased", _("personal data erased")
    SENT_AGAIN = "sent_again", _("sent again")
    FACTOR_ADDED = "factor_added", _("second factor added")
    FACTOR_REMOVED = "factor_removed", _("second factor removed")
    CODES_MADE = "codes_made", _("new recovery codes made")
    SESSION_ENDED = "session_ended", _("session ended")
    PROVIDER_LINKED = (
        "provider_linked",
        _("opened by the organization’s sign-in for the first time"),
    )
    PROVIDER_UNLINKED = "provider_unlinked", _("no more opened by the organization’s sign-in")
    FREED = "freed", _("freed: sign-ins were locked")


@contextmanager
def acting(by: User | None, address: str | None = None) -> Iterator[None]:
    """Let the history name this person and address, and afterwards whom it named before.

    ``set_actor`` alone would leave the person to whatever the thread or worker does next.
    """
    before = auditlog_value.set({"signal_duid": None})
    try:
        with set_actor(by, address):
            yield
    finally:
        auditlog_value.reset(before)


def acting_user() -> User | None:
    """Return who is signed in where a change is made; None for a command or the clock."""
    actor = auditlog_value.get({}).get("actor")
    return actor if isinstance(actor, User) else None


def record_act(  # noqa: PLR0913 -- what a row of the history keeps
    row: Model,
    act: Act,
    by: User | None,
    reason: str = "",
    changes: Changes | None = None,
    named: str = "",
) -> None:
    """Write the act into the history of the row; ``named`` is a person without an account."""
    entry_of(row, act, by, reason, changes, named).save()


def record_acts(
    rows: Iterable[Model],
    act: Act,
    by: User | None,
    reason: str = "",
    changes: Changes | None = None,
) -> None:
    """Write the same act into the history of each row, all in one query."""
    LogEntry.objects.bulk_create([entry_of(row, act, by, reason, changes) for row in rows])


def record_export(model: type[Model], number: int, kind: str, by: User) -> None:
    """Write down that the person took so many rows out, as this kind of file."""
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(model),
        object_repr=f"{model._meta.verbose_name_plural}: {number}, {kind}",
        action=LogEntry.Action.ACCESS,
        actor=by,
        actor_email=by.email,
        additional_data={"act": Act.TAKEN_OUT.value, "named": by.get_username()},
    )


def withheld(words: str) -> str:
    """Return a sign in place of words of which the history keeps only that there were some."""
    # A new row had none before: auditlog says so by its own word.
    return "…" if words not in ("", "None") else ""


def save_new(row: Model, act: Act, by: User, reason: str = "") -> None:
    """Save a new row, and begin its history with this act, its person and the reason."""
    # Otherwise auditlog writes a first row without a person.
    with disable_auditlog():
        row.save()
    entry = entry_of(row, act, by, reason)
    entry.action = LogEntry.Action.CREATE
    entry.save()


def record_new(rows: Iterable[Model], act: Act, by: User) -> None:
    """Begin the history of rows that were written in bulk, which auditlog does not see."""
    entries = [entry_of(row, act, by) for row in rows]
    for entry in entries:
        entry.action = LogEntry.Action.CREATE
    LogEntry.objects.bulk_create(entries)


def entry_of(  # noqa: PLR0913 -- what a row of the history keeps
    row: Model,
    act: Act,
    by: User | None,
    reason: str = "",
    changes: Changes | None = None,
    named: str = "",
) -> Any:
    """Return the unsaved row of the history, in auditlog's own form."""
    # An account may be deleted: its row keeps the name.
    named = named or (by.get_username() if by else "")
    said = {"act": act.value, "reason": reason, "named": named}
    return LogEntry(
        content_type=ContentType.objects.get_for_model(row),
        object_pk=str(row.pk),
        object_id=row.pk if isinstance(row.pk, int) else None,
        object_repr=str(row),
        action=LogEntry.Action.UPDATE,
        changes={name: [str(old), str(new)] for name, (old, new) in (changes or {}).items()},
        actor=by,
        actor_email=by.email if by else None,
        additional_data={name: words for name, words in said.items() if words},
    )
