"""Compose letters: freeze their words, PDF and message, in one or two languages."""

import datetime as dt
import logging
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import Error, transaction
from django.db.models import Case, F, Q, When
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from invitations.files.frozen import Tampered, Unavailable, freeze, thaw_or_damaged
from invitations.letters.context import (
    Keys,
    addressed,
    fill,
    keys_of,
    refuse_missing_texts,
    unmarked,
    words_for,
)
from invitations.letters.pdf import Text, render_pdf
from invitations.letters.planning import PRIORITY, enqueue, recipients, standing_letter
from invitations.links import new_check_code
from invitations.mail.outgoing import name_languages, new_mail
from invitations.mail.transport import NotTaken, in_ascii
from invitations.models import (
    AUTOMATIC,
    BRINGING,
    Circular,
    Delivery,
    ForumEdition,
    Language,
    Letter,
    LetterTemplate,
)
from invitations.setbacks import ENDS_THE_TICK, pause_after, pause_at, place_of
from invitations.times.clocks import CLOCKS_APART

logger = logging.getLogger(__name__)

# No-break blanks stay where French has put them.
BLANKS = re.compile(r"[ \t\r\n]+")
BECAUSE_LIMIT = 300
COMPOSE_WITHIN = dt.timedelta(minutes=5)
PRINTED = (
    Letter.Kind.INVITATION,
    Letter.Kind.NOTE,
    Letter.Kind.NOTICE,
    Letter.Kind.CORRIGENDUM,
    Letter.Kind.REPLACEMENT,
)


def compose_planned(
    edition: ForumEdition | None = None,
    within: dt.timedelta | None = None,
    kinds: Iterable[str] = Letter.Kind.values,
) -> int:
    """Compose what is planned, and return how many letters it were.

    A letter that cannot be composed stays planned and says why; it keeps no other waiting. Where
    the file store cannot be used, the first letter says so and the others are not begun.
    """
    stop_at = time.monotonic() + within.total_seconds() if within else None
    note_vanished()
    composed, at_rest = 0, waiting_still()
    for pk in planned_letters(edition, kinds):
        if pk in at_rest:
            continue
        if stop_at and time.monotonic() > stop_at:
            break
        if letter := claim_to_compose(pk):
            try:
                composed += compose_or_say_why(letter)
            except Unavailable as fault:
                logger.warning("Composing stopped: the file store cannot be used.")
                give_back(letter, str(fault), compose_again_at=timezone.now())
                break
            except ENDS_THE_TICK:
                # The letter did nothing: another tick has it at once, if that can still be said.
                with suppress(Error):
                    give_back(letter, letter.waits_because)
                raise
    return composed


WAITS = ~Q(waits_because="")


def note_vanished() -> None:
    """Where a lease ended, its worker died over the letter: perhaps the letter kills workers.

    One that is longer than any was given by a clock that ran ahead.
    """
    now = timezone.now()
    over = Q(composing_until__lt=now) | Q(composing_until__gt=now + COMPOSE_WITHIN + CLOCKS_APART)
    for letter in Letter.objects.planned().filter(over):
        began = (letter.composing_until or letter.planned_at) - COMPOSE_WITHIN
        could_not_compose(letter, _("its worker vanished while composing it"), min(began, now))


def planned_letters(edition: ForumEdition | None, kinds: Iterable[str]) -> list[int]:
    """What was never tried, acknowledgements first; then what waited at its last try, and what
    failed last of all, of each of these what was tried longest ago first.
    """
    planned = Letter.objects.planned().filter(free_to_compose(), kind__in=kinds)
    if edition:
        planned = planned.filter(invitation__edition=edition)
    tried = F("compose_again_at").asc(nulls_first=True)
    return list(
        planned.annotate(
            turn=Case(When(failed_attempts__gt=0, then=2), When(WAITS, then=1), default=0),
            priority=Case(
                *(When(kind=kind, then=place) for kind, place in PRIORITY.items()), default=5
            ),
        )
        .order_by("turn", tried, "priority", "pk")
        .values_list("pk", flat=True)
    )


def waiting_still() -> set[int]:
    """Letters that lack what they lacked at their last try, as all of their kind and language do.

    It is looked up once for all of them, so that hundreds that wait for one text cost nothing.
    """
    rows = (
        Letter.objects.planned()
        .filter(free_to_compose(), WAITS, failed_attempts=0)
        .values_list(
            "pk", "waits_because", "invitation__edition", "circular", "kind", "variant",
            "language", "second_language",
        )
    )  # fmt: skip
    alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
    for pk, *what in rows:
        alike[tuple(what)].append(pk)
    found: set[int] = set()
    for (because, *_what), pks in alike.items():
        first = Letter.objects.select_related("invitation__edition", "circular").get(pk=pks[0])
        if missing_for(first) == because:
            found.update(pks)
    Letter.objects.planned().filter(pk__in=found).update(compose_again_at=timezone.now())
    return found


def missing_for(letter: Letter) -> str:
    """Which text no letter of its circular, kind and languages can be composed without."""
    try:
        for language in filter(None, [letter.language, letter.second_language]):
            template_for(letter, language)
            refuse_missing_texts(letter, language)
    except ValidationError as refusal:
        return refusal.messages[0][:BECAUSE_LIMIT]
    except ENDS_THE_TICK:
        raise
    except Exception:  # noqa: BLE001 -- the letter is tried by itself, and says what it meets
        return ""
    return ""


def free_to_compose() -> Q:
    """Neither under a lease nor in a pause."""
    after, until = pause_at(timezone.now())
    pauses = Q(compose_again_at__gt=after, compose_again_at__lte=until)
    return Q(composing_until=None) & ~pauses


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
        "composed_by",
        "mission",
        "replaces__circular",
        "step",
        "reply",
    ).get(pk=pk)


def compose_or_say_why(letter: Letter) -> bool:
    began = timezone.now()
    try:
        return compose(letter)
    except ENDS_THE_TICK:
        raise
    except ValidationError as refusal:
        give_back(letter, refusal.messages[0], failed_attempts=0, compose_again_at=timezone.now())
    except (Tampered, NotTaken) as fault:
        could_not_compose(letter, str(fault), began)
    except Exception as error:  # noqa: BLE001 -- whatever one letter meets keeps no other waiting
        place = place_of(error)
        logger.error("Letter %s could not be composed: %s", letter.pk, place)  # noqa: TRY400 -- a trace would show whose letter it is
        told = _("It could not be composed (%(fault)s): somebody has to look at it.")
        could_not_compose(letter, told % {"fault": place}, began)
    return False


def could_not_compose(letter: Letter, because: str, began: dt.datetime) -> None:
    """Put the letter off, longer after each attempt; it waits for a person meanwhile."""
    attempts = letter.failed_attempts + 1
    give_back(
        letter,
        because,
        Delivery.State.FAILED,
        failed_attempts=attempts,
        compose_again_at=began + pause_after(attempts),
    )


def give_back(
    letter: Letter, because: str, state: str = Letter.State.PLANNED, **fields: object
) -> None:
    """End the lease, if the letter is still under it, and keep why; a new reason is an event.

    Where that cannot be written the letter stays under its lease, and the log says so.
    """
    because = because[:BECAUSE_LIMIT]
    leased = Letter.objects.planned().filter(pk=letter.pk, composing_until=letter.composing_until)
    try:
        with transaction.atomic():
            is_mine = leased.update(composing_until=None, waits_because=because, **fields)
            if is_mine and because != letter.waits_because:
                letter.events.create(state=state, because=because)
    except ENDS_THE_TICK:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever one letter meets keeps no other waiting
        place = place_of(error)
        logger.error("Letter %s stays under its lease: %s", letter.pk, place)  # noqa: TRY400 -- a trace would show whose letter it is


@transaction.atomic
def try_again(letter: Letter, by: User) -> None:
    """End the pause of a letter that could not be composed: the next tick tries it."""
    failed = Letter.objects.not_composable().filter(pk=letter.pk)
    if not failed.update(failed_attempts=0, compose_again_at=None):
        raise ValidationError(_("Only a letter that could not be composed can be tried again."))
    letter.events.create(
        state=Letter.State.PLANNED, actor=by, because=_("to be tried again at once")
    )


def reasons_to_wait(edition: ForumEdition, circular: Circular | None = None) -> dict[str, int]:
    """Why letters of the edition or of one circular are not composed: how many for each reason.

    Those that a worker composes at this moment are not among them.
    """
    waiting = Letter.objects.planned().filter(invitation__edition=edition, composing_until=None)
    if circular:
        waiting = waiting.filter(circular=circular).exclude(kind__in=AUTOMATIC)
    said = waiting.exclude(waits_because="").order_by("waits_because")
    return Counter(said.values_list("waits_because", flat=True))


def compose(letter: Letter, by: User | None = None) -> bool:
    """Freeze the letter's words, PDF and message; an automatic kind goes to the outbox at once.

    A second language follows in the same PDF and the same mail. Return False where another worker
    was quicker. Raise ValidationError where a template or a text is missing.
    """
    if letter.kind in PRINTED and not letter.check_code:
        letter.check_code = new_check_code()
    refuse_uncomposed(letter)
    keys = keys_of(letter)
    texts = texts_of(letter, keys)
    letter.template = template_for(letter, letter.language)
    letter.subject = texts[0].subject
    letter.paper, letter.mail = both("paper", texts), both("mail", texts)
    letter.addressee = "\n".join(texts[0].addressee)
    letter.recipients = recipients(letter)
    attach_pdf(letter, texts, keys)
    if letter.recipients:
        freeze_message(letter)
    letter.composed_at, letter.composed_by = timezone.now(), by or letter.composed_by
    return record_composed(letter)


def refuse_uncomposed(letter: Letter) -> None:
    """A note verbale carries the PDFs of the letters that it covers."""
    if not all(covered.sha256 for covered in covered_letters(letter)):
        raise ValidationError(_("It waits for the letters that it covers."))


def texts_of(letter: Letter, keys: Keys, template: LetterTemplate | None = None) -> list[Text]:
    """Return the letter's text in its language, and in its second one where it has one.

    ``template`` is the text of the first language, where it is not the newest that may be used.
    """
    languages = [letter.language, letter.second_language]
    return [
        text_in(letter, language, keys, template if number == 0 else None)
        for number, language in enumerate(filter(None, languages))
    ]


def text_in(
    letter: Letter, language: str, keys: Keys, template: LetterTemplate | None = None
) -> Text:
    template = template or template_for(letter, language)
    refuse_missing_texts(letter, language)
    words = words_for(letter, language, keys)
    return Text(
        language=language,
        subject=BLANKS.sub(" ", fill(template.subject, words)).strip(),
        paper=fill(template.paper, unmarked(words)),
        mail=fill(template.mail, words),
        addressee=addressed(letter, language).lines,
    )


def both(field: str, texts: list[Text]) -> str:
    return "\n\n* * *\n\n".join(filter(None, (getattr(text, field) for text in texts)))


@transaction.atomic
def record_composed(letter: Letter) -> bool:
    automatic = letter.kind in AUTOMATIC
    if automatic and not letter.recipients:
        raise ValidationError(_("There is no address on file for this letter."))
    letter.state = Letter.State.APPROVED if automatic else Letter.State.COMPOSED
    letter.approved_at = letter.composed_at if automatic else None
    frozen = {name: getattr(letter, name) for name in FROZEN}
    if not Letter.objects.planned().filter(pk=letter.pk).update(**frozen, **TRIED_NO_MORE):
        return False
    letter.events.create(state=Letter.State.COMPOSED, actor=letter.composed_by)
    if automatic:
        enqueue(letter)
    return True


FROZEN = (
    "template", "subject", "paper", "mail", "addressee", "recipients", "check_code", "pdf",
    "sha256", "message", "message_sha256", "message_id", "composed_at", "composed_by", "state",
    "approved_at",
)  # fmt: skip


TRIED_NO_MORE: dict[str, Any] = {
    "composing_until": None, "waits_because": "", "failed_attempts": 0, "compose_again_at": None,
}  # fmt: skip


def template_for(letter: Letter, language: str) -> LetterTemplate:
    usable = LetterTemplate.objects.for_letter(letter.kind, letter.variant)
    template = usable.filter(language=language).first()
    if template is None:
        raise ValidationError(
            _("No approved text: %(kind)s %(variant)s, %(language)s.")
            % {
                "kind": letter.get_kind_display(),
                "variant": letter.variant,
                "language": Language(language).label,
            }
        )
    return template


def attach_pdf(letter: Letter, texts: list[Text], keys: Keys) -> None:
    """Render and freeze the PDF; a reminder carries the frozen one of its invitation."""
    if letter.kind == Letter.Kind.ACKNOWLEDGEMENT:
        return
    if letter.kind == Letter.Kind.REMINDER:
        original = standing_letter(letter.invitation)
        if original is None:
            raise ValidationError(_("There is no approved letter to remind of."))
        letter.pdf.name, letter.sha256 = original.pdf.name, original.sha256
    else:
        letter.pdf.name, letter.sha256 = freeze(render_pdf(letter, texts, keys), "letters", "pdf")


def freeze_message(letter: Letter) -> None:
    printed = [letter, *covered_letters(letter)] if letter.sha256 else []
    attached = {pdf_name(one): thaw_or_damaged(one.pdf.name, one.sha256) for one in printed}
    content = build_message(letter, attached).as_bytes()
    letter.message.name, letter.message_sha256 = freeze(content, "messages", "eml")


def build_message(letter: Letter, attached: dict[str, bytes]) -> EmailMessage:
    """Return the message with its Message-ID and date; the date is the planned hour, if any.

    ``attached`` holds PDFs by their file name.
    """
    edition = letter.invitation.edition
    letter.message_id = make_msgid(domain=urlsplit(settings.SITE_URL).hostname)
    message = new_mail()
    message["From"] = settings.DEFAULT_FROM_EMAIL
    for header, wanted in (("To", "to"), ("Cc", "cc")):
        with named(header):
            if emails := [in_ascii(email) for line, email in letter.recipients if line == wanted]:
                message[header] = ", ".join(emails)
    with named("Reply-To"):
        message["Reply-To"] = in_ascii(edition.contact_email)
    with named("Subject"):
        message["Subject"] = letter.subject
    message["Date"] = format_datetime(max(letter.not_before, timezone.now()))
    message["Message-ID"] = letter.message_id
    if letter.kind in AUTOMATIC_MARK:
        message["Auto-Submitted"] = AUTOMATIC_MARK[letter.kind]
    message.set_content(letter.mail, cte="quoted-printable")
    for name, pdf in attached.items():
        message.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
    if letter.reply and letter.reply.answer in BRINGING and letter.variant == "answer":
        with translation.override(letter.language):
            attach_calendar(message, edition)
    name_languages(message, letter.language, letter.second_language)
    return message


@contextmanager
def named(header: str) -> Iterator[None]:
    """Let a fault say in which header it is: where to look, and not whose letter it is."""
    try:
        yield
    except Exception as error:  # whatever it is, it goes on
        error.add_note(header)
        raise


def pdf_name(letter: Letter) -> str:
    """Return a name such as ``CL-19-58-CHE.pdf``; that of a note verbale says so."""
    kept = "-note" if letter.kind == Letter.Kind.NOTE else ""
    name = f"{letter.circular.reference}-{letter.invitation.member_state.iso3}{kept}.pdf"
    return name.replace("/", "-")


def covered_letters(letter: Letter) -> list[Letter]:
    """The letters under a note verbale, in the French order of States."""
    if letter.kind != Letter.Kind.NOTE or not letter.pk:
        return []
    covered = letter.covers.select_related("circular", "invitation__member_state")
    return list(covered.order_by("invitation__member_state__sort_key_fr", "pk"))


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
