"""Specimens: unsaved letters as they would be, with a link and codes that open nothing."""

from email.utils import parseaddr
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import Case, When
from django.utils import timezone
from django.utils.translation import gettext as _

from invitations.audit import Act, record_act
from invitations.job_errors import place_of_error
from invitations.letters.addressing import short_greeting
from invitations.letters.calendar import specimen_calendar
from invitations.letters.channels import NOTE_VARIANT, gets_original
from invitations.letters.circulars import invitation_circular
from invitations.letters.context import dead_keys, pdf_name, printed_terms_in
from invitations.letters.message import build_message, mail_subject
from invitations.letters.pdf import render_pdf
from invitations.letters.words import join_languages, letter_texts
from invitations.mail.outgoing import with_date
from invitations.mail.transport import Envelope, NotTaken, configured_carrier
from invitations.models import (
    Answer,
    Invitation,
    Letter,
    LetterTemplate,
    Mission,
    Reply,
)
from invitations.outbox.arming import reason_sending_is_off
from invitations.text.addresses import checked_address


class Specimen(NamedTuple):
    subject: str
    mail: str
    pdf: bytes | None


# The answers with which the texts of acknowledgements are shown; the others, with a yes.
SHOWN_WITH: dict[str, str] = {"holding": Answer.HOLDING, "regrets": Answer.REGRETS}


def specimen_of(template: LetterTemplate, invitation: Invitation) -> Letter:
    """Return an unsaved letter with everything that the template's kind of letter refers to."""
    circular = invitation_circular(invitation.edition)
    letter = Letter(
        invitation=invitation,
        circular=circular,
        kind=template.kind,
        variant=template.variant,
        language=template.language,
    )
    if template.traits.refers:
        letter.circular = (
            invitation.edition.circulars.filter(kind=template.kind).first() or circular
        )
        letter.replaces = Letter(invitation=invitation, circular=circular)
    if template.kind == Letter.Kind.NOTE:
        letter.mission = mission_to_show(invitation, template.language)
        letter.by_original = template.variant == NOTE_VARIANT
    elif letter.traits.printed:
        letter.by_original = gets_original(invitation)
    if template.kind == Letter.Kind.ACKNOWLEDGEMENT:
        letter.reply = Reply(
            invitation=invitation,
            answer=SHOWN_WITH.get(template.variant, Answer.IN_PERSON),
            received_at=timezone.now(),
        )
    if template.kind == Letter.Kind.RECEIPT:
        letter.filed = {template.language: str(invitation.minister.name)}
    if template.kind == Letter.Kind.CALENDAR:
        letter.calendar = specimen_calendar(invitation.edition)
    return letter


def mission_to_show(invitation: Invitation, language: str) -> Mission:
    """Return a mission of the State whose greeting is written, or one greeted by its kind alone."""
    missions = invitation.member_state.missions.exclude(greeted_as="")
    by_kind = missions.order_by(Case(When(kind=Mission.Kind.MISSION, then=0), default=1))
    if mission := by_kind.first():
        return mission
    unnamed = Mission(language=language)
    unnamed.greeted_as = short_greeting(unnamed, language)
    return unnamed


def render_specimen(
    letter: Letter, template: LetterTemplate | None = None, *, paper: bool = True
) -> Specimen:
    """Return the letter's words and PDF, made anew, with keys that open nothing.

    A mark names each field that is empty and needed. Raise ValidationError if a template, a term or
    a form of address is missing.
    """
    keys = dead_keys()
    texts = letter_texts(letter, keys, template, specimen=True)
    printed = paper and letter.traits.printed
    pdf = render_pdf(letter, texts, keys, specimen=True) if printed else None
    return Specimen(texts[0].subject, join_languages("mail", texts), pdf)


def send_test(letter: Letter, by: User, template: LetterTemplate | None = None) -> None:
    """Send the letter as a test to the person's own address; the edition's history says so."""
    send_specimen(letter, by.email, template)
    record_act(letter.invitation.edition, Act.TESTED, by, str(template or letter))


def send_specimen(letter: Letter, email: str, template: LetterTemplate | None = None) -> str:
    """Send a specimen, marked as a test, to the user's address; return the mail server's words."""
    if mute := reason_sending_is_off():
        raise ValidationError(mute)
    email = address_of_tests(email)
    return hand_over_test(email, specimen_mail(letter, email, template))


def address_of_tests(email: str) -> str:
    """Return the account's address as mail servers take it; refuse none, or one that is none."""
    if not email:
        raise ValidationError(
            _("Your account has no e-mail address: whoever keeps the accounts can enter one.")
        )
    # A command or another sign-on may have made the account, with any address.
    return checked_address(email)


def specimen_mail(letter: Letter, email: str, template: LetterTemplate | None = None) -> bytes:
    """Return the mail to that address with the letter as a specimen, marked as a test."""
    subject, mail, pdf = render_specimen(letter, template)
    mark = printed_terms_in(letter.language)["specimen"]
    specimen = Letter(
        invitation=letter.invitation,
        circular=letter.circular,
        kind=letter.kind,
        language=letter.language,
        second_language=letter.second_language,
        mission=letter.mission,
        subject=subject,
        mail=f"*** {mark} ***\n\n{mail}",
        recipients=[["to", email]],
    )
    specimen.subject = f"[TEST] {mail_subject(specimen)}"
    attached = {f"TEST-{pdf_name(letter)}": pdf} if pdf else {}
    return write_message(specimen, attached)


def hand_over_test(email: str, content: bytes) -> str:
    """Hand a marked test to the mail server, if this deployment may write; return its words."""
    if mute := reason_sending_is_off():
        raise ValidationError(mute)
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    try:
        with configured_carrier() as line:
            line.connect()
            return line.hand_over(Envelope(sender, email), content)
    except NotTaken as fault:
        raise ValidationError(
            _("The mail server did not take it: %(words)s") % {"words": fault.words}
        ) from fault


def write_message(specimen: Letter, attached: dict[str, bytes]) -> bytes:
    try:
        return with_date(build_message(specimen, attached).as_bytes(), timezone.now())
    except Exception as error:  # whatever its rows hold, the user is told
        told = _("It could not be composed (%(fault)s): somebody has to look at it.")
        raise ValidationError(told % {"fault": place_of_error(error)}) from error
