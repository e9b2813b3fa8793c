"""Verbs of a letter's row: plan it, address it, put it into the outbox, call it back."""

import datetime as dt
from collections.abc import Callable, Container, Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from invitations.letters.channels import paper_channel
from invitations.letters.released import (
    Held,
    besides_ministers,
    emails_of,
    held_changes,
    mission_emails,
    missions_of,
    released_invitation,
)
from invitations.links import random_signs
from invitations.models import (
    Channel,
    Delivery,
    Invitation,
    Letter,
    LetterEvent,
    Minister,
    ReminderStep,
    Reply,
)
from invitations.text.by_language import Words

ENVELOPE_LENGTH = 16
WAITS = Q(failed_attempts=0) & ~Q(waiting_reason="")
TRY_FOR = dt.timedelta(days=5)


def try_waiting_again(**which: Any) -> None:
    """Let the next tick try the letters that wait: what one of them lacks may be on file now."""
    Letter.objects.planned().filter(WAITS, **which).update(compose_again_at=None)


def save_planned_letters(letters: list[Letter], actor: User | None = None) -> int:
    """Save the letters, each with its first event, which names its drafter unless another acts."""
    Letter.objects.bulk_create(letters)
    LetterEvent.objects.bulk_create(
        LetterEvent(
            letter=letter,
            state=Letter.State.PLANNED,
            actor_id=actor.pk if actor else letter.composed_by_id,
        )
        for letter in letters
    )
    return len(letters)


# What an automatic letter takes from the letter that invited.
PASSED_ON = ("invitation", "circular", "language", "second_language", "by_original")


def standing_letter(invitation: Invitation, *only: str) -> Letter | None:
    """Return the approved letter that invites: the last replacement, else the first letter.

    With names of columns, only these are read: its words are long.
    """
    letters = invitation.letters.inviting().approved().order_by("-pk")
    return (letters.only(*only) if only else letters).first()


# More than any office gives in a day; each sends mail at once, also to an address that was typed.
MOST_ACKNOWLEDGED = 50


def are_many(reply: Reply, earlier: Iterable[Reply]) -> bool:
    """Whether so many replies came online within a day that mail of one more would be a flood."""
    since = reply.recorded_at - dt.timedelta(days=1)
    lately = [one for one in earlier if one.channel == Channel.ONLINE and one.recorded_at > since]
    return reply.channel == Channel.ONLINE and len(lately) >= MOST_ACKNOWLEDGED


# Who answers or files goes on: one mail tells what stands so long after the last change.
AT_REST = dt.timedelta(hours=1)


def plan_acknowledgement(
    reply: Reply, besides: Container[str] = (), *, rests: bool = False
) -> None:
    """Plan the acknowledgement to the addresses on file, and a copy to the address typed.

    What there is ``besides``, by its variant, is not planned twice. What staff typed gets one only
    if it is released. If it ``rests``, it leaves only if its reply stands as long.
    """
    if common := acknowledging(reply, reply.channel):
        common["compose_again_at"] = timezone.now() + AT_REST if rests else None
        variants = [variant for variant in variants_for(reply) if variant not in besides]
        save_planned_letters([Letter(**common, variant=variant) for variant in variants])


def acknowledging(reply: Reply, channel: str) -> dict[str, Any]:
    """Return what letters that acknowledge the reply have in common; nothing if none is mailed.

    It takes the languages of the standing letter; without one none is planned. To an office that
    got a signed original only what it says online is acknowledged by mail. Once the event is over,
    people answer what is recorded still: no page is at the office's disposal any more.
    """
    if not reply.invitation.edition.is_ahead(timezone.now()):
        return {}
    standing = standing_letter(reply.invitation, *PASSED_ON)
    if standing is None or (standing.by_original and channel != Channel.ONLINE):
        return {}
    kept = ("circular_id", "language", "second_language")
    own = {"invitation": reply.invitation, "kind": Letter.Kind.ACKNOWLEDGEMENT, "reply": reply}
    return own | {name: getattr(standing, name) for name in kept}


def plan_receipt(invitation: Invitation, what: str, filed_in: Callable[[str], str]) -> None:
    """Plan the receipt of a statement or a delegation, or let the planned one tell what stands now.

    ``filed_in`` returns what is on file, a line to each point, in a language of the letter. Call it
    within the transaction of the change. Without a standing letter, or once the event is over, none
    is planned.
    """
    now, standing = timezone.now(), standing_letter(invitation, *PASSED_ON)
    if standing is None or not invitation.edition.is_ahead(now):
        return
    languages = filter(None, (standing.language, standing.second_language))
    told: dict[str, Any] = {
        "filed": {language: filed_in(language) for language in languages},
        "language": standing.language,
        "second_language": standing.second_language,
        "planned_at": now,
        "compose_again_at": now + AT_REST,
        # Whoever composes it just now has older words, and leaves it.
        "composing_until": None,
    }
    own = {"kind": Letter.Kind.RECEIPT, "variant": what}
    planned = invitation.letters.planned().filter(**own)
    anew = Letter(invitation=invitation, circular_id=standing.circular_id, **own, **told)
    if not (planned.update(**told) or save_unless_planned(anew)):
        planned.update(**told)


def reason_receipt_is_overtaken(receipt: Letter) -> Words:
    """Return why what the receipt tells counts no more, or is told by a later one."""
    in_force = Reply.objects.in_force_for(receipt.invitation)
    if not in_force.expecting(receipt.variant).exists():
        return _("what it acknowledges is not expected with the answer that stands now")
    later = Letter.objects.in_force().filter(pk__gt=receipt.pk, invitation=receipt.invitation_id)
    if later.filter(kind=receipt.kind, variant=receipt.variant).exists():
        return _("a later receipt tells what is on file now")
    return ""


def plan_receipts_again(invitation: Invitation) -> None:
    """Plan once more what an earlier answer kept back, if the answers in force ask for it now.

    Each tells what the office had filed, and at which hour. Call it under the invitation's lock.
    """
    receipts = invitation.letters.filter(kind=Letter.Kind.RECEIPT).defer("paper", "mail")
    for receipt in {one.variant: one for one in receipts.order_by("pk")}.values():
        if receipt.state == Letter.State.CANCELLED and not reason_receipt_is_overtaken(receipt):
            again = planned_again(receipt)
            again.compose_again_at = timezone.now() + AT_REST
            save_unless_planned(again)


def planned_again(letter: Letter) -> Letter:
    """Return the same letter without its words; a receipt tells what stood at its own hour."""
    kept = ("invitation_id", "circular_id", "kind", "variant", "language", "second_language")
    anew = Letter(**{name: getattr(letter, name) for name in (*kept, "reply_id", "again", "filed")})
    if letter.kind == Letter.Kind.RECEIPT:
        anew.planned_at = letter.planned_at
    return anew


def save_unless_planned(letter: Letter) -> bool:
    """Save the planned letter, unless somebody plans the same just now; return whether it was."""
    try:
        with transaction.atomic():
            save_planned_letters([letter])
    except IntegrityError:
        return False
    return True


def reason_letter_is_overtaken(letter: Letter) -> Words:
    """Return why it acknowledges what stands no more; empty if it does not."""
    if letter.kind == Letter.Kind.RECEIPT:
        return reason_receipt_is_overtaken(letter)
    if letter.reply_id is None:
        return ""
    said = Reply.objects.filter(pk=letter.reply_id)
    if said.gone().exists():
        return _("its reply stands no more: a later one, or the secretariat, took its place")
    if letter.variant == "contested" and not said.contested().exists():
        return _("its reply is contested no more")
    return ""


def variants_for(reply: Reply) -> list[str]:
    variants = [ACKNOWLEDGED_AS.get(reply.status, "answer")]
    if variants == ["holding"] and not reply.invitation.edition.has_last_day:
        # Its own text names the deadline, and there is none.
        variants = ["answer"]
    typed = reply.respondent_email.lower()
    if typed and typed not in known_addresses(reply.invitation) and may_get_a_copy(reply, typed):
        variants.append("copy")
    return variants


def may_get_a_copy(reply: Reply, typed: str) -> bool:
    """Tell whether mail may go to the address: the office typed it, or it is a released one.

    What one member of staff typed, on the telephone or from a fax, nobody has checked.
    """
    if reply.recorded_by_id is None:
        return True
    invitation = released_invitation(reply.invitation, held_changes(reply.invitation))
    released = emails_of(missions_of(invitation)) + invitation.focal_point_email.split()
    return typed in map(str.lower, released)


def known_addresses(invitation: Invitation) -> set[str]:
    """Return the office's addresses in small letters."""
    return {email.lower() for _line, email in released_recipients(invitation)}


def released_recipients(invitation: Invitation) -> list[list[str]]:
    """Return the office's pairs as an automatic letter has them."""
    if held := held_changes(invitation):
        invitation = released_invitation(invitation, held)
    return office_recipients(invitation.minister, emails_of(missions_of(invitation)))


ACKNOWLEDGED_AS: dict[str, str] = {"noted": "holding", "contested": "contested"}


def letter_recipients(letter: Letter) -> list[list[str]]:
    """Return [line, address] pairs without doubles, To before Cc; a signed original has none.

    Those of a note verbale are in ``notes/lacking.py``.
    """
    if letter.by_original:
        return []
    if letter.variant == "copy" and letter.reply:
        return [["to", letter.reply.respondent_email]]
    if letter.step:
        return reminder_recipients(letter.step, letter.invitation, mission_emails(letter))
    return office_recipients(letter.invitation.minister, mission_emails(letter))


def reminder_recipients(
    step: ReminderStep, invitation: Invitation, mission_emails: list[str]
) -> list[list[str]]:
    """Return the office's pairs; or, if the step says so, those of its mission and focal point.

    What is asked after a yes goes to the focal point, else to the mission, and to no minister.
    """
    office = invitation.minister
    if step.asks_for:
        focal_point = besides_ministers(invitation, invitation.focal_point_email.split())
        return recipient_pairs(focal_point or besides_ministers(invitation, mission_emails), [])
    if step.audience == ReminderStep.Audience.MISSION:
        to = mission_emails + invitation.focal_point_email.split()
        return recipient_pairs(to or office.to_emails.split(), [])
    return office_recipients(office, mission_emails)


def further_reminder_addresses(letter: Letter, held: Held) -> list[str]:
    """Return where reminders may go, but a letter that invites does not: mission and focal point.

    Only principal invitations are reminded of. The ``held`` changes are left out.
    """
    is_reminded = letter.traits.invites and letter.invitation.is_principal
    if letter.by_original or not is_reminded:
        return []
    invitation = released_invitation(letter.invitation, held)
    emails = emails_of(missions_of(invitation)) + invitation.focal_point_email.split()
    known = {email.lower() for _line, email in letter.recipients}
    return [email for email in dict.fromkeys(emails) if email.lower() not in known]


def office_recipients(minister: Minister, mission_emails: list[str]) -> list[list[str]]:
    """Return the office's pairs, with its copies and missions in Cc; none if it has no address."""
    to = minister.to_emails.split()
    return recipient_pairs(to, minister.cc_emails.split() + mission_emails) if to else []


def recipient_pairs(to: Iterable[str], cc: Iterable[str]) -> list[list[str]]:
    found = {email.lower(): ["cc", email] for email in cc}
    found.update({email.lower(): ["to", email] for email in to})
    return sorted(found.values(), key=lambda pair: pair[0] == "cc")


def enqueue_letter(letter: Letter) -> None:
    """Create a delivery for each address of the letter; without one, a delivery on paper."""
    not_before = max(letter.not_before, timezone.now())
    deliveries = [
        Delivery(
            letter=letter,
            line=line,
            address=email,
            envelope=random_signs(ENVELOPE_LENGTH),
            priority=letter.traits.priority,
            not_before=not_before,
            leave_before=letter.leave_before or not_before + TRY_FOR,
        )
        for line, email in letter.recipients
    ]
    if not deliveries:
        channel = paper_channel(letter).channel or Delivery.Channel.POST
        deliveries = [Delivery(letter=letter, channel=channel, not_before=not_before)]
    Delivery.objects.bulk_create(deliveries)
    LetterEvent.objects.bulk_create(
        LetterEvent(letter=letter, delivery=delivery, state=delivery.state)
        for delivery in deliveries
    )


def lock_letters(letters: "QuerySet[Letter]") -> list[tuple[int, int]]:
    """Lock the letters in force, then their copies that have not left; return these and whose.

    Whoever begins to send one just now comes before, or finds it locked: ask what has left then.
    Call it within a transaction.
    """
    in_force = letters.exclude(state=Letter.State.CANCELLED).order_by("pk")
    list(in_force.select_for_update(of=("self",), no_key=True).values_list("pk"))
    waiting = Delivery.objects.not_left().filter(letter__in=letters).order_by("pk")
    return list(waiting.select_for_update().values_list("pk", "letter_id"))


@transaction.atomic
def call_back_letters(letters: "QuerySet[Letter]", reason: Words, by: User | None = None) -> int:
    """Cancel deliveries that have not left, and letters without any other; count these letters."""
    in_force = letters.exclude(state=Letter.State.CANCELLED).order_by("pk")
    called_back = lock_letters(letters)
    pks = [pk for pk, _letter in called_back]
    Delivery.objects.not_left().filter(pk__in=pks).update(state=Delivery.State.CANCELLED)
    kept = Delivery.objects.filter(letter=OuterRef("pk")).exclude(state=Delivery.State.CANCELLED)
    emptied = list(in_force.filter(~Exists(kept)).values_list("pk", flat=True))
    cancelled = Letter.objects.filter(pk__in=emptied).update(state=Letter.State.CANCELLED)
    state = Letter.State.CANCELLED
    LetterEvent.objects.bulk_create(
        [
            LetterEvent(letter_id=letter, delivery_id=pk, state=state, reason=reason, actor=by)
            for pk, letter in called_back
        ]
        + [LetterEvent(letter_id=pk, state=state, reason=reason, actor=by) for pk in emptied]
    )
    return cancelled
