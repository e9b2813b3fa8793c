"""Approval by a second person of all that leaves in the organization's name."""

from collections.abc import Iterable

from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from invitations.audit import Act, record_act, save_new
from invitations.letters.channels import (
    OF_ANOTHER_NOW,
    gets_original,
    reason_circular_is_untrue,
    reason_to_hold_back,
)
from invitations.letters.checks.named_days import doubted_days
from invitations.letters.checks.warnings import is_late
from invitations.letters.issuing import issue_invitation, queue_approved_letter
from invitations.letters.notes.anew import call_back_whole, may_have_left, plan_again
from invitations.letters.notes.covering import plan_from_now, planned_notes_over
from invitations.letters.planning import lock_letters, try_waiting_again
from invitations.models import (
    ApprovedByTwo,
    Invitation,
    Letter,
    LetterTemplate,
    Term,
)
from invitations.models.held.composed_with import lock_shared
from invitations.models.held.outdated import (
    CALLED_BACK,
    DUE,
    NOT_DUE,
    OVER_REPLACED,
    OVER_WHO_LEFT,
    refuse_outdated,
)
from invitations.models.letter import is_called_back
from invitations.text.dates import comma_list
from invitations.text.rewording import Pair, reworded


@transaction.atomic
def approve_letter(  # noqa: PLR0913 -- what is approved, by whom, and in spite of what
    letter: Letter,
    by: User,
    sha256: str,
    message_sha256: str,
    *,
    although_late: bool = False,
    reason: str = "",
) -> Letter:
    """Approve the letter with exactly these hashes, issue its invitation, and enqueue the letter.

    ``although_late`` confirms that it leaves more than three days after the date printed on it.
    ``reason`` says why it is approved though its days are doubtful; its history keeps the reason.
    """
    lock_shared(letter)
    letter = locked_letter(letter)
    if letter.state != Letter.State.COMPOSED:
        raise ValidationError(_("Only a composed letter can be approved."))
    if letter.composed_by_id == by.pk:
        raise ValidationError(_("A second person has to approve: you composed this letter."))
    if (letter.sha256, letter.message_sha256) != (sha256, message_sha256):
        raise ValidationError(_("The letter was composed anew since you looked at it."))
    refuse_unsigned(letter)
    refuse_other_channel(letter)
    refuse_out_of_office(letter)
    refuse_untrue(letter)
    # From its approval on a change waits for a second person; until then it does not. So what
    # stands at the approval has to be what the approver has seen.
    refuse_outdated(letter)
    if is_late(letter) and not although_late:
        raise ValidationError(
            _("It would leave more than three days after the date printed on it: confirm that.")
        )
    refuse_unexplained(letter, reason)
    if letter.kind == Letter.Kind.NOTE:
        refuse_uncovered(letter)
    letter.state, letter.approved_by, letter.approved_at = (
        Letter.State.APPROVED,
        by,
        timezone.now(),
    )
    letter.save(update_fields=["state", "approved_by", "approved_at"])
    is_draft = letter.invitation.status == Invitation.Status.DRAFT
    # An invitation that took the place of another's is in force before its letter.
    if letter.kind == Letter.Kind.INVITATION and is_draft:
        issue_invitation(letter, by, reason)
    else:
        queue_approved_letter(letter, by, reason)
    return letter


@transaction.atomic
def note_reviewed(letter: Letter, by: User, sha256: str, message_sha256: str) -> None:
    """Remember that the person has looked at the letter with exactly these hashes."""
    letter = locked_letter(letter)
    if (letter.sha256, letter.message_sha256) != (sha256, message_sha256):
        raise ValidationError(_("The letter was composed anew since you looked at it."))
    if letter.pk not in reviewed_by(by, [letter]):
        changes = {"sha256": ("", sha256), "message_sha256": ("", message_sha256)}
        record_act(letter, Act.SEEN, by, changes=changes)


def reviewed_by(person: User, letters: Iterable[Letter]) -> set[int]:
    """Return the keys of the letters that the person has looked at as they are now."""
    hashes = {letter.pk: (letter.sha256, letter.message_sha256) for letter in letters}
    looks = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Letter),
        object_id__in=hashes,
        actor=person,
        additional_data__act=Act.SEEN,
    )
    return {
        pk
        for pk, said in looks.values_list("object_id", "changes")
        if (said["sha256"][1], said["message_sha256"][1]) == hashes[pk]
    }


def locked_letter(letter: Letter) -> Letter:
    """Lock the letter's invitation and then the letter, and return it as it is now.

    With a note verbale the invitations of all that it covers are locked, the one made first before
    the others.
    """
    covered = Letter.objects.filter(notes=letter.pk).values("invitation")
    of_these = Q(pk=letter.invitation_id) | Q(pk__in=covered)
    list(Invitation.objects.locked().filter(of_these).values_list("pk"))
    locked = Letter.objects.select_for_update(of=("self",), no_key=True)
    return locked.select_related(
        "invitation__edition", "invitation__member_state", "invitation__minister", "circular"
    ).get(pk=letter.pk)


def refuse_unsigned(letter: Letter) -> None:
    """Refuse a copy of which nobody has signed the original; one that is itself signed may come."""
    circular = letter.circular
    if not letter.by_original and not circular.is_signed:
        raise ValidationError(
            _("Record first who signed the original of %(reference)s, and when.")
            % {"reference": circular.reference}
        )


def refuse_other_channel(letter: Letter) -> None:
    """Refuse a mail to whom a signed original is due now, and the reverse; a note follows these."""
    if letter.kind == Letter.Kind.NOTE or letter.by_original == gets_original(letter.invitation):
        return
    raise ValidationError(NOT_DUE if letter.by_original else DUE)


def refuse_out_of_office(letter: Letter) -> None:
    """Refuse a letter to a person whose successor is on file; a note goes to a mission."""
    if letter.is_to_who_left_office:
        raise ValidationError(OF_ANOTHER_NOW)


def refuse_untrue(letter: Letter) -> None:
    """Refuse a letter whose circular says by now what is not so."""
    if letter.kind == letter.circular.kind and (why := reason_circular_is_untrue(letter.circular)):
        raise ValidationError(capfirst(why))


def refuse_unexplained(letter: Letter, reason: str) -> None:
    """Refuse a letter that names doubtful days, unless the approver says why."""
    doubts = doubted_days([letter]).get(letter.pk, [])
    if doubts and not reason.strip():
        raise ValidationError(
            _("Say why you approve it all the same: %(doubts)s.") % {"doubts": comma_list(doubts)}
        )


def refuse_uncovered(note: Letter) -> None:
    """Refuse a note verbale unless all that it covers is approved, and is forwarded still."""
    if note.covers.filter(is_called_back()).exists():
        raise ValidationError(CALLED_BACK)
    if note.covers.replaced().exists():
        raise ValidationError(OVER_REPLACED)
    if note.covers.to_who_left_office().exists():
        raise ValidationError(OVER_WHO_LEFT)
    if note.covers.exclude(state=Letter.State.APPROVED).exists() or not note.covers.exists():
        raise ValidationError(_("Approve the letters it covers first."))
    # It would be kept back as it leaves.
    if why := reason_to_hold_back(note):
        raise ValidationError(why)


@transaction.atomic
def approve_text(text: ApprovedByTwo, by: User, mark: str) -> None:
    """Approve what has exactly this mark; after the second person, the system may send it."""
    on_file = type(text)._default_manager
    text = on_file.select_for_update(of=("self",)).get(pk=text.pk)
    if text.mark != mark:
        raise ValidationError(_("It was changed again since you looked at it: look once more."))
    if why := reason_not_to_approve(text, by):
        raise ValidationError(why)
    locked, now = on_file.filter(pk=text.pk), timezone.now()
    if text.first_approver_id is None:
        locked.update(first_approver=by, first_approved_at=now)
        record_act(text, Act.APPROVED_FIRST, by)
    else:
        locked.update(second_approver=by, second_approved_at=now)
        record_act(text, Act.APPROVED_SECOND, by)
        transaction.on_commit(try_waiting_again)


def reason_not_to_approve(text: ApprovedByTwo, person: User) -> str:
    """Return why the text needs no approval by this person; an empty text if it does."""
    if text.is_approved:
        return _("Two people have approved this already.")
    if text.first_approver_id == person.pk:
        return _("A second person has to approve: you are the first.")
    return ""


@transaction.atomic
def revise_template(
    template: LetterTemplate, by: User, subject: str, paper: str, mail: str
) -> LetterTemplate:
    """Save and return the next version of the template; earlier versions stay as they were."""
    revised = LetterTemplate(
        kind=template.kind,
        variant=template.variant,
        language=template.language,
        version=newest_locked(template).version + 1,
        subject=subject,
        paper=paper,
        mail=mail,
        written_by=by,
    )
    revised.full_clean()
    save_new(revised, Act.WRITTEN, by)
    return revised


def newest_locked(template: LetterTemplate) -> LetterTemplate:
    """Return the newest version of the text, and let whoever makes the next one wait."""
    versions = LetterTemplate.objects.select_for_update(of=("self",)).filter(
        kind=template.kind, variant=template.variant, language=template.language
    )
    return max(versions, key=lambda one: one.version)


@transaction.atomic
def reword_template(template: LetterTemplate, pairs: Iterable[Pair], by: User) -> bool:
    """Save the next version where words of the pairs stand in the text; return whether any do.

    It is made of the newest version, whichever the page showed.
    """
    template = newest_locked(template)
    words = [template.subject, template.paper, template.mail]
    subject, paper, mail = (reworded(one, pairs) for one in words)
    if [subject, paper, mail] == words:
        return False
    revise_template(template, by, subject, paper, mail)
    return True


def reason_not_to_compose_again(letter: Letter) -> str:
    """Return why the letter is not composed anew; empty if it waits for approval, or is kept back.

    Of what is kept back no copy may have left: then a replacement says so to the office.
    """
    if letter.state == Letter.State.COMPOSED:
        return ""
    if letter.state != Letter.State.APPROVED or not is_held_back(letter):
        return _("Only a letter that is not approved, or is kept back, is composed anew.")
    if not may_have_left(letter):
        return ""
    if letter.kind != Letter.Kind.NOTE:
        return _("It was sent, or tried: replace the letter.")
    return _(
        "The note was sent, or may have been: replace the letters that it still has to forward, and"
        " plan notes over the replacements."
    )


def is_held_back(letter: Letter) -> bool:
    """Whether it is approved in vain: by mail or on paper it would say what is so no more."""
    is_note = letter.kind == Letter.Kind.NOTE
    is_over_gone = is_note and letter.covers.forwarded_no_more().exists()
    return bool(is_over_gone or letter.has_dead_link or reason_to_hold_back(letter))


@transaction.atomic
def recompose_letter(letter: Letter, by: User | None) -> Letter:
    """Cancel a letter that waits, or is kept back, and plan it anew.

    It then has today's texts, addresses and link.
    """
    letter = locked_letter(letter)
    lock_letters(Letter.objects.filter(pk=letter.pk))
    if why := reason_not_to_compose_again(letter):
        raise ValidationError(why)
    call_back_whole(letter, gettext_lazy("composed anew"), by)
    plan_from_now(planned_notes_over(Letter.objects.filter(pk=letter.pk)))
    return plan_again(letter, by, by)


READ_ALREADY = gettext_lazy("A native reader has reviewed this already.")


def reason_not_to_review(words: LetterTemplate | Term) -> str:
    return str(READ_ALREADY) if words.reviewed_by_id else ""


@transaction.atomic
def tick_reviewed(words: LetterTemplate | Term, by: User) -> None:
    """Record that a native reader has read the text and found it right."""
    unread = type(words).objects.filter(pk=words.pk, reviewed_by=None)
    if not unread.update(reviewed_by=by, reviewed_at=timezone.now()):
        raise ValidationError(READ_ALREADY)
    record_act(words, Act.REVIEWED, by)
