"""The handing over of frozen messages to a mail server, or to a folder of ``.eml`` files."""

import re
import smtplib
import socket
import ssl
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self
from uuid import uuid4

from django.conf import settings

from invitations.text import addresses
from invitations.text.lines import without_unstorable

CLOSING, RESET = 421, 250  # the server closes the session; it has dropped the transaction


class NotTaken(Exception):
    """The mail server did not take the message; ``words`` are the server's, or the system's."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class Unreachable(NotTaken):
    """No session with the mail server could be opened, so nothing was sent."""


class Postponed(NotTaken):
    """The server refused for now, or the connection was lost before the message was begun."""


class Refused(NotTaken):
    """The server refused for good."""


class Broken(NotTaken):
    """An error of our own code before the message was begun; ``words`` are its type."""


class Unknown(NotTaken):
    """No clear answer came after the message was begun: it may have arrived."""


class Envelope(NamedTuple):
    """One transaction: sender, addressee, and the identifier that a report will carry."""

    sender: str
    address: str
    ident: str = ""


def return_path(token: str) -> str:
    """Return the envelope sender with the delivery's token, which a bounce will name."""
    local, _at, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{token}@{domain}" if token else f"{local}@{domain}"


class Carrier(Protocol):
    def connect(self) -> None:
        """Open a session if there is none; raise Unreachable."""

    def hand_over(self, envelope: Envelope, content: bytes) -> str:
        """Return the server's words on taking the message; raise a NotTaken."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def configured_carrier() -> Carrier:
    return Folder() if settings.MAILBOX.scheme == "file" else SmtpSession()


class Folder:
    """A folder in which each transaction leaves one ``.eml`` file."""

    def __init__(self) -> None:
        self.path = Path(settings.MAILBOX.folder)

    def connect(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Unreachable(str(error)) from error

    def hand_over(self, envelope: Envelope, content: bytes) -> str:
        addressee = re.sub(r"[^\w.@-]", "_", envelope.address)[:100]
        target = self.path / f"{addressee}-{uuid4().hex[:12]}.eml"
        draft = target.with_suffix(".part")
        head = f"X-Envelope-From: {envelope.sender}\r\nX-Envelope-To: {envelope.address}\r\n"
        try:
            draft.write_bytes(head.encode() + content)
            draft.replace(target)
        except OSError as error:
            raise Postponed(str(error)) from error
        return target.name

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        pass


class SmtpSession:
    """A session with the mail server that is kept, and opened anew after a failure."""

    def __init__(self) -> None:
        self.smtp: smtplib.SMTP | None = None

    def connect(self) -> None:
        if self.smtp is not None:
            return
        try:
            self.smtp = open_session()
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable(error_words(error)) from error

    def hand_over(self, envelope: Envelope, content: bytes) -> str:
        self.connect()
        assert self.smtp is not None  # noqa: S101 -- connect() has made it
        begun = False
        try:
            refuse_too_large(self.smtp, len(content))
            envelope = envelope._replace(address=ascii_or_refused(envelope.address))
            begin_message(self.smtp, envelope, len(content))
            begun = True
            self.smtp.send(dot_stuffed(content))
            code, words = self.smtp.getreply()
        except NotTaken:
            self.reset()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self.drop()
            raise (Unknown if begun else Postponed)(error_words(error)) from error
        except Exception as error:  # any error: the caller must know whether the message was begun
            self.drop()
            raise (Unknown if begun else Broken)(type(error).__name__) from error
        if code == CLOSING:
            self.drop()
        return taken(code, words)

    def reset(self) -> None:
        """Reset the session for the next message; close it if the server does not reset."""
        assert self.smtp is not None  # noqa: S101 -- it has just refused
        try:
            code, _words = self.smtp.rset()
        except (OSError, smtplib.SMTPException):
            code = CLOSING
        if code != RESET:
            self.drop()

    def drop(self) -> None:
        if self.smtp is not None:
            self.smtp.close()
            self.smtp = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.smtp is None:
            return
        try:
            self.smtp.quit()
        except (OSError, smtplib.SMTPException):
            self.drop()


def open_session() -> smtplib.SMTP:
    box = settings.MAILBOX
    context = ssl.create_default_context()
    if box.security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            box.host, box.port, timeout=settings.SMTP_TIMEOUT, context=context
        )
    else:
        smtp = smtplib.SMTP(box.host, box.port, timeout=settings.SMTP_TIMEOUT)
    try:
        # We wait for each answer, so a small packet must not wait for more to be sent with it.
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # type: ignore[union-attr]
        if box.security == "starttls":
            smtp.starttls(context=context)
        smtp.ehlo_or_helo_if_needed()
        if box.user:
            smtp.login(box.user, box.password)
    except (OSError, smtplib.SMTPException):
        smtp.close()
        raise
    return smtp


def refuse_too_large(smtp: smtplib.SMTP, size: int) -> None:
    """Refuse a message, before its first byte, that is larger than the server accepts."""
    limit = smtp.esmtp_features.get("size", "")
    if limit.isdigit() and 0 < int(limit) < size:
        raise Refused(f"552 {size} bytes, but the server takes {limit} at most")


def ascii_or_refused(address: str) -> str:
    try:
        return addresses.address_in_ascii(address)
    except ValueError as fault:
        raise Refused(f"553 {address}: {fault}") from None


def begin_message(smtp: smtplib.SMTP, envelope: Envelope, size: int) -> None:
    """Name sender and addressee, and begin the message; after a refusal the session needs a reset.

    A server that offers DSN is asked to report failure and delay, and nothing else.
    """
    mail, rcpt = f"MAIL FROM:<{envelope.sender}>", f"RCPT TO:<{envelope.address}>"
    if smtp.has_extn("size"):
        mail += f" SIZE={size}"
    if smtp.has_extn("dsn"):
        mail += " RET=HDRS" + (f" ENVID={envelope.ident}" if envelope.ident else "")
        rcpt += f" NOTIFY=FAILURE,DELAY ORCPT=rfc822;{xtext(envelope.address)}"
    for command, yes in ((mail, 2), (rcpt, 2), ("DATA", 3)):
        code, words = smtp.docmd(command)
        if code == CLOSING or (code // 100 != yes and not 400 <= code < 600):
            raise smtplib.SMTPServerDisconnected(server_reply(code, words))
        if code // 100 != yes:
            raise refusal_of_server(code, words)


def xtext(address: str) -> str:
    """Return the address as RFC 3461 spells it in a parameter."""
    return re.sub(r"[^!-*,-<>-~]", lambda sign: f"+{ord(sign[0]):02X}", address)


def taken(code: int, words: bytes) -> str:
    """Return the server's words if it took the message; raise Refused, Postponed or Unknown."""
    if 200 <= code < 300:
        return server_reply(code, words)
    if 400 <= code < 600:
        raise refusal_of_server(code, words)
    raise Unknown(server_reply(code, words))


def refusal_of_server(code: int, words: bytes) -> NotTaken:
    return (
        Refused(server_reply(code, words)) if code >= 500 else Postponed(server_reply(code, words))
    )


def server_reply(code: int, words: bytes) -> str:
    return legible_words(f"{code} {words.decode('utf-8', 'replace')}")


def error_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return server_reply(
            error.smtp_code, words if isinstance(words, bytes) else str(words).encode()
        )
    return legible_words(str(error) or type(error).__name__)


def legible_words(words: str) -> str:
    """Return the first 500 signs, with those that no database keeps replaced."""
    return without_unstorable(words[:500], "\ufffd")


def dot_stuffed(content: bytes) -> bytes:
    """Return the message as SMTP wants it: dots at line starts doubled, one alone at the end."""
    stuffed = content.replace(b"\n.", b"\n..")
    if stuffed.startswith(b"."):
        stuffed = b"." + stuffed
    if not stuffed.endswith(b"\r\n"):
        stuffed += b"\r\n"
    return stuffed + b".\r\n"
