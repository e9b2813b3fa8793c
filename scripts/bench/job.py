"""Children that compose the letters of the edition of 2020, from planned to frozen."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage as Message

import time_machine
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.utils import timezone, translation

from invitations.files.frozen import thaw
from invitations.files.sealing import has_seal, seal_file
from invitations.letters import message as letter_mail
from invitations.letters import pdf
from invitations.letters.circulars import plan_invitation_letters
from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import letter_keys
from invitations.letters.message import mail_subject
from invitations.letters.planning import letter_recipients
from invitations.letters.words import letter_texts
from invitations.models import ForumEdition, Invitation, Letter, LetterEvent

from .children.alike import refuse_unlike_mails
from .letters import LANGUAGES, naive_pdf, naive_qr
from .measuring import measure, measure_often
from .rounds import LITTLE

# The HTML of a mail, and the emblem in it, which a naive mail does without.
ONLY_OURS = ("text/html", "image/png")
# An edition over is shown, and takes no answer: the event begins so long after today.
AHEAD = dt.timedelta(days=120)
WEEKS_BEFORE = dt.timedelta(weeks=6)
DATES = ("opens_on", "closes_on", "track_opens_on", "track_closes_on", "reply_before")


def make_drafts(ahead: str = "") -> None:
    """Make the drafts of 2020; ``ahead`` moves the edition's dates into the coming year."""
    call_command("migrate", verbosity=0)
    call_command("demo", edition="2020")
    if LITTLE:
        leave_few()
    if ahead:
        move_ahead()
    plan()


def leave_few() -> None:
    """Leave at most two offices of each language."""
    kept = [
        pk
        for language in LANGUAGES
        for pk in Invitation.objects.filter(minister__language=language)
        .order_by("pk")
        .values_list("pk", flat=True)[:2]
    ]
    Invitation.objects.exclude(pk__in=kept).delete()


def move_ahead() -> None:
    """Move the edition's dates, so that an office may still answer."""
    edition = ForumEdition.objects.get()
    days = timezone.localdate() + AHEAD - edition.opens_on
    for name in DATES:
        setattr(edition, name, getattr(edition, name) + days)
    edition.save(update_fields=DATES)


def plan() -> None:
    """Delete the letters of the round before, and plan them again."""
    LetterEvent.objects.all().delete()
    Letter.objects.all().delete()
    with before_the_last_day():
        plan_invitation_letters(ForumEdition.objects.get())


@contextmanager
def before_the_last_day() -> Iterator[None]:
    """Go back to where an edition that is over could be answered: nobody is invited later."""
    last = ForumEdition.objects.get().reply_before
    day = min(last - WEEKS_BEFORE, timezone.localdate()) if last else timezone.localdate()
    if day == timezone.localdate():
        yield
        return
    with time_machine.travel(dt.datetime.combine(day, dt.time(12), dt.UTC)):
        yield


def compose() -> None:
    measure(compose_planned)


def compose_again() -> None:
    plan()
    compose_planned()


def read() -> None:
    """Read each letter and its message, as they are given out and sent: whole, and as frozen."""
    frozen = [
        name_and_hash
        for letter in Letter.objects.exclude(sha256="")
        for name_and_hash in (
            (letter.pdf.name, letter.sha256),
            (letter.message.name, letter.message_sha256),
        )
    ]
    measure(lambda: sum(bool(thaw(*one)) for one in frozen))


def compose_warm() -> None:
    """Compose as a worker that has sealed before: it loads what seals, and opens its key, once."""
    if has_seal():
        from invitations.files.pades import signer_in  # noqa: PLC0415 -- slow import

        # It is kept, as its key is.
        assert signer_in(seal_file()).opened  # noqa: S101
    measure(compose_planned)


def seal_alone() -> None:
    """Seal the letters composed last anew, as a worker that has sealed before, and nothing else."""
    from invitations.files.pades import seal_pdf  # noqa: PLC0415 -- slow import

    composed = Letter.objects.exclude(unsealed_size=0)
    letters = [thaw(one.pdf.name, one.sha256)[: one.unsealed_size] for one in composed]
    seal_pdf(letters[0])
    measure_often(lambda: sum(bool(seal_pdf(letter)) for letter in letters))


def compose_without_html() -> None:
    def leave_out(message: Message, html: str) -> None:
        return

    letter_mail.add_html = leave_out
    compose_warm()


def compare() -> None:
    """Refuse mails composed naively that do not say what the product's say."""
    compose_planned()
    kept = pdf.qr
    letters = {letter.language: letter for letter in planned_letters()}
    for language, letter in letters.items():
        ours = thaw(letter.message.name, letter.message_sha256)
        pdf.qr = naive_qr
        refuse_unlike_mails(f"naive, {language}", ours, composed_naively(letter), *ONLY_OURS)
        pdf.qr = kept


def compose_naively() -> None:
    pdf.qr = naive_qr
    letters = planned_letters()
    measure(lambda: sum(bool(composed_naively(letter)) for letter in letters))


def planned_letters() -> list[Letter]:
    return list(
        Letter.objects.select_related(
            "circular", "invitation__edition", "invitation__minister__member_state",
            "invitation__minister__rank", "invitation__member_state",
        )
    )  # fmt: skip


def composed_naively(letter: Letter) -> bytes:
    keys = letter_keys(letter)
    texts = letter_texts(letter, keys)
    with translation.override(letter.language):
        pdf = naive_pdf(letter, texts, keys)
    to = [address for _line, address in letter_recipients(letter)]
    letter.subject = texts[0].subject
    mail = EmailMessage(mail_subject(letter), texts[0].mail, settings.DEFAULT_FROM_EMAIL, to)
    mail.attach("letter.pdf", pdf, "application/pdf")
    return mail.message().as_bytes()
