"""Four eyes: what leaves in the organization's name, a second person has approved."""

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.issuing import issue
from invitations.letters import call_back, plan
from invitations.models import Letter, LetterTemplate, ReminderStep


@transaction.atomic
def approve_letter(letter: Letter, by: User, sha256: str, message_sha256: str) -> Letter:
    """Approve exactly those bytes; the invitation is issued and its letter is in the outbox."""
    letter = (
        Letter.objects.select_for_update(of=("self",))
        .select_related("invitation")
        .get(pk=letter.pk)
    )
    if letter.state != Letter.State.COMPOSED:
        raise ValidationError(_("Only a composed letter can be approved."))
    if letter.composed_by_id == by.pk:
        raise ValidationError(_("A second person has to approve: you composed this letter."))
    if (letter.sha256, letter.message_sha256) != (sha256, message_sha256):
        raise ValidationError(_("The letter was composed anew since you looked at it."))
    letter.state, letter.approved_by, letter.approved_at = (
        Letter.State.APPROVED,
        by,
        timezone.now(),
    )
    letter.save(update_fields=["state", "approved_by", "approved_at"])
    issue(letter, by)
    return letter


@transaction.atomic
def approve_text(text: LetterTemplate | ReminderStep, by: User) -> None:
    """Approve as the first or the second person; the second lets the machine send it."""
    text = type(text).objects.select_for_update(of=("self",)).get(pk=text.pk)
    if text.is_approved:
        raise ValidationError(_("Two people have approved this already."))
    if text.first_approver_id is None:
        text.first_approver, text.first_approved_at = by, timezone.now()
    elif text.first_approver_id == by.pk:
        raise ValidationError(_("A second person has to approve: you are the first."))
    else:
        text.second_approver, text.second_approved_at = by, timezone.now()
    text.save(
        update_fields=[
            "first_approver",
            "first_approved_at",
            "second_approver",
            "second_approved_at",
        ]
    )


@transaction.atomic
def revise(
    template: LetterTemplate, by: User, subject: str, paper: str, mail: str
) -> LetterTemplate:
    """Return the next version; earlier ones stay as they were."""
    versions = LetterTemplate.objects.select_for_update(of=("self",)).filter(
        kind=template.kind, variant=template.variant, language=template.language
    )
    revised = LetterTemplate(
        kind=template.kind,
        variant=template.variant,
        language=template.language,
        version=max(version.version for version in versions) + 1,
        subject=subject,
        paper=paper,
        mail=mail,
        written_by=by,
    )
    revised.full_clean()
    revised.save()
    return revised


@transaction.atomic
def recompose(letter: Letter, by: User) -> Letter:
    """Drop a composed letter and plan it anew, with today's words and addresses."""
    letter = Letter.objects.select_for_update(of=("self",)).get(pk=letter.pk)
    if letter.state != Letter.State.COMPOSED:
        raise ValidationError(_("Only a composed letter that is not approved is composed anew."))
    call_back(Letter.objects.filter(pk=letter.pk), _("composed anew"), by)
    anew = Letter(
        invitation_id=letter.invitation_id,
        circular_id=letter.circular_id,
        kind=letter.kind,
        variant=letter.variant,
        language=letter.language,
        not_before=letter.not_before,
    )
    plan([anew])
    return anew
