"""A successor in office: the old link ends at once, the rest when a second person releases it."""

from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.audit import Act, record_act, record_acts
from invitations.letters.circulars import (
    invitation_circular,
    plan_circular,
    reason_not_to_address_alone,
)
from invitations.letters.issuing import (
    WITHDRAWN_ALREADY,
    draft_invitation,
    withdraw_invitation,
)
from invitations.letters.notes.covering import lock_with_notes
from invitations.letters.notes.standing_again import forward_once_more
from invitations.letters.released import held_changes, released_invitation
from invitations.models import (
    Circular,
    Correspondence,
    HeldChange,
    Invitation,
    Minister,
    PartnershipInterest,
    Reconfirmation,
    Reply,
)
from invitations.models.invitation import InvitationQuerySet
from invitations.models.reply import REPLY_FIELDS
from invitations.outbox.corrections.acknowledgements import (
    acknowledge_called_back_again,
    hold_acknowledgements,
)
from invitations.outbox.corrections.notes import forward_with_notes
from invitations.text.dates import running_text

Status = Invitation.Status


class LetterChoice(models.TextChoices):
    """What becomes of the letter."""

    NOW = "now", gettext_lazy("a letter of invitation to the successor is composed")
    LATER = "later", gettext_lazy("none yet: the successor’s invitation is a draft")


class ReplyChoice(models.TextChoices):
    """What becomes of the answer on file."""

    CARRY = "carry", gettext_lazy("it stays valid, to be confirmed by the successor’s office")
    ASK = "ask", gettext_lazy("it ends with the old invitation: the successor’s office is asked")


class DelegationChoice(models.TextChoices):
    """What becomes of the people whom the old office has named."""

    KEEP = "keep", gettext_lazy("it stays as it is")
    HEAD_OFF = "head_off", gettext_lazy("its head is taken off, the others stay")
    ALL_OFF = "all_off", gettext_lazy("all are taken off: the successor’s office names them anew")


class Choices(NamedTuple):
    """What a hand-over does; ``principal`` is another invitation that becomes the State's own."""

    letter: str = LetterChoice.NOW
    reply: str = ReplyChoice.CARRY
    delegation: str = DelegationChoice.KEEP
    principal: int | None = None


COME_MEANWHILE = gettext_lazy(
    "A reply came in after the hand-over was asked for. Take it back, and ask for it anew with "
    "that reply in view."
)

OTHER_SUCCESSOR = gettext_lazy(
    "Who holds this office was changed after the hand-over was asked for. Take it back, and ask "
    "for it anew."
)


@transaction.atomic
def ask_to_hand_over(
    invitation: Invitation, successor: Minister, choices: Choices, by: User, reason: str
) -> HeldChange:
    """Enter the successor, end the old link and code at once, and hold the rest for a release.

    From now on nothing leaves to the person who left office.
    """
    lock_state(invitation)
    invitation = Invitation.objects.select_related("minister__member_state").get(pk=invitation.pk)
    refuse_hand_over(invitation, successor, choices, reason)
    before = invitation.minister.successor_id
    in_office = Minister.objects.filter(pk=invitation.minister_id, successor=before)
    if not in_office.update(successor=successor):
        raise ValidationError(_("Somebody else has entered a successor meanwhile."))
    invitation.links.current().update(replaced_at=timezone.now())
    hold_acknowledgements(invitation)
    standing = invitation.replies.standing().first()
    change = HeldChange.objects.create(
        kind=HeldChange.Kind.SUCCESSION,
        content_type=ContentType.objects.get_for_model(Invitation),
        object_id=str(invitation.pk),
        named=f"{Invitation._meta.verbose_name}: {invitation.minister.told_as}"[:300],
        before={"minister": invitation.minister_id, "successor": before},
        after={
            "minister": successor.pk,
            "stands": standing.pk if standing else None,
            **choices._asdict(),
        },
        asked_by=by,
        reason=reason,
    )
    change.states.add(invitation.member_state_id)
    change.contributors.add(by)
    record_act(change, Act.HELD, by, reason)
    record_act(invitation, Act.HAND_OVER_ASKED, by, reason)
    return change


def of_same_state(invitation: Invitation) -> "InvitationQuerySet":
    return Invitation.objects.filter(
        edition=invitation.edition_id, member_state=invitation.member_state_id
    )


def lock_state(invitation: Invitation) -> list[Invitation]:
    """Lock all invitations of the State to the edition, in the order of whoever locks several."""
    return list(of_same_state(invitation).locked())


def lock_for_release(invitation: Invitation) -> None:
    """Lock the circular of the letter to come, then the State's invitations, as approvals do.

    With them are locked those of other States under the same notes verbales.
    """
    inviting = Circular.objects.filter(
        edition=invitation.edition_id, kind=Circular.Kind.INVITATION
    ).order_by("pk")
    list(inviting.select_for_update(of=("self",), no_key=True).values_list("pk"))
    lock_with_notes(of_same_state(invitation).values_list("pk", flat=True))


def refuse_hand_over(
    invitation: Invitation, successor: Minister, choices: Choices, reason: str
) -> None:
    if not reason.strip():
        raise ValidationError(_("Say why the invitation is handed over."))
    if why := reason_not_to_hand_over(invitation):
        raise ValidationError(why)
    if why := reason_not_to_succeed(invitation.minister_id, invitation.member_state_id, successor):
        raise ValidationError(why)
    others = other_invitations(invitation).exclude(minister=successor)
    if choices.principal and not others.filter(pk=choices.principal).exists():
        raise ValidationError(_("Choose as principal an invitation of the State that is live."))


def reason_not_to_succeed(minister: int | None, state: int | None, successor: Minister) -> str:
    """Return why the person cannot succeed that minister of the State; empty if they can."""
    if successor.pk == minister:
        return _("Choose another person than the one who left office.")
    if successor.member_state_id != state:
        return _("The successor is of another State.")
    return _("This person has left office too.") if successor.successor_id else ""


def reason_not_to_hand_over(invitation: Invitation) -> str:
    """Return why it cannot be asked for now; an empty text if it can."""
    if invitation.status == Status.WITHDRAWN:
        return str(WITHDRAWN_ALREADY)
    if HeldChange.objects.successions().of(invitation).exists():
        return _("A successor is entered already; a second person releases it or takes it back.")
    if invitation.replies.contested().exists():
        return _("Two replies differ: choose first which of them stands.")
    return ""


def other_invitations(invitation: Invitation) -> "models.QuerySet[Invitation]":
    """Return the State's other invitations to the edition that are not withdrawn."""
    return of_same_state(invitation).exclude(status=Status.WITHDRAWN).exclude(pk=invitation.pk)


def hand_over(change: HeldChange, by: User) -> None:
    """Carry out what was asked for: withdraw the old invitation, and let the successor's follow.

    Call it within a transaction, with the invitations of the State locked.
    """
    said: Any = change.after
    old = Invitation.objects.select_related("edition", "member_state", "minister").get(
        pk=change.key
    )
    if why := reason_not_to_carry_out(old, said):
        raise ValidationError(why)
    standing = old.replies.standing().first()
    focal_point = released_invitation(old, held_changes(old))
    withdraw_invitation(old, by, change.reason)
    new = invitation_of_successor(old, focal_point, said)
    if old.is_principal:
        settle_principal(new, said)
    plan_first_letter(new, said, change.asked_by)
    changes = {"invitation": (old.pk, new.pk)}
    record_acts(pass_unread_on(old, new), Act.ASSIGNED, by, change.reason, changes)
    if standing and said["reply"] == ReplyChoice.CARRY:
        carry_over(standing, new, by)


def why_not_released_now(change: HeldChange) -> str:
    """Return why the hand-over cannot be released as things stand; an empty text if it can."""
    found = Invitation.objects.select_related("edition", "member_state", "minister")
    return reason_not_to_carry_out(found.get(pk=change.key), change.after)


def reason_not_to_carry_out(old: Invitation, said: Any) -> str:
    """Return why what was asked for does not fit what is on file by now."""
    if old.status == Status.WITHDRAWN:
        return _("The invitation was withdrawn meanwhile: take this back.")
    entered = Minister.objects.filter(pk=said["minister"], successor=None)
    if old.minister.successor_id != said["minister"] or not entered.exists():
        return str(OTHER_SUCCESSOR)
    standing = old.replies.standing().first()
    if (standing.pk if standing else None) != said["stands"] or old.replies.contested().exists():
        return str(COME_MEANWHILE)
    live = Invitation.objects.exclude(status=Status.WITHDRAWN)
    if old.is_principal and said["principal"] and not live.filter(pk=said["principal"]).exists():
        return _("The invitation chosen as principal was withdrawn meanwhile.")
    return reason_not_to_plan_first_letter(old, said)


def reason_not_to_plan_first_letter(old: Invitation, said: Any) -> str:
    """Return why the letter that is wanted cannot be planned; an empty text if it can."""
    successor = Minister.objects.select_related("member_state").get(pk=said["minister"])
    new = other_invitations(old).filter(minister=successor).first() or Invitation(
        edition=old.edition, member_state=successor.member_state, minister=successor
    )
    if said["letter"] != LetterChoice.NOW or (new.pk and new.letters.inviting().exists()):
        return ""
    if old.is_principal:
        new.is_principal = said["principal"] in (None, new.pk)
    try:
        circular = invitation_circular(old.edition)
    except ValidationError as refusal:
        return running_text(refusal.messages)
    return does_not_address(circular) if reason_not_to_address_alone(circular, new) else ""


def does_not_address(circular: Circular) -> str:
    return _("The circular %(reference)s does not address the successor: look at its audience.") % {
        "reference": circular.reference
    }


def invitation_of_successor(old: Invitation, focal_point: Invitation, said: Any) -> Invitation:
    """Return the successor's invitation, drafted now unless there is one."""
    successor = Minister.objects.get(pk=said["minister"])
    if found := other_invitations(old).filter(minister=successor).first():
        return found
    return draft_invitation(
        old.edition,
        successor,
        is_principal=False,
        focal_point_name=focal_point.focal_point_name,
        focal_point_email=focal_point.focal_point_email,
    )


def settle_principal(new: Invitation, said: Any) -> None:
    """Let the successor's invitation, or the one that was chosen, be the State's own."""
    Invitation.objects.filter(pk=said["principal"] or new.pk).update(is_principal=True)
    new.refresh_from_db(fields=["is_principal"])


def pass_unread_on(old: Invitation, new: Invitation) -> list[Correspondence]:
    """Let what the office has sent, and nobody has looked at, wait for the successor's reply."""
    unread = list(Correspondence.objects.unread().filter(invitation=old))
    Correspondence.objects.filter(pk__in=[one.pk for one in unread]).update(invitation=new)
    return unread


def plan_first_letter(new: Invitation, said: Any, by: User | None) -> None:
    """Plan the letter to the successor, if one is wanted and none is on its way."""
    if said["letter"] != LetterChoice.NOW or new.letters.inviting().exists():
        return
    circular = invitation_circular(new.edition)
    if not plan_circular(circular, Invitation.objects.filter(pk=new.pk), by):
        raise ValidationError(does_not_address(circular))
    forward_with_notes(new.letters.planned().get(circular=circular), by)


def carry_over(standing: Reply, new: Invitation, by: User) -> None:
    """Let the answer stand for the successor too, to be confirmed; then the invitation is in force.

    What the successor's office has said already stays instead.
    """
    if new.replies.standing().exists():
        return
    carried = Reply.objects.create(
        **{name: getattr(standing, name) for name in CARRIED},
        **partnership_of(standing.invitation),
        invitation=new,
        status=Reply.Status.STANDING,
        carried_from=standing,
        recorded_by=by,
    )
    carry_question(standing.invitation, carried)
    drafts = Invitation.objects.filter(pk=new.pk, status=Status.DRAFT)
    if drafts.update(status=Status.ISSUED, issued_at=timezone.now()):
        changes = {"status": (Status.DRAFT, Status.ISSUED)}
        record_act(new, Act.IN_SUCCESSION, by, changes=changes)


def partnership_of(old: Invitation) -> dict[str, Any]:
    """Return whether the old office was interested, by whatever reply, and when it was told of."""
    told = old.replies.aggregate(at=models.Max("partnership_informed_at"))
    of_old = PartnershipInterest.objects.last_words().filter(invitation=old)
    return {
        "partnership_interest": of_old.exists(),
        "partnership_informed_at": told["at"],
    }


def carry_question(old: Invitation, carried: Reply) -> None:
    """Let what was asked of the old office after a move hold for the answer carried over."""
    asked = Reconfirmation.objects.current().filter(invitation=old).first()
    if asked is None:
        return
    said = ("said", "answered_at", "channel", "recorded_by", "correspondence")
    Reconfirmation.objects.update_or_create(
        move=asked.move,
        invitation=carried.invitation,
        defaults={"reply": carried} | {name: getattr(asked, name) for name in said},
    )


# The interest in partnership is carried over by itself, of whichever reply: partnership_of.
CARRIED = ("channel", "received_at", *(n for n in REPLY_FIELDS if n != "partnership_interest"))


def take_back_hand_over(change: HeldChange, by: User) -> None:
    """Let the minister be in office again; the link that has ended stays dead.

    Notes verbales that went without the letters to the minister meanwhile get another one beside.
    """
    before, after = change.before or {}, change.after or {}
    entered = Minister.objects.filter(pk=before["minister"], successor=after["minister"])
    entered.update(successor=before["successor"])
    if invitation := Invitation.objects.issued().in_office().filter(pk=change.key).first():
        acknowledge_called_back_again(invitation, change.asked_at)
        forward_once_more(invitation.letters.all(), by)
