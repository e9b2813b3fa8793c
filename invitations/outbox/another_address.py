"""Send a frozen letter once more, to another address of the office."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.letters.channels import reason_to_hold_back
from invitations.letters.planning import (
    ENVELOPE_LENGTH,
    TRY_FOR,
)
from invitations.letters.released import (
    emails_of,
    held_changes,
    missions_of,
    released_invitation,
)
from invitations.links import random_signs
from invitations.models import Delivery, Letter, Minister, Mission
from invitations.models.held.holding import letters_at_hand
from invitations.outbox.sending import reason_letter_is_replaced, reason_not_to_send
from invitations.text.dates import bracketed, comma_list

PUT_IT_ON_FILE = gettext_lazy(
    "It goes only to an address of the office that a second person has released. Put the address "
    "at the minister, the mission or the focal point, let a second person release it, then send "
    "the letter."
)

ON_FILE_NO_MORE = gettext_lazy(
    "This address is on file no more: send the letter to another address."
)


@transaction.atomic
def send_to_another_address(letter: Letter, by: User, email: str, reason: str = "") -> Delivery:
    """Put the same frozen message into the outbox once more, for an address it never went to.

    It may hold a personal link: an address that one person typed alone gets none. The reason, if
    one was given, stands in the letter's history.
    """
    refuse_if_it_may_not_leave(letter)
    if email.strip().casefold() in addresses_tried(letter):
        raise ValidationError(TRIED)
    known = {address.casefold(): address for address in released_addresses(letter)}
    if email.strip().casefold() not in known:
        raise ValidationError(PUT_IT_ON_FILE)
    delivery = delivery_to(known[email.strip().casefold()], letter)
    why = reason.strip() or gettext_lazy("another address")
    letter.events.create(delivery=delivery, state=delivery.state, actor=by, reason=why)
    return delivery


TRIED = gettext_lazy("This letter has a delivery to that address already.")


def delivery_to(address: str, letter: Letter) -> Delivery:
    """Return a new delivery; refuse what somebody else has put into the outbox this moment."""
    now = timezone.now()
    try:
        with transaction.atomic():
            return letter.deliveries.create(
                address=address,
                envelope=random_signs(ENVELOPE_LENGTH),
                priority=letter.traits.priority,
                not_before=now,
                leave_before=letter.leave_before or now + TRY_FOR,
            )
    except IntegrityError:
        raise ValidationError(TRIED) from None


def refuse_if_it_may_not_leave(letter: Letter) -> None:
    if why := reason_not_to_repeat_mail(letter):
        raise ValidationError(why)


def reason_not_to_repeat_mail(letter: Letter) -> str:
    """Return why the frozen letter goes to no address once more; an empty text if it may."""
    if not letter.message or letter.state != Letter.State.APPROVED:
        return _("Only an approved letter that goes by e-mail can be sent.")
    if reason := reason_to_hold_back(letter):
        return str(reason)
    now = timezone.now()
    reason = reason_not_to_send(letter, letter.invitation, now) or reason_letter_is_replaced(letter)
    # No change of an address is held any more once no automatic mail can leave.
    if not reason and not letters_at_hand().filter(pk=letter.pk).exists():
        reason = _("the edition is over")
    return _("It may not leave: %s.") % reason if reason else ""


def reason_not_to_send_elsewhere(letter: Letter) -> str:
    """Return why the letter goes to no other address now; an empty text if it may."""
    if why := reason_not_to_repeat_mail(letter):
        return why
    return "" if addresses_not_tried(letter) else str(PUT_IT_ON_FILE)


def addresses_not_tried(letter: Letter) -> dict[str, str]:
    """Return the released addresses to which this letter never went, each with whose it is."""
    tried = addresses_tried(letter)
    return {
        address: whose
        for address, whose in released_addresses(letter).items()
        if address.casefold() not in tried
    }


def addresses_tried(letter: Letter) -> set[str]:
    by_mail = letter.deliveries.by_mail().values_list("address", flat=True)
    return {address.casefold() for address in by_mail}


def mail_address_is_on_file(delivery: Delivery) -> bool:
    """Whether a mail's address stands on file, for the office of its letter or who answered."""
    letter, address = delivery.letter, delivery.address.casefold()
    invitation = letter.invitation
    lines = [mission.emails for mission in [letter.mission] if mission] or [
        invitation.minister.to_emails,
        invitation.minister.cc_emails,
        invitation.focal_point_email,
        *emails_of(missions_of(invitation)),
    ]
    typed = [letter.reply.respondent_email] if letter.reply else []
    return address in " ".join([*lines, *typed]).casefold().split()


def released_addresses(letter: Letter) -> dict[str, str]:
    """Return the office's addresses as last released, each with whose it is; a note's mission's."""
    held = held_changes(letter.invitation)
    invitation = released_invitation(letter.invitation, held)
    missions = missions_of(invitation)
    if letter.mission_id:
        return whose_they_are(
            of_missions(one for one in missions if str(one.pk) == str(letter.mission_id))
        )
    return whose_they_are(
        [
            *addresses_of_minister(invitation.minister),
            *of_missions(missions),
            *((one, _("focal point")) for one in invitation.focal_point_email.split()),
        ]
    )


Owned = Iterable[tuple[str, str]]


def addresses_of_minister(minister: Minister) -> Owned:
    columns: Any = [Minister._meta.get_field(name) for name in ("to_emails", "cc_emails")]
    to, cc = (bracketed(minister, column.verbose_name) for column in columns)
    return [
        *((address, to) for address in minister.to_emails.split()),
        *((address, cc) for address in minister.cc_emails.split()),
    ]


def of_missions(missions: Iterable[Mission]) -> Owned:
    return [(address, str(one)) for one in missions for address in one.emails.split()]


def whose_they_are(owned: Owned) -> dict[str, str]:
    """Return each address once, in order, with all whose it is."""
    found: dict[str, tuple[str, list[str]]] = {}
    for address, whose in owned:
        found.setdefault(address.casefold(), (address, []))[1].append(whose)
    return {address: comma_list(dict.fromkeys(whose)) for address, whose in found.values()}
