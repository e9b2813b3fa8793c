"""Reports of mail servers, as they come: standard, of old servers, and what is no report."""

from textwrap import dedent

REFUSED = "550 5.1.1 <office@example.org>: no such mailbox"


def mail(wording: str, /, **fills: str) -> bytes:
    return dedent(wording).lstrip().format(**fills).replace("\n", "\r\n").encode()


def report(  # noqa: PLR0913 -- what differs from report to report
    action: str = "failed",
    status: str = "5.1.1",
    *,
    to: str = "wsis-forum@example.org",
    envid: str = "",
    address: str = "office@example.org",
    returned: str = "<of-another-house@example.net>",
    name: str = "<report-1@mx.example.org>",
    diagnostic: str = REFUSED,
) -> bytes:
    """A report by RFC 3464 on one recipient, with the head of the letter that came back."""
    return mail(
        """
        Return-Path: <>
        From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
        To: {to}
        Subject: Undelivered Mail Returned to Sender
        Message-ID: {name}
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

        --b1
        Content-Type: text/plain

        I am sorry to have to inform you that your message could not be delivered.

        --b1
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.example.org
        {envid}
        Original-Recipient: rfc822;{address}
        Final-Recipient: rfc822;elsewhere@example.net
        Action: {action}
        Status: {status}
        Diagnostic-Code: smtp; {diagnostic}

        --b1
        Content-Type: text/rfc822-headers

        From: wsis-forum@example.org
        Message-ID: {returned}
        Subject: Invitation

        --b1--
        """,
        action=action,
        status=status,
        to=to,
        # A line of the first block, or the empty line that ends it.
        envid=f"Original-Envelope-Id: {envid}\n" if envid else "",
        address=address,
        returned=returned,
        name=name,
        diagnostic=diagnostic,
    )


def qmail_report(to: str, returned: str = "<of-another-house@example.net>") -> bytes:
    """What qmail says in words of its own."""
    return mail(
        """
        Return-Path: <>
        From: MAILER-DAEMON@mx.example.org
        To: {to}
        Subject: failure notice
        Message-ID: <qmail-1@mx.example.org>

        Hi. This is the qmail-send program at mx.example.org.
        I'm afraid I wasn't able to deliver your message to the following addresses.
        This is a permanent error; I've given up. Sorry it didn't work out.

        <office@example.org>:
        Sorry, no mailbox here by that name. (#5.1.1)

        --- Below this line is a copy of the message.

        From: wsis-forum@example.org
        Message-ID: {returned}
        Subject: Invitation

        Excellency,
        """,
        to=to,
        returned=returned,
    )


PROVEN = "Authentication-Results: mx.forum.example.org; dmarc=pass"


def written(  # noqa: PLR0913 -- what differs from mail to mail
    text: str = "The Minister will come.\n",
    *,
    sender: str = "Fritz von Tarlenheim <office@example.org>",
    to: str = "wsis-forum@example.org",
    subject: str = "Re: Invitation",
    name: str = "<answer-1@example.org>",
    more: str = "",
    proven: bool = True,
) -> bytes:
    """What a person, or that person's program, sends back, as our server hands it on."""
    more = f"{PROVEN}\n{more}".strip() if proven else more
    named = f"Message-ID: {name}\n" if name else ""
    return mail(
        "From: {sender}\nTo: {to}\nSubject: {subject}\n{named}{more}\n{text}",
        sender=sender,
        to=to,
        subject=subject,
        named=named,
        more=f"{more}\n" if more else "",
        text=text,
    )
