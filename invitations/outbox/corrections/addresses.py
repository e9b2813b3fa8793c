"""Correct an address where it stands on file, and send the letter there once that is released."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.letters.planning import missions_of
from invitations.models import Delivery, HeldChange, Invitation, Letter, Minister, Mission
from invitations.models.held.proposals import save_or_propose, with_proposal
from invitations.outbox.another_address import (
    ON_FILE_NO_MORE,
    addresses_tried,
    reason_not_to_repeat_mail,
    send_to_another_address,
)
from invitations.text.addresses import one_address
from invitations.text.dates import running_text

State = Delivery.State
# The address may be right while a mail is on its way.
MAY_BE_CORRECTED = (State.FAILED, State.BOUNCED, State.MISSED, State.UNCERTAIN, State.HANDED_OVER)


class AddressColumn(NamedTuple):
    """A column of a record in which an address stands."""

    row: Minister | Mission | Invitation
    column: str

    @property
    def lines(self) -> list[str]:
        words: str = getattr(self.row, self.column)
        return words.split()


def places_of(delivery: Delivery) -> list[AddressColumn]:
    """Return where the delivery's address stands on file, for the office of its letter."""
    address = delivery.address.casefold()
    return [
        place
        for place in places(delivery.letter)
        if address in (line.casefold() for line in place.lines)
    ]


def places(letter: Letter) -> Iterator[AddressColumn]:
    invitation = letter.invitation
    if not letter.mission_id:
        yield AddressColumn(invitation.minister, "to_emails")
        yield AddressColumn(invitation.minister, "cc_emails")
        yield AddressColumn(invitation, "focal_point_email")
    missions = [letter.mission] if letter.mission else missions_of(invitation)
    for mission in missions:
        yield AddressColumn(with_proposal(mission), "emails")


def reason_not_to_correct(delivery: Delivery) -> str:
    """Return why the address cannot be corrected from its delivery; an empty text if it can."""
    if delivery.channel != Delivery.Channel.EMAIL or delivery.state not in MAY_BE_CORRECTED:
        return _("Only the address of a mail that was tried is corrected.")
    if why := reason_not_to_repeat_mail(delivery.letter):
        return why
    if not places_of(delivery):
        return str(ON_FILE_NO_MORE)
    return ""


@transaction.atomic
def correct_address(delivery: Delivery, by: User, email: str, reason: str) -> list[HeldChange]:
    """Put the new address in the place of the delivery's wherever it stands on file.

    The letter goes there when a second person releases the change, without another step.
    """
    if not reason.strip():
        raise ValidationError(_("Say why the address is corrected."))
    if why := reason_not_to_correct(delivery):
        raise ValidationError(why)
    new = one_address(email)
    if not new:
        raise ValidationError(_("Type the corrected address."))
    if new.casefold() in addresses_tried(delivery.letter):
        raise ValidationError(_("This letter has a delivery to that address already."))
    changes = [
        held
        for place in sorted(places_of(delivery), key=place_among_locks)
        for held in put_in_place(place, delivery, new, reason)
    ]
    for change in changes:
        change.contributors.add(by)
        HeldChange.objects.filter(pk=change.pk, asked_by=None).update(asked_by=by)
    delivery.letter.events.create(
        delivery=delivery,
        state=delivery.state,
        actor=by,
        reason=gettext_lazy("its address was corrected"),
    )
    return changes


def place_among_locks(place: AddressColumn) -> tuple[int, int]:
    """Return the place of a record in the order in which an approval locks them."""
    return (Mission, Invitation, Minister).index(type(place.row)), place.row.pk


def put_in_place(
    place: AddressColumn, delivery: Delivery, new: str, reason: str
) -> Iterator[HeldChange]:
    """Write the address into the record, and let the change that waits carry the letter."""
    row: Any = (
        type(place.row).objects.select_for_update(of=("self",), no_key=True).get(pk=place.row.pk)
    )
    old = delivery.address.casefold()
    lines = [
        new if line.casefold() == old else line
        for line in AddressColumn(with_proposal(row), place.column).lines
    ]
    setattr(row, place.column, "\n".join(dict.fromkeys(lines)))
    row.why_changed = reason
    row.full_clean(validate_unique=False, validate_constraints=False)
    save_or_propose(row, reason)
    for change in HeldChange.objects.waiting().of(row):
        change.letters.add(delivery.letter)
        yield change


def send_where_corrected(change: HeldChange, by: User) -> None:
    """Send the letters that wait for this change to the addresses that are new in it.

    One that may not leave any more does not hinder the release: its history says why.
    """
    for letter in change.letters.select_related("invitation__minister"):
        for address in sorted(addresses_added(change) - addresses_tried(letter)):
            try:
                send_to_another_address(letter, by, address)
            except ValidationError as refusal:
                reason = running_text(refusal.messages)
                letter.events.create(state=letter.state, actor=by, reason=reason[:300])


def addresses_added(change: HeldChange) -> set[str]:
    """Return the addresses that the change adds, in small letters."""
    before, after = (
        {
            line.casefold()
            for name, words in (values or {}).items()
            if name.endswith(("emails", "email"))
            for line in words.split()
        }
        for values in (change.before, change.after)
    )
    return after - before
