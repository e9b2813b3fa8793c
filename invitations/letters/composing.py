"""The composing of letters: text, PDF and message are frozen, in one or two languages."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.files.frozen import freeze, thaw_or_damaged
from invitations.files.sealing import has_seal, refuse_unusable_seal
from invitations.letters.calendar import OfficeCalendar, entries_of, office_calendar
from invitations.letters.channels import gets_original, reason_circular_is_untrue, variant_by_name
from invitations.letters.context import LetterKeys, letter_keys, pdf_name
from invitations.letters.message import build_message
from invitations.letters.notes.anew import part_from_rest
from invitations.letters.notes.covering import stand_with_another
from invitations.letters.notes.lacking import chosen_among, lacking, note_recipients
from invitations.letters.pdf import render_pdf
from invitations.letters.planning import (
    call_back_letters,
    enqueue_letter,
    letter_recipients,
    reason_letter_is_overtaken,
    standing_letter,
)
from invitations.letters.released import (
    CHANGED_MEANWHILE,
    Passing,
    refuse_changed_meanwhile,
    use_released_values,
)
from invitations.letters.words import LetterText, join_languages, letter_texts
from invitations.links import new_check_code
from invitations.models import (
    AFTER_A_MOVE,
    CalendarEntry,
    Delivery,
    Invitation,
    Letter,
    Outage,
    Reply,
)
from invitations.models.letter import is_called_back
from invitations.text.by_language import Words
from invitations.text.optional_parts import identifiers


def compose_letter(letter: Letter, by: User | None = None) -> bool:
    """Freeze the letter's text, PDF and message; an automatic kind goes to the outbox at once.

    A second language follows in the same PDF and the same mail. Return False if another worker
    was faster, or if there is nothing to tell any more. Raise ValidationError if a template or a
    text is missing.
    """
    if letter.traits.printed and not letter.check_code:
        letter.check_code = new_check_code()
    choose_channel(letter)
    choose_covered(letter)
    refuse_uncomposed(letter)
    refuse_unapproved_step(letter)
    refuse_unsealable(letter)
    use_released_values(letter)
    letter.calendar = calendar_for(letter)
    if reason := reason_letter_is_idle(letter):
        call_back_letters(Letter.objects.filter(pk=letter.pk), reason)
        return False
    keys = letter_keys(letter)
    letter.goes_alone = goes_alone(letter)
    texts = letter_texts(letter, keys)
    if call_back_overtaken(letter):
        letter.calendar = calendar_for(letter)
    letter.template, letter.subject = texts[0].template, texts[0].subject
    if letter.traits.printed:
        letter.variant = texts[0].template.variant
    letter.paper = join_languages("paper", texts)
    letter.mail = "" if letter.by_original else join_languages("mail", texts)
    letter.addressee = "\n".join(texts[0].addressee)
    letter.recipients = recipients_of(letter)
    attach_pdf(letter, texts, keys)
    if letter.recipients:
        freeze_message(letter)
    letter.composed_at, letter.composed_by = after_the_move(letter), by or letter.composed_by
    return record_composed(letter)


def call_back_overtaken(letter: Letter) -> bool:
    """Call back what has not left and gives way to this acknowledgement; tell if anything was.

    What nobody got has told no calendar, so nothing of it is cancelled there.
    """
    if not is_answer(letter):
        return False
    others = letter.invitation.letters.in_force().exclude(pk=letter.pk)
    waiting = others.filter(deliveries__in=Delivery.objects.not_left())
    overtaken = Q(kind=Letter.Kind.CALENDAR) | Q(reply__in=Reply.objects.gone())
    keys = set(waiting.filter(overtaken).values_list("pk", flat=True))
    reason = _("a later acknowledgement took its place before it left")
    if keys:
        call_back_letters(Letter.objects.filter(pk__in=keys), reason)
    return bool(keys)


def is_answer(letter: Letter) -> bool:
    return letter.kind == Letter.Kind.ACKNOWLEDGEMENT and letter.variant == "answer"


def calendar_for(letter: Letter) -> OfficeCalendar | None:
    """Return what the letter has for the office's calendar; a copy to others has nothing."""
    has_one = is_answer(letter) or letter.kind == Letter.Kind.CALENDAR
    return office_calendar(letter.invitation) if has_one else None


def reason_letter_is_idle(letter: Letter) -> Words:
    """Return why a letter has nothing to tell or to forward any more; empty if it has."""
    if letter.kind == Letter.Kind.NOTE and not covered_letters(letter):
        return _("it covers no letter any more")
    # It was withdrawn while the letter was planned; a note stands with another invitation then.
    is_withdrawn = letter.invitation.status == Invitation.Status.WITHDRAWN
    if letter.kind != Letter.Kind.NOTE and is_withdrawn:
        return _("the invitation is not in force")
    by_mail = letter.mission and letter.mission.emails and not letter.by_original
    if by_mail and not recipients_of(letter):
        return _("the mission has it at each of its addresses")
    told = letter.calendar
    if letter.kind == Letter.Kind.CALENDAR and told is not None and not told.changes:
        return _("nothing in it is new any more")
    return reason_letter_is_overtaken(letter)


def recipients_of(letter: Letter) -> list[list[str]]:
    """Return the letter's [line, address] pairs; of a note verbale, those of its mission."""
    is_note = letter.kind == Letter.Kind.NOTE
    return note_recipients(letter) if is_note else letter_recipients(letter)


def choose_languages(letter: Letter) -> None:
    """Let the minister of today decide on the languages; of a note verbale, its mission."""
    if letter.mission:
        letter.language, letter.second_language = letter.mission.languages
    elif letter.traits.circular:
        letter.language, letter.second_language = letter.invitation.minister.languages


def choose_channel(letter: Letter) -> None:
    """Let those of today decide on the languages, and whether it is a signed original."""
    choose_languages(letter)
    # A note goes the way of the letters that it was planned for.
    if letter.traits.printed and letter.kind != Letter.Kind.NOTE:
        letter.by_original = gets_original(letter.invitation)
        circular = letter.circular
        by_name = variant_by_name(circular)
        letter.variant = by_name if letter.by_original else circular.variant


def choose_covered(letter: Letter) -> None:
    """Let a note by mail forward what its addresses lack alike; another one follows with the rest.

    No address gets a letter twice.
    """
    if letter.kind == Letter.Kind.NOTE and letter.mission and not letter.by_original:
        lacks = lacking(letter, letter.mission.emails.split())
        letter.chosen = chosen_among(lacks) or None


def refuse_uncomposed(letter: Letter) -> None:
    """Refuse a letter that says what is not so, and a note verbale before what it covers."""
    if letter.kind == letter.circular.kind and (
        reason := reason_circular_is_untrue(letter.circular)
    ):
        raise ValidationError(reason)
    if not all(covered.sha256 for covered in covered_letters(letter)):
        raise ValidationError(_("It waits for the letters that it covers."))


def refuse_unapproved_step(letter: Letter) -> None:
    """Refuse a reminder whose step has changed until two people have approved it again."""
    if letter.step and not letter.step.is_approved:
        raise ValidationError(_("Its reminder step waits for the approval of two people."))


def refuse_unsealable(letter: Letter) -> None:
    """Refuse a letter on paper while the seal or its time stamp is not to be had."""
    if letter.traits.automatic:
        return
    refuse_unusable_seal()
    if has_seal() and settings.SEAL_TSA and settings.SEAL_TSA_REQUIRED:
        refuse_without_time()


def refuse_without_time() -> None:
    """Refuse while the time-stamp service is left alone, since it gave no time stamp."""
    from invitations.files.time_stamps import (  # noqa: PLC0415 -- slow import
        NoTimeStamp,
        service_at,
    )

    try:
        service_at(settings.SEAL_TSA).refuse_while_silent()
    except NoTimeStamp as no:
        raise waits_for_time_stamp(no.words) from None


def waits_for_time_stamp(fault: Words) -> Passing:
    return Passing(
        _("The time-stamp service gives no time stamp (%(fault)s): letters wait until it does."),
        params={"fault": fault},
    )


def after_the_move(letter: Letter) -> dt.datetime:
    """Return now; or, where that server's clock is ahead, the instant after the edition moved.

    The letter names the new dates, and is known by its hour as one that does.
    """
    now, moved_at = timezone.now(), letter.invitation.edition.moved_at
    return max(now, moved_at + dt.timedelta(microseconds=1)) if moved_at else now


@transaction.atomic
def record_composed(letter: Letter) -> bool:
    automatic = letter.traits.automatic
    if automatic and not letter.recipients:
        raise ValidationError(_("There is no address on file for this letter."))
    if automatic:
        # A move of dates, which calls back what is frozen, comes before or finds this letter.
        Invitation.objects.locked().get(pk=letter.invitation_id)
        refuse_changed_meanwhile(letter)
    calendar = locked_calendar(letter)
    letter.state = Letter.State.APPROVED if automatic else Letter.State.COMPOSED
    letter.approved_at = letter.composed_at if automatic else None
    frozen = {name: getattr(letter, name) for name in FROZEN}
    # Where its dates have moved meanwhile, or what a receipt tells, the letter is composed anew.
    as_before = {
        "invitation__edition__moved_at": letter.invitation.edition.moved_at,
        "planned_at": letter.planned_at,
    }
    planned = Letter.objects.planned().filter(pk=letter.pk, **as_before)
    if not planned.update(**frozen, **TRIED_NO_MORE):
        return False
    letter.events.create(state=Letter.State.COMPOSED, actor=letter.composed_by)
    leave_other_notes(letter)
    if letter.chosen is not None:
        part_from_rest(letter)
    CalendarEntry.objects.bulk_create(entries_of(letter, calendar) if calendar else ())
    if automatic:
        enqueue_letter(letter)
    return True


def locked_calendar(letter: Letter) -> OfficeCalendar | None:
    """Return what the letter tells its calendar, under the invitation's lock; refuse what is stale.

    Another letter, or an answer, may have come since the words were written.
    """
    if letter.calendar and calendar_for(letter) != letter.calendar:
        raise Passing(CHANGED_MEANWHILE)
    return letter.calendar


def leave_other_notes(letter: Letter) -> None:
    """Take the letter from the notes that wait and do not go as it does, by paper or mail.

    Such a note was planned before the rank of the letter's minister changed.
    """
    left = letter.notes.planned().exclude(by_original=letter.by_original)
    # Two letters that leave one note at once: the second sees with whom the first let it stand.
    for note in left.order_by("pk").select_for_update(of=("self",), no_key=True):
        note.covers.remove(letter)
        if note.invitation_id == letter.invitation_id:
            stand_with_another(note, note.covers.exclude(is_called_back()))


SEAL = (
    "unsealed_size", "sealed_by", "seal_valid_until", "time_stamped_at", "time_stamped_by",
    "lacks_time_stamp",
)  # fmt: skip
FROZEN = (
    "language", "second_language", "by_original", "variant", "template", "subject", "paper", "mail",
    "addressee", "recipients",
    "check_code", "pdf", "sha256", *SEAL, "message", "message_sha256", "message_id",
    "composed_with", "composed_at", "composed_by", "state", "approved_at",
)  # fmt: skip


TRIED_NO_MORE: dict[str, Any] = {
    "composing_until": None, "waiting_reason": "",
    "waiting_reason_by_language": {}, "waits_for": [],
    "failed_attempts": 0, "compose_again_at": None,
}  # fmt: skip


def goes_alone(letter: Letter) -> bool:
    """Whether a reminder goes without the letter, whose link and code open nothing any more."""
    if letter.kind != Letter.Kind.REMINDER:
        return False
    original = standing_letter(letter.invitation, "invitation", "composed_with")
    return original is not None and original.has_dead_link


def attach_pdf(letter: Letter, texts: list[LetterText], keys: LetterKeys) -> None:
    """Render and freeze the letter's PDF; a reminder takes the frozen PDF of its invitation.

    Once dates have moved that PDF names the earlier ones, and the reminder goes without it; so it
    does where that PDF prints a dead link, unless its words say that it is attached in any case.
    Who has said yes needs it no more.
    """
    if letter.traits.printed:
        freeze_pdf(letter, render_pdf(letter, texts, keys))
    elif letter.kind == Letter.Kind.REMINDER and not letter.asks_for:
        original = standing_letter(letter.invitation)
        # No PDF of a letter that is signed by hand ever leaves by mail.
        if original is None or original.by_original:
            raise ValidationError(_("There is no approved letter to remind of."))
        if letter.variant in AFTER_A_MOVE or (letter.goes_alone and may_go_alone(texts)):
            return
        letter.pdf.name = original.pdf.name
        for name in ("sha256", *SEAL):
            setattr(letter, name, getattr(original, name))


def may_go_alone(texts: list[LetterText]) -> bool:
    """Whether the words of a reminder say that the letter is attached only where it is."""
    return all("enclosed" in identifiers(text.template.mail) for text in texts)


def freeze_pdf(letter: Letter, content: bytes) -> None:
    """Freeze the PDF; where the organization has a seal, with it: that is what is approved."""
    if has_seal():
        letter.unsealed_size = len(content)
        content = seal_letter(letter, content)
    letter.pdf.name, letter.sha256 = freeze(content, "letters", "pdf")


def seal_letter(letter: Letter, content: bytes) -> bytes:
    """Return the sealed PDF, and let the letter say whose seal it bears, and of what time."""
    from invitations.files.pades import NoTimeStamp, seal_pdf  # noqa: PLC0415 -- slow import

    try:
        sealed = seal_pdf(content)
    except NoTimeStamp as no:
        Outage.objects.begin(Outage.Of.TIME_STAMPS, str(no))
        raise waits_for_time_stamp(no.words) from None
    letter.sealed_by, letter.seal_valid_until = sealed.owner, sealed.valid_until
    letter.lacks_time_stamp = bool(sealed.why_no_time_stamp)
    if letter.lacks_time_stamp:
        Outage.objects.begin(Outage.Of.TIME_STAMPS, sealed.why_no_time_stamp)
    elif sealed.time_stamp:
        letter.time_stamped_at, letter.time_stamped_by = sealed.time_stamp
        Outage.objects.end(Outage.Of.TIME_STAMPS)
    return sealed.content


def freeze_message(letter: Letter) -> None:
    printed = [letter, *covered_letters(letter)] if letter.sha256 else []
    attached = {pdf_name(one): thaw_or_damaged(one.pdf.name, one.sha256) for one in printed}
    content = build_message(letter, attached).as_bytes()
    letter.message.name, letter.message_sha256 = freeze(content, "messages", "eml")


def covered_letters(letter: Letter) -> list[Letter]:
    """Return the letters that a note verbale covers, in the French order of States."""
    if letter.kind != Letter.Kind.NOTE or not letter.pk:
        return []
    covered = letter.forwarded.select_related("circular", "invitation__member_state")
    return list(covered.in_french_order())
