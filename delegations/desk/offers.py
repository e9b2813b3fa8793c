"""What may be done for an invitation now, each led to the page on which it is confirmed.

Nothing is offered that would be refused: neither to who may not, nor where it cannot succeed.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from delegations.desk.dossier import Dossier
from invitations.admin.corrections.correcting import MAY_CORRECT, NOT_ARRIVED
from invitations.admin.corrections.replacing import MAY_REPLACE
from invitations.admin.letters.invitation_columns import still_valid_url
from invitations.admin.list_columns import list_url
from invitations.letters.approval import reason_not_to_compose_again
from invitations.letters.issuing import reason_not_to_make_principal
from invitations.models import (
    Delivery,
    HeldChange,
    Invitation,
    Letter,
    Reply,
)
from invitations.outbox.another_address import reason_not_to_send_elsewhere
from invitations.outbox.corrections.addresses import reason_not_to_correct
from invitations.outbox.decisions import reason_not_to_resend, reason_not_to_send_again

AGAIN: dict[str, str] = {
    Delivery.State.UNCERTAIN: "send_again",
    Delivery.State.FAILED: "resend_selected",
    Delivery.State.MISSED: "resend_selected",
}


HANDS_OVER = ("invitations.change_invitation", "invitations.add_minister")


class Offer(NamedTuple):
    """A link, or the action of a list for these rows, which asks before it acts."""

    title: Any
    icon: str
    url: str
    action: str = ""
    rows: tuple[int, ...] = ()


def offers(dossier: Dossier, invitation: Any) -> list[Offer]:
    """Return what this user may do for the invitation."""
    return [
        *to_record(dossier, invitation),
        *to_correct_the_address(dossier, invitation),
        *to_send_again(dossier, invitation),
        *to_send_elsewhere(dossier, invitation),
        *to_replace(dossier, invitation),
        *to_replace_the_link(dossier, invitation),
        *to_hand_over(dossier, invitation),
        *to_make_principal(dossier, invitation),
        *to_withdraw(dossier, invitation),
    ]


def is_in_force(invitation: Invitation) -> bool:
    return invitation.status == Invitation.Status.ISSUED


def to_record(dossier: Dossier, invitation: Any) -> Iterator[Offer]:
    """Offer the form for what came on paper or by telephone, while replies are taken.

    Once dates have moved, also for an office that says that its answer holds.
    """
    takes_replies = dossier.edition.takes_replies(timezone.now())
    may = dossier.may("invitations.add_correspondence")
    if may and is_in_force(invitation) and takes_replies:
        url = reverse("admin:invitations_correspondence_add")
        query = urlencode({"invitation": invitation.pk})
        yield Offer(_("Record a reply"), "reply", f"{url}?{query}")
        if invitation.pk in dossier.asked_again:
            url = still_valid_url(invitation)
            yield Offer(_("Record that the answer holds"), "event_available", url)


def to_send_again(dossier: Dossier, invitation: Any) -> Iterator[Offer]:
    """Offer what failed, was missed or is uncertain, and may leave still."""
    if not (dossier.may("invitations.change_delivery") and is_in_force(invitation)):
        return
    found: dict[str, list[int]] = {}
    for delivery in dossier.deliveries:
        letter, action = delivery.letter, AGAIN.get(delivery.state)
        own = letter.invitation_id == invitation.pk and letter.state == Letter.State.APPROVED
        if own and action and not stays_here(delivery):
            found.setdefault(action, []).append(delivery.pk)
    for action, keys in found.items():
        uncertain = action == AGAIN[Delivery.State.UNCERTAIN]
        title = _("Uncertain: send again") if uncertain else _("Send again")
        yield Offer(title, "outgoing_mail", list_url(Delivery), action, tuple(keys))


def to_correct_the_address(dossier: Dossier, invitation: Any) -> Iterator[Offer]:
    """Offer to correct the address of the last mail that did not arrive."""
    if not (all(map(dossier.may, MAY_CORRECT)) and is_in_force(invitation)):
        return
    failed = (
        delivery
        for delivery in reversed(dossier.deliveries)
        if delivery.state in NOT_ARRIVED and delivery.letter.invitation_id == invitation.pk
    )
    last = next(failed, None)
    if last and not reason_not_to_correct(last):
        url = reverse("admin:invitations_delivery_correct", args=[last.pk])
        yield Offer(_("Correct the address and send again"), "contact_mail", url)


def stays_here(delivery: Delivery) -> bool:
    """Whether it is refused to send the mail once more; few mails of a State fail."""
    is_uncertain = delivery.state == Delivery.State.UNCERTAIN
    why_not = reason_not_to_send_again if is_uncertain else reason_not_to_resend
    return bool(why_not(delivery))


def to_send_elsewhere(dossier: Dossier, invitation: Any) -> Iterator[Offer]:
    """Offer to send the letter to a released address to which it never went."""
    letter = standing_letter(dossier, invitation)
    if not (dossier.may("invitations.change_delivery") and letter):
        return
    if not reason_not_to_send_elsewhere(letter):
        url, rows = list_url(Invitation), (invitation.pk,)
        yield Offer(_("Send to another address"), "alternate_email", url, "send_to_another", rows)


def standing_letter(dossier: Dossier, invitation: Any) -> Letter | None:
    """Return the approved letter that invites, of an invitation in force."""
    letters = dossier.of(invitation, dossier.letters) if is_in_force(invitation) else []
    inviting = (letter for letter in letters if letter.traits.invites)
    return next((letter for letter in inviting if letter.state == Letter.State.APPROVED), None)


def to_replace(dossier: Dossier, invitation: Any) -> Iterator[Offer]:
    """Offer to compose a letter anew before it leaves, and to replace it afterwards."""
    composed = [
        letter.pk
        for letter in dossier.of(invitation, dossier.letters)
        if letter.traits.invites and is_to_compose_again(dossier, letter)
    ]
    if composed:
        if dossier.may("invitations.change_letter"):
            title, rows = _("Compose the letter anew"), tuple(composed)
            yield Offer(title, "refresh", list_url(Letter), "compose_again", rows)
        return
    may = all(dossier.may(permission) for permission in MAY_REPLACE)
    if (
        standing_letter(dossier, invitation)
        and may
        and not waits_to_be_replaced(dossier, invitation)
    ):
        url, rows = list_url(Invitation), (invitation.pk,)
        yield Offer(_("Replace the letter"), "find_replace", url, "replace_letters", rows)


def is_to_compose_again(dossier: Dossier, letter: Letter) -> bool:
    """Whether it waits for approval, or was kept back after it and has not left."""
    kept_back = Delivery.State.MISSED
    missed = (one for one in dossier.deliveries if one.state == kept_back)
    is_missed = letter.pk in {one.letter_id for one in missed}
    return letter.state == Letter.State.COMPOSED or (
        is_missed and not reason_not_to_compose_again(letter)
    )


def waits_to_be_replaced(dossier: Dossier, invitation: Any) -> bool:
    """Whether a replacement is under way, or somebody else holds the office."""
    letters = dossier.of(invitation, dossier.letters)
    planned = (one for one in letters if one.state == Letter.State.PLANNED)
    return bool(invitation.minister.successor_id) or any(
        one.kind == Letter.Kind.REPLACEMENT for one in planned
    )


def has_no_valid_link(invitation: Any) -> bool:
    """Whether it lives, and its link has ended; that of who left office stays dead."""
    withdrawn = invitation.status == Invitation.Status.WITHDRAWN
    return not (withdrawn or invitation.current_links or invitation.minister.successor_id)


def to_replace_the_link(dossier: Dossier, invitation: Any) -> Iterator[Offer]:
    """Offer a new link where the last one has ended, as after a hand-over that was taken back."""
    if dossier.may("invitations.change_invitation") and has_no_valid_link(invitation):
        url, rows = list_url(Invitation), (invitation.pk,)
        yield Offer(_("Give it a new link"), "add_link", url, "replace_links", rows)


def to_hand_over(dossier: Dossier, invitation: Any) -> Iterator[Offer]:
    """Offer to hand over to a successor, unless one waits for a second person already."""
    withdrawn = invitation.status == Invitation.Status.WITHDRAWN
    waits = any(
        change.kind == HeldChange.Kind.SUCCESSION
        and change.is_waiting
        and change.object_id == str(invitation.pk)
        for change, _name in dossier.held_changes
    )
    replies = dossier.of(invitation, dossier.replies)
    differ = any(reply.status == Reply.Status.CONTESTED for reply in replies)
    if all(map(dossier.may, HANDS_OVER)) and not (withdrawn or waits or differ):
        url = reverse("desk:hand_over", args=[invitation.pk])
        yield Offer(_("Hand over to a successor"), "how_to_reg", url)


def to_make_principal(dossier: Dossier, invitation: Any) -> Iterator[Offer]:
    if dossier.may("invitations.change_invitation") and not reason_not_to_make_principal(
        invitation
    ):
        url, rows = list_url(Invitation), (invitation.pk,)
        yield Offer(_("Make it the principal invitation"), "star", url, "make_principal", rows)


def to_withdraw(dossier: Dossier, invitation: Any) -> Iterator[Offer]:
    withdrawn = invitation.status == Invitation.Status.WITHDRAWN
    if dossier.may("invitations.change_invitation") and not withdrawn:
        url, rows = list_url(Invitation), (invitation.pk,)
        yield Offer(_("Withdraw"), "block", url, "withdraw_selected", rows)
