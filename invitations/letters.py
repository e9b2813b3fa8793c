"""Letters: plan a row, compose it (freeze words, PDF and message), put it in the outbox."""

import datetime as dt
import time
from collections.abc import Iterable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from invitations.frozen import Tampered, freeze, thaw
from invitations.models import (
    AUTOMATIC,
    BRINGING,
    Circular,
    Delivery,
    ForumEdition,
    Invitation,
    Language,
    Letter,
    LetterEvent,
    LetterTemplate,
    ReminderStep,
    Reply,
)
from invitations.paper import render_pdf
from invitations.words import addressed, fill, unmarked, words_for

COMPOSE_WITHIN = dt.timedelta(minutes=5)
TRY_FOR = dt.timedelta(days=5)
PRIORITY: dict[str, int] = {
    Letter.Kind.ACKNOWLEDGEMENT: 1,
    Letter.Kind.NOTICE: 2,
    Letter.Kind.REMINDER: 4,
}


@transaction.atomic
def plan_invitation_letters(
    edition: ForumEdition, invitations: "QuerySet[Invitation] | None" = None
) -> int:
    """Plan a letter, a row without words, for each draft invitation that has none."""
    circular = invitation_circular(edition)
    drafts = edition.invitations.select_for_update().filter(status=Invitation.Status.DRAFT)
    if invitations is not None:
        drafts = drafts.filter(pk__in=invitations.values("pk"))
    if circular.audience == Circular.Audience.PRINCIPAL:
        drafts = drafts.principal()
    has_letter = Letter.objects.in_force().filter(
        invitation=OuterRef("pk"), kind=Letter.Kind.INVITATION
    )
    offered = languages_of(Letter.Kind.INVITATION)
    letters = [
        Letter(
            invitation=draft,
            circular=circular,
            kind=Letter.Kind.INVITATION,
            language=language if language in offered else Language.ENGLISH,
            not_before=circular.planned_at or timezone.now(),
        )
        for draft in drafts.filter(~Exists(has_letter)).select_related("minister")
        for language in [draft.minister.language]
    ]
    return plan(letters)


def plan(letters: list[Letter]) -> int:
    Letter.objects.bulk_create(letters)
    LetterEvent.objects.bulk_create(
        LetterEvent(letter=letter, state=Letter.State.PLANNED) for letter in letters
    )
    return len(letters)


def invitation_circular(edition: ForumEdition) -> Circular:
    circular = edition.circulars.filter(kind=Circular.Kind.INVITATION).first()
    if circular is None:
        raise ValidationError(
            _("The edition %(edition)s has no circular of invitation: add one first.")
            % {"edition": edition}
        )
    return circular


def languages_of(kind: str, variant: str = "") -> set[str]:
    """The languages in which that letter has a version that may be used."""
    usable = LetterTemplate.objects.for_letter(kind, variant)
    return set(usable.values_list("language", flat=True))


def plan_acknowledgement(reply: Reply) -> None:
    """Plan the acknowledgement to the addresses on file, and a copy to the address typed."""
    letter = reply.invitation.letters.in_force().filter(kind=Letter.Kind.INVITATION).first()
    if letter is None:
        return
    variants = [ACKNOWLEDGED_AS.get(reply.status, "answer")]
    typed = reply.respondent_email
    on_file = {address.lower() for _line, address in recipients(letter)}
    if typed and typed.lower() not in on_file:
        variants.append("copy")
    plan(
        [
            Letter(
                invitation=reply.invitation,
                circular=letter.circular,
                kind=Letter.Kind.ACKNOWLEDGEMENT,
                variant=variant,
                language=letter.language,
                reply=reply,
            )
            for variant in variants
        ]
    )


ACKNOWLEDGED_AS: dict[str, str] = {
    Reply.Status.NOTED: "holding",
    Reply.Status.CONTESTED: "contested",
}


def compose_planned(
    edition: ForumEdition | None = None,
    within: dt.timedelta | None = None,
    kinds: Iterable[str] = Letter.Kind.values,
) -> int:
    """Compose what is planned, acknowledgements first, and return how many letters it were.

    A letter whose template is missing or not approved stays planned, with an event that says so.
    """
    stop_at = time.monotonic() + within.total_seconds() if within else None
    composed = 0
    for pk in planned_letters(edition, kinds):
        if stop_at and time.monotonic() > stop_at:
            break
        if letter := claim_to_compose(pk):
            composed += compose_or_say_why(letter)
    return composed


def planned_letters(edition: ForumEdition | None, kinds: Iterable[str]) -> list[int]:
    planned = Letter.objects.planned().filter(free_to_compose(), kind__in=kinds)
    if edition:
        planned = planned.filter(invitation__edition=edition)
    by_kind = sorted(
        planned.values_list("pk", "kind"), key=lambda row: (PRIORITY.get(row[1], 5), row[0])
    )
    return [pk for pk, _kind in by_kind]


def free_to_compose() -> Q:
    return Q(composing_until=None) | Q(composing_until__lt=timezone.now())


def claim_to_compose(pk: int) -> Letter | None:
    free = Letter.objects.planned().filter(free_to_compose(), pk=pk)
    if not free.update(composing_until=timezone.now() + COMPOSE_WITHIN):
        return None
    return Letter.objects.select_related(
        "invitation__edition",
        "invitation__minister__member_state",
        "invitation__minister__rank",
        "invitation__member_state",
        "circular",
        "step",
        "reply",
    ).get(pk=pk)


def compose_or_say_why(letter: Letter) -> bool:
    try:
        return compose(letter)
    except (ValidationError, Tampered) as fault:
        said = fault.messages[0] if isinstance(fault, ValidationError) else str(fault)
        because = said[:300]
        if not letter.events.filter(because=because).exists():
            letter.events.create(state=letter.state, because=because)
        return False


def compose(letter: Letter, by: User | None = None) -> bool:
    """Freeze the letter's words, PDF and message; an automatic kind goes to the outbox at once.

    Return False where another worker was quicker. Raise ValidationError where a template or a
    text is missing.
    """
    template = template_for(letter)
    words = words_for(letter)
    letter.template = template
    letter.subject = fill(template.subject, words)
    letter.paper = fill(template.paper, unmarked(words))
    letter.mail = fill(template.mail, words)
    letter.addressee = "\n".join(addressed(letter).lines)
    letter.recipients = recipients(letter)
    attach_pdf(letter)
    if letter.recipients:
        freeze_message(letter)
    letter.composed_at, letter.composed_by = timezone.now(), by
    return record_composed(letter)


@transaction.atomic
def record_composed(letter: Letter) -> bool:
    automatic = letter.kind in AUTOMATIC
    if automatic and not letter.recipients:
        raise ValidationError(_("There is no address on file for this letter."))
    letter.state = Letter.State.APPROVED if automatic else Letter.State.COMPOSED
    letter.approved_at = letter.composed_at if automatic else None
    frozen = {name: getattr(letter, name) for name in FROZEN}
    if not Letter.objects.planned().filter(pk=letter.pk).update(**frozen):
        return False
    letter.events.create(state=Letter.State.COMPOSED, actor=letter.composed_by)
    if automatic:
        enqueue(letter)
    return True


FROZEN = (
    "template", "subject", "paper", "mail", "addressee", "recipients", "pdf", "sha256", "message",
    "message_sha256", "message_id", "composed_at", "composed_by", "state", "approved_at",
)  # fmt: skip


def template_for(letter: Letter) -> LetterTemplate:
    usable = LetterTemplate.objects.for_letter(letter.kind, letter.variant)
    template = usable.filter(language=letter.language).first()
    if template is None:
        raise ValidationError(
            _("No approved text: %(kind)s %(variant)s, %(language)s.")
            % {
                "kind": letter.get_kind_display(),
                "variant": letter.variant,
                "language": letter.get_language_display(),
            }
        )
    return template


def recipients(letter: Letter) -> list[list[str]]:
    """Return [line, address] pairs without doubles, To before Cc."""
    if letter.variant == "copy" and letter.reply:
        return [["to", letter.reply.respondent_email]]
    if letter.step and letter.step.audience == ReminderStep.Audience.MISSION:
        to = mission_emails(letter) + letter.invitation.focal_point_email.split()
        return lines(to, []) if to else lines(office_emails(letter), [])
    minister = letter.invitation.minister
    to = office_emails(letter)
    return lines(to, minister.cc_emails.split() + mission_emails(letter)) if to else []


def office_emails(letter: Letter) -> list[str]:
    return letter.invitation.minister.to_emails.split()


def mission_emails(letter: Letter) -> list[str]:
    invitation = letter.invitation
    missions = invitation.member_state.missions.filter(city=invitation.edition.mission_city)
    return [email for mission in missions for email in mission.emails.split()]


def lines(to: Iterable[str], cc: Iterable[str]) -> list[list[str]]:
    found = {email.lower(): ["cc", email] for email in cc}
    found.update({email.lower(): ["to", email] for email in to})
    return sorted(found.values(), key=lambda pair: pair[0] == "cc")


def attach_pdf(letter: Letter) -> None:
    """Render and freeze the PDF; a reminder carries the frozen one of its invitation."""
    if letter.kind == Letter.Kind.ACKNOWLEDGEMENT:
        return
    if letter.kind == Letter.Kind.REMINDER:
        original = letter.invitation.letters.in_force().get(kind=Letter.Kind.INVITATION)
        letter.pdf.name, letter.sha256 = original.pdf.name, original.sha256
    else:
        letter.pdf.name, letter.sha256 = freeze(render_pdf(letter), "letters", "pdf")


def freeze_message(letter: Letter) -> None:
    content = build_message(letter).as_bytes(policy=SMTP)
    letter.message.name, letter.message_sha256 = freeze(content, "messages", "eml")


def build_message(letter: Letter) -> EmailMessage:
    """Return the message with its Message-ID and date; the date is the planned hour, if any."""
    edition = letter.invitation.edition
    letter.message_id = make_msgid(domain=urlsplit(settings.SITE_URL).hostname)
    message = EmailMessage(policy=SMTP)
    message["From"] = settings.DEFAULT_FROM_EMAIL
    for header, wanted in (("To", "to"), ("Cc", "cc")):
        if emails := [email for line, email in letter.recipients if line == wanted]:
            message[header] = ", ".join(emails)
    message["Reply-To"] = edition.contact_email
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(max(letter.not_before, timezone.now()))
    message["Message-ID"] = letter.message_id
    if letter.kind in AUTOMATIC_MARK:
        message["Auto-Submitted"] = AUTOMATIC_MARK[letter.kind]
    message["Content-Language"] = letter.language
    message.set_content(letter.mail, cte="quoted-printable")
    if letter.sha256:
        name = f"{letter.circular.reference}-{letter.invitation.member_state.iso3}.pdf"
        message.add_attachment(
            thaw(letter.pdf.name, letter.sha256),
            maintype="application",
            subtype="pdf",
            filename=name.replace("/", "-"),
        )
    if letter.reply and letter.reply.answer in BRINGING and letter.variant == "answer":
        with translation.override(letter.language):
            attach_calendar(message, edition)
    return message


AUTOMATIC_MARK: dict[str, str] = {
    Letter.Kind.REMINDER: "auto-generated",
    Letter.Kind.ACKNOWLEDGEMENT: "auto-replied",
}


def attach_calendar(message: EmailMessage, edition: ForumEdition) -> None:
    message.add_attachment(
        track_calendar(edition),
        maintype="text",
        subtype="calendar",
        filename="high-level-track.ics",
        params={"method": "PUBLISH", "charset": "utf-8"},
    )


def track_calendar(edition: ForumEdition) -> bytes:
    """Return the days of the High-Level Track as iCalendar, METHOD:PUBLISH."""
    calendar = Calendar()
    calendar.add("prodid", "-//WSIS Forum//High-Level Track//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    event = Event()
    event.add("uid", f"{edition.symbol}-high-level-track@{urlsplit(settings.SITE_URL).hostname}")
    event.add("dtstamp", timezone.now())
    event.add("dtstart", edition.track_opens_on)
    event.add("dtend", edition.track_closes_on + dt.timedelta(days=1))
    event.add("summary", f"{edition.name}: {_('High-Level Track')}")
    event.add("location", edition.place)
    calendar.add_component(event)
    return calendar.to_ical()


def enqueue(letter: Letter) -> None:
    """Make one delivery for each address; without an address, one for the print run."""
    not_before = max(letter.not_before, timezone.now())
    deliveries = [
        Delivery(
            letter=letter,
            line=line,
            address=email,
            priority=PRIORITY.get(letter.kind, 5),
            not_before=not_before,
            leave_before=letter.leave_before or not_before + TRY_FOR,
        )
        for line, email in letter.recipients
    ]
    if not deliveries:
        has_mission = letter.invitation.member_state.missions.exists()
        channel = Delivery.Channel.POUCH if has_mission else Delivery.Channel.POST
        deliveries = [Delivery(letter=letter, channel=channel, not_before=not_before)]
    Delivery.objects.bulk_create(deliveries)
    LetterEvent.objects.bulk_create(
        LetterEvent(letter=letter, delivery=delivery, state=delivery.state)
        for delivery in deliveries
    )


@transaction.atomic
def call_back(letters: "QuerySet[Letter]", because: str, by: User | None = None) -> int:
    """Cancel what has not left of these letters, and the letters of which nothing has left."""
    waiting = Delivery.objects.not_left().filter(letter__in=letters)
    called_back = list(waiting.select_for_update().values_list("pk", "letter_id"))
    pks = [pk for pk, _letter in called_back]
    Delivery.objects.not_left().filter(pk__in=pks).update(state=Delivery.State.CANCELLED)
    kept = Delivery.objects.filter(letter=OuterRef("pk")).exclude(state=Delivery.State.CANCELLED)
    emptied = list(
        letters.exclude(state=Letter.State.CANCELLED)
        .filter(~Exists(kept))
        .values_list("pk", flat=True)
    )
    cancelled = Letter.objects.filter(pk__in=emptied).update(state=Letter.State.CANCELLED)
    state = Letter.State.CANCELLED
    LetterEvent.objects.bulk_create(
        [
            LetterEvent(letter_id=letter, delivery_id=pk, state=state, because=because, actor=by)
            for pk, letter in called_back
        ]
        + [LetterEvent(letter_id=pk, state=state, because=because, actor=by) for pk in emptied]
    )
    return cancelled


def fallen_back_to_english(edition: ForumEdition) -> int:
    """How many invitation letters are in English for want of a text in their language."""
    return (
        Letter.objects.in_force()
        .filter(invitation__edition=edition, kind=Letter.Kind.INVITATION)
        .exclude(language=F("invitation__minister__language"))
        .count()
    )
