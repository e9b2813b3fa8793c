"""What may become of a letter that has left, or waits to, once its minister's record changes."""

from collections.abc import Iterable, Sequence

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.audit import Act, record_act
from invitations.models import Delivery, HeldChange, Invitation, Letter, Minister
from invitations.models.held.holding import HELD, letters_at_hand
from invitations.outbox.another_address import (
    addresses_not_tried,
    addresses_tried,
    refuse_if_it_may_not_leave,
    send_to_another_address,
)
from invitations.outbox.corrections.replacing import replaceable
from invitations.outbox.corrections.succession import reason_not_to_hand_over


class AfterSaving(models.TextChoices):
    REPLACE = "replace", gettext_lazy("Replace it: a letter with what stands on file now")
    SEND = "send", gettext_lazy("Send it to the new address, just as it is")
    HAND_OVER = "hand_over", gettext_lazy("Hand the invitation over to the successor")
    LEAVE = "leave", gettext_lazy("Leave it as it is")


ADDRESSES = {"to_emails", "cc_emails"}
LANGUAGES = {"language", "second_language"}
PRINTED = {name.removesuffix("_id") for name in HELD["Minister"].names()} - ADDRESSES | LANGUAGES


def what_matters(changed: Iterable[str]) -> list[str]:
    """Return which of name, address and successor are among the changed columns."""
    columns = {"name": PRINTED, "address": ADDRESSES, "successor": {"successor"}}
    return [one for one, names in columns.items() if names & set(changed)]


def letters_sent(minister: Minister) -> "models.QuerySet[Letter]":
    """Return the letters in force that invite the minister and have left, may have, or wait to."""
    states = [*Delivery.LEFT, *Delivery.NOT_LEFT]
    sent = Delivery.objects.filter(state__in=states, letter=models.OuterRef("pk"))
    standing = Letter.objects.standing().filter(
        invitation__minister=minister, invitation__status=Invitation.Status.ISSUED
    )
    return standing.filter(models.Exists(sent), pk__in=letters_at_hand().values("pk"))


def has_any_left(letters: "Iterable[Letter]") -> bool:
    return Delivery.objects.left().filter(letter__in=letters).exists()


def follow_ups_open(minister: Minister, letters: Sequence[Letter]) -> list[str]:
    """Return what can succeed now; to leave a letter is always possible."""
    invitations = Invitation.objects.filter(pk__in=[letter.invitation_id for letter in letters])
    is_open = {
        AfterSaving.REPLACE: bool(replaceable(invitations).letters),
        AfterSaving.SEND: any(
            addresses_not_written_to(minister, one) and may_leave(one) for one in letters
        ),
        AfterSaving.HAND_OVER: bool(minister.successor_id)
        and not reason_not_to_hand_over(letters[0].invitation),
        AfterSaving.LEAVE: True,
    }
    return [follow_up for follow_up, opened in is_open.items() if opened]


def may_leave(letter: Letter) -> bool:
    try:
        refuse_if_it_may_not_leave(letter)
    except ValidationError:
        return False
    return True


def addresses_not_written_to(minister: Minister, letter: Letter) -> set[str]:
    """Return the minister's addresses, released or not, to which the letter never went."""
    on_file = {one.casefold() for one in f"{minister.to_emails} {minister.cc_emails}".split()}
    return set() if minister.successor_id else on_file - addresses_tried(letter)


def follow_up_for(changed: Sequence[str], follow_ups: Sequence[str]) -> str:
    """Return the follow-up that what was changed calls for, if it is open."""
    called_for = {
        "successor": AfterSaving.HAND_OVER,
        "name": AfterSaving.REPLACE,
        "address": AfterSaving.SEND,
    }
    likely = [
        follow_up
        for what, follow_up in called_for.items()
        if what in changed and follow_up in follow_ups
    ]
    return next(iter(likely), AfterSaving.LEAVE)


@transaction.atomic
def send_to_new_addresses(
    minister: Minister, letters: Iterable[Letter], by: User, reason: str = ""
) -> bool:
    """Send the letters to the minister's new addresses; return whether that waits for a release.

    The reason, if one is given, stands in the history of each letter.
    """
    waiting = list(HeldChange.objects.waiting().of(minister).select_for_update(of=("self",)))
    for letter in letters:
        if not addresses_not_written_to(minister, letter):
            continue
        for change in waiting:
            change.letters.add(letter)
            words = reason.strip() or TO_LEAVE
            letter.events.create(state=letter.state, actor=by, reason=words)
        if not waiting:
            send_to_each(minister, letter, by, reason)
    return bool(waiting)


TO_LEAVE = gettext_lazy("to leave for the new address, once released")


def send_to_each(minister: Minister, letter: Letter, by: User, reason: str = "") -> None:
    wanted = addresses_not_written_to(minister, letter)
    found = [one for one in addresses_not_tried(letter) if one.casefold() in wanted]
    if not found:
        raise ValidationError(_("This letter has a delivery to that address already."))
    for address in found:
        send_to_another_address(letter, by, address, reason)


def leave_letters(minister: Minister, by: User, reason: str) -> None:
    """Record that the letters that left stay as they are, though the record says otherwise."""
    record_act(minister, Act.LETTER_LEFT, by, reason)
