"""The acts of offices and of their mail servers, by the verbs that the real ones come to."""

from email.message import EmailMessage
from email.utils import make_msgid
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User

from delegations.rehearsal.incoming import Incoming
from invitations.inbox import mailboxes
from invitations.inbox.bounces import record_bounce
from invitations.letters.planning import standing_letter
from invitations.models import Channel, Delivery, Letter
from invitations.replies import file_correspondence, record_reply_once

BOUNCED = {
    "hard": "550 5.1.1 The address is not known here",
    "soft": "452 4.2.2 The mailbox is full",
    "delayed": "451 4.4.1 No answer from the host; it is tried again",
}
MAILED = {
    "asks": "The office asks by when a written statement has to be there, and will answer then.",
    "automatic": "I am out of the office until Monday.",
}


def receive_incoming(sent: Incoming, registrar: User) -> None:
    """Take what an office sends by the way it comes; raise ValidationError if it is refused."""
    if "bounce" in sent.said:
        come_back(sent)
    elif "mail" in sent.said:
        mailboxes.receive_mail(mail_of(sent), sent.at)
    elif sent.said["channel"] == Channel.ONLINE:
        record_reply_once(sent.invitation, sent.words, uuid4())
    else:
        file_correspondence(
            sent.invitation,
            registrar,
            sent.said["channel"],
            sent.at,
            reply_words=sent.words,
            sender=f"Office of {sent.invitation.minister}",
            summary=sent.said["summary"],
        )


def come_back(sent: Incoming) -> None:
    """Let each mail to the office's own addresses come back, as its mail server would say it."""
    of_office = Delivery.objects.filter(letter__invitation=sent.invitation)
    left = of_office.by_mail().left().exclude(letter__kind=Letter.Kind.NOTE)
    for delivery in left.filter(line=Delivery.Line.TO):
        record_bounce(
            sent.said["bounce"],
            BOUNCED[sent.said["bounce"]],
            key=f"rehearsal/{delivery.pk}",
            envelope=delivery.envelope or "",
        )


def mail_of(sent: Incoming) -> bytes:
    """Return a mail of the office that answers its letter."""
    letter, edition = standing_letter(sent.invitation), sent.invitation.edition
    mail = EmailMessage()
    mail["Authentication-Results"] = f"{settings.AUTHSERV_ID}; dmarc=pass"
    mail["From"] = (sent.invitation.minister.to_emails.split() or ["office@example.org"])[0]
    mail["To"] = edition.contact_email
    mail["Subject"] = f"Re: {letter.subject}" if letter else "Invitation"
    mail["Message-ID"] = make_msgid(domain="example.org")
    if letter:
        mail["In-Reply-To"] = letter.message_id
    if sent.said["mail"] == "automatic":
        mail["Auto-Submitted"] = "auto-replied"
    mail.set_content(MAILED[sent.said["mail"]])
    return mail.as_bytes()
