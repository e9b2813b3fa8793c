"""Another system that is told by https, and how one person makes its address and another releases.

The peer has a certificate of its own, which only the tests believe, on this machine, which only
the tests allow.
"""

import datetime as dt
import json
import ssl
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from standardwebhooks import Webhook

from invitations.models import WebhookAddress, WebhookMessage
from invitations.outbox.webhooks.addresses import (
    make_webhook,
    release_webhook,
    rotate_secret,
)
from invitations.outbox.webhooks.peers import Reach
from invitations.outbox.webhooks.sending import send_message_again
from invitations.tests.factories import AnnouncedEditionFactory, UserFactory

LONG = dt.timedelta(days=36500)


def certificate(folder, host="localhost"):
    """Return a file of key and certificate of the host, which its peers in this folder share."""
    file = folder / f"{host}.pem"
    if file.exists():
        return file
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    begins = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + LONG)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    written = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(written + made.public_bytes(pem))
    return file


class Peer:
    """What the other system was told, and with which statuses it answers, the last for good."""

    def __init__(self, *statuses):
        self.statuses, self.told, self.port = list(statuses), [], 0

    @property
    def url(self):
        return f"https://localhost:{self.port}/told?by=wsis"

    def answer(self):
        return self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]

    def read_by(self, secret, place=-1):
        """The body, if the secret opens its signature."""
        headers, body = self.told[place]
        return Webhook(secret).verify(body, headers)


@contextmanager
def webhook_peer(folder, *statuses, host="localhost", pauses=()):
    """A peer that answers so; between two headers of each answer it makes these pauses."""
    peer, file = Peer(*statuses), certificate(folder, host)

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            peer.told.append((dict(self.headers), body))
            self.send_response(peer.answer())
            self.send_header("Location", f"https://localhost:{peer.port}/elsewhere")
            for number, pause in enumerate(pauses):
                self.send_header(f"X-{number}", "…".encode().hex())
                self.flush_headers()
                time.sleep(pause)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_said):
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.handle_error = lambda *_said: None
        peer.port = server.server_port
        peer.way = Reach(refuses_all_but_here, ssl.create_default_context(cafile=file))
        Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield peer
        server.shutdown()


def refuses_all_but_here(address):
    return address not in (ip_address("127.0.0.1"), ip_address("::1"))


def made(url="https://systems.example.org/told", edition=None, by=None):
    edition = edition or AnnouncedEditionFactory()
    webhook = WebhookAddress(edition=edition, called="Badges", url=url)
    return webhook, make_webhook(webhook, by or UserFactory())


def released(url="https://systems.example.org/told", edition=None):
    webhook, secret = made(url, edition)
    release_webhook(webhook, UserFactory())
    webhook.refresh_from_db()
    return webhook, secret


def making(_make, by):
    return made(by=by)[0]


def releasing(_make, by):
    webhook, _secret = made()
    release_webhook(webhook, by)
    return webhook


def rotating(_make, by):
    webhook, _secret = made()
    rotate_secret(webhook, by)
    return webhook


def sending_again(_make, by):
    message = WebhookMessage.objects.create(
        address=released()[0], kind="reply.recorded", subject="1", state="failed"
    )
    send_message_again(message, by)
    return message


WEBHOOK_ACTS = {
    make_webhook: making,
    release_webhook: releasing,
    rotate_secret: rotating,
    send_message_again: sending_again,
}


def as_json(headers_and_body):
    return json.loads(headers_and_body[1])
