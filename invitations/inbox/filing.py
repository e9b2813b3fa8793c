"""File the mail that people send back, and find whose it is; no machine ever answers it."""

import datetime as dt
from collections.abc import Iterable, Iterator
from email.message import Message
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act
from invitations.files.frozen import Tampered, freeze, thaw_or_damaged
from invitations.inbox.unproven import held_until
from invitations.letters.issuing import lock_invitation
from invitations.letters.released import missions_of
from invitations.mail.authenticity import is_disowned, is_proven
from invitations.mail.automatic import (
    is_automatic_mail,
    may_be_a_refusal,
    needs_nobody,
    returned_ids,
)
from invitations.mail.incoming import (
    decoded_header,
    envelope_token_of,
    first_own_words,
    has_doubtful_text,
    message_ids_in,
    own_message_id,
    raw_header,
    sender_address,
    sender_shown,
    sha256_of,
    text_of_mail,
)
from invitations.mail.parsing import parse_mail
from invitations.models import (
    Channel,
    Correspondence,
    Delivery,
    Invitation,
    Letter,
    Minister,
)
from invitations.text.masking import mask_keys

SUBJECT_LIMIT = 300
ID_LIMIT = 250


def file_mail(
    content: bytes, received_at: dt.datetime | None = None, remark: str = ""
) -> Correspondence | None:
    """File the mail once under its invitation; return None if it is on file already.

    A person's mail waits unread, and holds the office's reminders. A machine's mail that needs
    nobody is filed and holds nothing. If our own server does not prove who sent it, a person first
    says whose it is: meanwhile it holds them for two working days at most, and not at all if the
    server disowns it. ``remark`` says why it is not whole; it stands first in the summary.
    """
    mail = parse_mail(content)
    # Also of one that is on file: a restored store may lack it.
    frozen = freeze(content, "intray", "eml")
    kept: dict[str, Any] = {"message": frozen.name, "message_sha256": frozen.sha256}
    fields = kept | particulars_of(mail, received_at, remark)
    # Another mail may have the same Message-ID, and come at the same moment.
    for name in filter(None, (own_message_id(mail), f"sha256:{frozen.sha256}")):
        filed, is_new = put_on_file(name, **fields)
        if is_new:
            return filed
        if is_same_mail(filed, content):
            break
    return None


def particulars_of(mail: Message, received_at: dt.datetime | None, remark: str) -> dict[str, Any]:
    """Return whose the mail is and what it says, and whether anybody has to look at it."""
    now = timezone.now()
    came_at = min(received_at or now, now)
    idle = needs_nobody(mail, is_letter_of_ours)
    automatic = idle and not remark
    found, disowned = invitation_of(mail, came_at), is_disowned(mail)
    is_claim = disowned or not (automatic or is_report_to_us(mail) or is_proven(mail))
    return {
        "invitation": None if is_claim else found,
        "probably_of": found if is_claim else None,
        "may_hold": is_claim and not disowned and address_is_on_file(sender_address(mail), found),
        "channel": Channel.MAIL,
        "received_at": came_at,
        "sender": sender_shown(mail),
        "summary": summary_of_mail(mail, [remark, *doubts_about(mail, idle)]),
        "is_automatic": automatic,
        "dealt_with_at": now if automatic else None,
    }


def file_unread(content: bytes, received_at: dt.datetime | None, remark: str) -> None:
    """File the bytes of an unreadable mail; a person finds out what it is, and whose."""
    frozen = freeze(content, "intray", "eml")
    now = timezone.now()
    put_on_file(
        f"sha256:{frozen.sha256}",
        invitation=None,
        channel=Channel.MAIL,
        received_at=min(received_at or now, now),
        summary=remark,
        message=frozen.name,
        message_sha256=frozen.sha256,
    )


def is_same_mail(filed: Correspondence, content: bytes) -> bool:
    """Tell whether it is the same mail by another way, not another with a used Message-ID."""
    if filed.message_sha256 == sha256_of(content):
        return True
    try:
        known = thaw_or_damaged(filed.message.name, filed.message_sha256)
    except Tampered:
        return False
    return body_of(known) == body_of(content)


def body_of(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").partition(b"\n\n")[2].strip()


@transaction.atomic
def put_on_file(name: str, *, may_hold: bool = False, **fields: Any) -> tuple[Correspondence, bool]:
    """Return the row of that name, and whether it is new."""
    if office := fields["invitation"] or fields.get("probably_of"):
        # The lock excludes a reminder that is just about to leave.
        lock_invitation(office)
        if may_hold:
            fields["holds_until"] = held_until(office, timezone.now())
    return Correspondence.objects.get_or_create(message_id=name[:ID_LIMIT], defaults=fields)


def summary_of_mail(mail: Message, remarks: list[str]) -> str:
    """Return subject, remarks and first words, without a link or code that these may quote."""
    subject = mask_keys(decoded_header(mail, "Subject"))[:SUBJECT_LIMIT]
    return "\n".join(filter(None, [subject, *remarks, first_own_words(text_of_mail(mail))]))


def doubts_about(mail: Message, idle: bool) -> Iterator[str]:
    """Yield what whoever looks at the mail has to know before its words."""
    if has_doubtful_text(mail):
        yield _("Parts of it could not be read: open the mail itself.")
    if idle or not is_automatic_mail(mail):
        return
    if may_be_a_refusal(mail):
        yield _("A mail server wrote it: perhaps a letter did not arrive.")
    else:
        yield _("A program sent it, with a file: look at what it is.")


# Whose mail it is


def invitation_of(mail: Message, came_at: dt.datetime) -> Invitation | None:
    """Return the invitation of the letter it answers, else of its sender; None if ambiguous.

    A report of a mail server that names no letter of ours is nobody's: it may be of any mail that
    bears our address.
    """
    for name in ("In-Reply-To", "References"):
        if answered := of_letters(Q(message_id__in=message_ids_in(raw_header(mail, name)))):
            return that_takes_replies(only(answered), came_at)
    if (envelope := envelope_token_of(mail)) and (
        answered := of_letters(Q(deliveries__envelope=envelope))
    ):
        return that_takes_replies(only(answered), came_at)
    if is_automatic_mail(mail) and may_be_a_refusal(mail):
        returned = of_letters(Q(message_id__in=returned_ids(mail)))
        return that_takes_replies(only(returned), came_at) if returned else None
    return of_sender(sender_address(mail), came_at)


def is_report_to_us(mail: Message) -> bool:
    """Whether a mail server reports to a return path of ours, which only who got a letter knows."""
    envelope = is_automatic_mail(mail) and may_be_a_refusal(mail) and envelope_token_of(mail)
    return bool(envelope) and Delivery.objects.filter(envelope=envelope).exists()


def is_letter_of_ours(message_id: str) -> bool:
    return bool(message_id) and Letter.objects.filter(message_id=message_id).exists()


def that_takes_replies(answered: Invitation | None, came_at: dt.datetime) -> Invitation | None:
    """Return the invitation whose letter was answered, or the one that takes its place then.

    Offices answer on the letter to a predecessor, or to an earlier edition.
    """
    if answered is None:
        return None
    of_state = Invitation.objects.issued().filter(member_state=answered.member_state_id)
    found = current(of_state.select_related("edition"), came_at)
    if answered in found:
        return answered
    return in_its_place(
        answered, [one for one in found if one.edition_id == answered.edition_id] or found
    )


def in_its_place(answered: Invitation, found: list[Invitation]) -> Invitation:
    """Return which of the State's invitations takes the place of one that takes no reply.

    That is the one to the same minister, else the successor's; or the principal one, if it was
    that and neither has any: what one minister says is no answer of another. Else it is the
    letter's own.
    """
    principal = [one for one in found if one.is_principal and answered.is_principal]
    own = (invitations_of_minister(pk, answered, found) for pk in in_succession(answered.minister))
    meant = next(filter(None, own), principal)
    return meant[0] if len(meant) == 1 else answered


def in_succession(minister: Minister) -> list[int]:
    """Return the keys of the minister and of those who took that office since, in order."""
    keys = [minister.pk]
    while minister.successor and minister.successor.pk not in keys:
        minister = minister.successor
        keys.append(minister.pk)
    return keys


def invitations_of_minister(
    pk: int, answered: Invitation, found: list[Invitation]
) -> list[Invitation]:
    """Return the minister's invitations among these; before a letter is approved, the draft."""
    editions = {one.edition_id for one in found}
    if answered.status == Invitation.Status.WITHDRAWN:
        editions.add(answered.edition_id)
    drafts = Invitation.objects.filter(
        edition__in=editions, minister=pk, status=Invitation.Status.DRAFT
    )
    return [one for one in found if one.minister_id == pk] or list(drafts)


def of_letters(which: Q) -> "QuerySet[Invitation] | None":
    """Return the letters' invitations, for a note those it covers; None if there is no letter."""
    letters = Letter.objects.filter(which)
    if not letters.exists():
        return None
    own = Q(letters__in=letters.exclude(kind=Letter.Kind.NOTE))
    covered = Q(letters__notes__in=letters.filter(kind=Letter.Kind.NOTE))
    return Invitation.objects.filter(own | covered).distinct()


def only(invitations: "QuerySet[Invitation]") -> Invitation | None:
    found = list(invitations[:2])
    return found[0] if len(found) == 1 else None


def of_sender(address: str, came_at: dt.datetime) -> Invitation | None:
    """Return the invitation in force of the office, focal point or mission with that address.

    An office goes before its mission. A mission that serves one State writes for its principal
    invitation; if it serves two, a person chooses.
    """
    if not address:
        return None
    found = current(of_address(address), came_at)
    offices = [invitation for invitation in found if address in own_addresses(invitation)]
    if offices:
        return offices[0] if len(offices) == 1 else None
    served = [invitation for invitation in found if address in mission_addresses(invitation)]
    principal = [invitation for invitation in served if invitation.is_principal]
    is_one_state = len({invitation.member_state_id for invitation in served}) == 1
    return principal[0] if is_one_state and len(principal) == 1 else None


def of_address(address: str) -> "QuerySet[Invitation]":
    """Return invitations whose addresses may contain it; the caller compares line by line."""
    return (
        Invitation.objects.issued()
        .filter(
            Q(minister__to_emails__icontains=address)
            | Q(minister__cc_emails__icontains=address)
            | Q(focal_point_email__iexact=address)
            | Q(member_state__missions__emails__icontains=address)
        )
        .select_related("edition", "minister", "member_state")
        .distinct()
    )


def current(invitations: Iterable[Invitation], at: dt.datetime) -> list[Invitation]:
    """Return those to editions that were not over then, or else those that still took replies."""
    taking = [one for one in invitations if one.edition.takes_replies(at)]
    ahead = [one for one in taking if one.edition.is_ahead(at)]
    return ahead or taking


def address_is_on_file(address: str, invitation: Invitation | None) -> bool:
    return invitation is not None and address in (
        own_addresses(invitation) + mission_addresses(invitation)
    )


def own_addresses(invitation: Invitation) -> list[str]:
    minister = invitation.minister
    written = f"{minister.to_emails}\n{minister.cc_emails}\n{invitation.focal_point_email}"
    return written.lower().split()


def mission_addresses(invitation: Invitation) -> list[str]:
    return " ".join(mission.emails for mission in missions_of(invitation)).lower().split()


@transaction.atomic
def assign_mail(correspondence: Correspondence, invitation: Invitation, by: User) -> None:
    """Set whose mail it is, once; while unread, it holds that office's reminders."""
    lock_invitation(invitation)
    if invitation.status != Invitation.Status.ISSUED:
        raise ValidationError(_("This invitation is not in force."))
    unmatched = Correspondence.objects.filter(pk=correspondence.pk, invitation=None)
    if not unmatched.update(invitation=invitation):
        raise ValidationError(_("Somebody has said already whose mail this is."))
    record_act(correspondence, Act.ASSIGNED, by, changes={"invitation": (None, invitation.pk)})
    correspondence.refresh_from_db()
