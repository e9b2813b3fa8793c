"""Children that send approved letters of 120 kB: the product, a rival, and the bare minimum."""

import datetime as dt
import os
import secrets
import smtplib
import ssl
from collections.abc import Iterable, Iterator
from email import policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db.models import QuerySet
from django.utils import timezone

from invitations.files.frozen import freeze, thaw
from invitations.letters.approval import approve_letter
from invitations.letters.composing_queue import compose_planned
from invitations.letters.context import pdf_name
from invitations.letters.message import build_message
from invitations.links import random_signs
from invitations.models import Delivery, Letter, LetterEvent
from invitations.outbox.arming import arm
from invitations.outbox.dispatch import dispatch_outbox

from .children.alike import html_text, parsed
from .job import before_the_last_day
from .measuring import measure

OFFICES = 5  # that each letter goes to
PDF = 87_000  # bytes; the message has a third more
ENVELOPE = 16
PICTURE = "image/png"


def approve() -> None:
    """Approve all letters, each with a message of 120 kB and five deliveries; once only."""
    if not Letter.objects.exclude(state=Letter.State.APPROVED).exists():
        return
    with before_the_last_day():
        compose_planned()
    Path(os.environ["ARMING_KEY_FILE"]).write_text(arm(anew=True))
    approver = User.objects.get(username="approver")
    for letter in Letter.objects.select_related("circular", "invitation__edition"):
        padded = padded_pdf(letter)
        letter.pdf.name, letter.sha256 = freeze(padded, "letters", "pdf")
        content = build_message(letter, {pdf_name(letter): padded}).as_bytes(policy=policy.SMTP)
        letter.message.name, letter.message_sha256 = freeze(content, "messages", "eml")
        letter.save()
        with before_the_last_day():
            approve_letter(
                letter, approver, letter.sha256, letter.message_sha256, although_late=True
            )
    LetterEvent.objects.filter(delivery__isnull=False).delete()
    Delivery.objects.all().delete()
    Delivery.objects.bulk_create(
        Delivery(letter=letter, address=address(letter, n), envelope=random_signs(ENVELOPE))
        for letter in Letter.objects.all()
        for n in range(OFFICES)
    )


def padded_pdf(letter: Letter) -> bytes:
    pdf = thaw(letter.pdf.name, letter.sha256)
    return pdf + secrets.token_bytes(max(0, PDF - len(pdf)))


def address(letter: Letter, number: int) -> str:
    return f"office{number}.{letter.pk}@example.org"


def queue(limit: str) -> None:
    """Undo the round before, and let that many deliveries wait."""
    LetterEvent.objects.filter(delivery__isnull=False).delete()
    now = timezone.now()
    Delivery.objects.update(
        state=Delivery.State.CANCELLED, claim=None, lease_ends_at=None, attempts=0
    )
    Delivery.objects.filter(pk__in=chosen(limit).values("pk")).update(
        state=Delivery.State.QUEUED, not_before=now, leave_before=now + dt.timedelta(days=5)
    )


def chosen(limit: str) -> QuerySet[Delivery]:
    return Delivery.objects.select_related("letter").order_by("pk")[: int(limit)]


def send() -> None:
    measure(dispatch_outbox)


def send_bare(limit: str) -> None:
    """Measure sending ready bytes over one kept connection."""
    ready = list(ready_messages(limit))
    measure(lambda: sent_together(ready))


def send_apart(limit: str) -> None:
    """Measure sending ready bytes with a connection for each."""
    ready = list(ready_messages(limit))
    measure(lambda: sum(sent_together([one]) for one in ready))


def sent_together(ready: Iterable[tuple[str, bytes]]) -> int:
    with connection() as smtp:
        return sum(not smtp.sendmail("forum@example.org", [to], words) for to, words in ready)


def ready_messages(limit: str) -> Iterator[tuple[str, bytes]]:
    for delivery in chosen(limit):
        letter = delivery.letter
        yield delivery.address, thaw(letter.message.name, letter.message_sha256)


def connection() -> smtplib.SMTP:
    box = settings.MAILBOX
    if box.security == "tls":
        return smtplib.SMTP_SSL(box.host, box.port, context=ssl.create_default_context())
    return smtplib.SMTP(box.host, box.port)


def words_for_screens(deliveries: Iterable[Delivery]) -> dict[int, tuple[str, bytes]]:
    """Return HTML and emblem of each letter, as its frozen message has them."""
    messages = {one.letter_id: thaw_message(one.letter) for one in deliveries}
    return {key: (html_text(mail), emblem(mail)) for key, mail in messages.items()}


def emblem(mail: EmailMessage) -> bytes:
    return next(
        bytes(one.get_content()) for one in mail.walk() if one.get_content_type() == PICTURE
    )


def thaw_message(letter: Letter) -> EmailMessage:
    return parsed(thaw(letter.message.name, letter.message_sha256))


def parts(delivery: Delivery) -> tuple[str, str, list[str], bytes]:
    letter = delivery.letter
    with letter.pdf.open() as file:
        return letter.subject, letter.mail, [delivery.address], file.read()


# The rival


def make_rival() -> None:
    call_command("migrate", "post_office", verbosity=0)


def send_by_rival(limit: str) -> None:
    """Measure the rival's way into its queue and out of it, as its documentation says."""
    # Its models are known only with its settings.
    from post_office import mail  # noqa: PLC0415
    from post_office.models import STATUS, Attachment, Email  # noqa: PLC0415

    Email.objects.all().delete()
    Attachment.objects.all().delete()
    deliveries = list(chosen(limit))
    screens = words_for_screens(deliveries)

    def queue_each() -> int:
        for delivery in deliveries:
            subject, words, to, pdf = parts(delivery)
            html, picture = screens[delivery.letter_id]
            attachments = {"emblem.png": ContentFile(picture), "letter.pdf": ContentFile(pdf)}
            mail.send(
                to,
                settings.DEFAULT_FROM_EMAIL,
                subject=subject,
                message=words,
                html_message=html,
                attachments=attachments,
            )
        return len(deliveries)

    def send_queued() -> int:
        call_command("send_queued_mail")
        return Email.objects.filter(status=STATUS.sent).count()

    measure(queue_each, "queued")
    measure(send_queued)
