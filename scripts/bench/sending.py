"""The part ``sending``: approved letters of 120 kB sent to a mail server near by.

They are sent by the product, by django-post_office, and as ready bytes by nothing but smtplib.
"""

import datetime as dt
import os
import secrets
import smtplib
import sys
from collections.abc import Iterable
from email import policy
from email.message import EmailMessage
from functools import partial
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

from . import tables
from .mail_server import Taken, mail_server
from .measuring import Run, alone, measure, of_size, play, run
from .same_work import html_text, parsed

DELIVERIES = of_size(965, 50)
OFFICES = 5  # that each letter goes to
PDF = 87_000  # bytes; the message has a third more
ENVELOPE = 16
PICTURE = "image/png"
QUEUED, SENT = "django-post_office: queued and sent", "django-post_office: sent"
PRODUCT = "product: two processes, approved to recorded"
FLOOR = "floor: smtplib, ready bytes, one connection"
POST_OFFICE = {"DJANGO_SETTINGS_MODULE": "scripts.bench.post_office_settings"}


def main(folder: Path) -> None:
    run(approve)
    run(partial(call_command, "migrate", "post_office", verbosity=0), **POST_OFFICE)
    runs = {
        SENT: Run([send_by_post_office], POST_OFFICE),
        PRODUCT: Run([send] * 2, first=queue),
        FLOOR: Run([send_ready_bytes]),
    }
    taken: list[Taken] = []
    with mail_server() as server:
        os.environ["EMAIL_URL"] = f"smtp://127.0.0.1:{server.server_address[1]}/"
        found = play(runs, lambda: taken.append(server.taken()))
    if not taken[0].mails or any(other != taken[0] for other in taken):
        sys.exit(f"They did not send the same: {taken}")
    costs = alone(found)
    queued, sent = found[SENT]["queued"], costs[SENT]
    whole = sent._replace(
        began=sent.began - queued.seconds, of_processor=queued.of_processor + sent.of_processor
    )
    tables.compared(f"Sending {DELIVERIES} messages of 120 kB", {QUEUED: whole, **costs})
    tables.heading("Of these", "ratio", "target")
    faster = whole.seconds / costs[PRODUCT].seconds
    tables.row("times as fast as post_office", *tables.at_least(faster, 2.5))
    worked = costs[PRODUCT].of_processor / costs[FLOOR].of_processor
    tables.row("CPU of the workers beside the floor's", *tables.at_most(worked, 3))


# In processes of their own


def approve() -> None:
    """Approve the invitations, each with a message of 120 kB and five deliveries; once only."""
    invitations = Letter.objects.filter(kind=Letter.Kind.INVITATION)
    if not invitations.exclude(state=Letter.State.APPROVED).exists():
        return
    compose_planned()
    Path(os.environ["ARMING_KEY_FILE"]).write_text(arm(anew=True))
    approver = User.objects.get(username="approver")
    for letter in invitations.select_related("circular", "invitation__edition"):
        padded = padded_pdf(letter)
        letter.pdf.name, letter.sha256 = freeze(padded, "letters", "pdf")
        content = build_message(letter, {pdf_name(letter): padded}).as_bytes(policy=policy.SMTP)
        letter.message.name, letter.message_sha256 = freeze(content, "messages", "eml")
        letter.save()
        approve_letter(letter, approver, letter.sha256, letter.message_sha256, although_late=True)
    LetterEvent.objects.filter(delivery__isnull=False).delete()
    Delivery.objects.all().delete()
    Delivery.objects.bulk_create(
        Delivery(letter=letter, address=address(letter, n), envelope=random_signs(ENVELOPE))
        for letter in invitations
        for n in range(OFFICES)
    )


def padded_pdf(letter: Letter) -> bytes:
    pdf = thaw(letter.pdf.name, letter.sha256)
    return pdf + secrets.token_bytes(max(0, PDF - len(pdf)))


def address(letter: Letter, number: int) -> str:
    return f"office{number}.{letter.pk}@example.org"


def queue() -> None:
    """Let as many deliveries wait as are sent."""
    now = timezone.now()
    Delivery.objects.update(state=Delivery.State.CANCELLED)
    Delivery.objects.filter(pk__in=chosen().values("pk")).update(
        state=Delivery.State.QUEUED, not_before=now, leave_before=now + dt.timedelta(days=5)
    )


def chosen() -> QuerySet[Delivery]:
    return Delivery.objects.select_related("letter").order_by("pk")[:DELIVERIES]


def send() -> None:
    measure(dispatch_outbox)


def send_ready_bytes() -> None:
    """Measure sending ready bytes over one kept connection."""
    ready = [(one.address, frozen_message(one.letter)) for one in chosen()]
    measure(partial(sent_together, ready))


def sent_together(ready: Iterable[tuple[str, bytes]]) -> int:
    with smtplib.SMTP(settings.MAILBOX.host, settings.MAILBOX.port) as smtp:
        return sum(not smtp.sendmail("forum@example.org", [to], words) for to, words in ready)


def frozen_message(letter: Letter) -> bytes:
    return thaw(letter.message.name, letter.message_sha256)


def send_by_post_office() -> None:
    """Measure its way into its queue and out of it, as its documentation says."""
    # Its models are known only with its settings.
    from post_office.models import STATUS, Email  # noqa: PLC0415

    deliveries = list(chosen())
    mails = {one.letter_id: parsed(frozen_message(one.letter)) for one in deliveries}
    screens = {key: (html_text(mail), emblem(mail)) for key, mail in mails.items()}

    def send_queued() -> int:
        call_command("send_queued_mail")
        return Email.objects.filter(status=STATUS.sent).count()

    measure(lambda: sum(queued(one, *screens[one.letter_id]) for one in deliveries), "queued")
    measure(send_queued)


def queued(delivery: Delivery, html: str, picture: bytes) -> bool:
    """Queue by django-post_office what the delivery sends."""
    from post_office import mail  # noqa: PLC0415

    letter = delivery.letter
    with letter.pdf.open() as file:
        attachments = {"emblem.png": ContentFile(picture), "letter.pdf": ContentFile(file.read())}
    return bool(
        mail.send(
            [delivery.address],
            settings.DEFAULT_FROM_EMAIL,
            subject=letter.subject,
            message=letter.mail,
            html_message=html,
            attachments=attachments,
        )
    )


def emblem(mail: EmailMessage) -> bytes:
    return next(
        bytes(one.get_content()) for one in mail.walk() if one.get_content_type() == PICTURE
    )
