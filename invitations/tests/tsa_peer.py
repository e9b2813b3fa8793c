"""A real time-stamp service of our own (RFC 3161) over HTTP, which can also misbehave."""

import base64
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from asn1crypto import core, keys, tsp
from asn1crypto.x509 import Certificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

NAME = "Ruritanian Observatory"
KEY = rsa.generate_private_key(65537, 2048)
REPLY = "application/timestamp-reply"
# The kind of key, as it first stands in the certificate.
RSA_KEY = bytes.fromhex("06092a864886f70d010101")


def make_certificate(use=ExtendedKeyUsageOID.TIME_STAMPING, days=3650):
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, NAME)])
    now = dt.datetime.now(dt.UTC)
    usage = x509.KeyUsage(True, True, *[False] * 7)
    return (
        x509.CertificateBuilder(name, name, KEY.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=365))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.ExtendedKeyUsage([use]), critical=True)
        .add_extension(usage, critical=True)
        .sign(KEY, hashes.SHA256())
    )


def stamper_with(certificate, **fields):
    secret = KEY.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    der = certificate.public_bytes(serialization.Encoding.DER)
    return DummyTimeStamper(Certificate.load(der), keys.PrivateKeyInfo.load(secret), **fields)


class Peer:
    """Stamps what it is asked; ``does`` names what it does instead."""

    def __init__(self) -> None:
        self.certificate, self.does = make_certificate(), ""
        self.asked: list[str] = []
        self.released = Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.address = f"http://127.0.0.1:{self.server.server_port}/stamp?by=observatory"

    def handler(self):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler):  # noqa: N805 -- the library's name; the peer is self
                size = int(handler.headers["Content-Length"])
                self.asked.append(handler.headers["Authorization"] or "")
                self.answer(handler, handler.rfile.read(size))

            def log_message(handler, *words):  # noqa: N805
                return

        return Handler

    def answer(self, handler, query: bytes) -> None:
        if self.does == "silent":
            self.released.wait(30)
            return
        if self.does == "drips":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not self.released.wait(0.1):
                handler.wfile.write(b"X")
                handler.wfile.flush()
            return
        status = {"fails": 500, "sends on": 302, "refuses the password": 401}.get(self.does, 200)
        handler.send_response(status)
        handler.send_header("Content-Type", REPLY)
        if status == 302:
            handler.send_header("Location", self.address.replace("stamp", "elsewhere"))
        handler.end_headers()
        handler.wfile.write(self.written(query) if status == 200 else b"")

    def written(self, query: bytes) -> bytes:
        if self.does in GARBAGE:
            return GARBAGE[self.does]
        asked = tsp.TimeStampReq.load(query)
        if self.does == "wrong nonce":
            asked["nonce"] = core.Integer(4711)
        if self.does == "no nonce":
            del asked["nonce"]
        if self.does == "another seal":
            asked["message_imprint"]["hashed_message"] = bytes(32)
        made = self.stamper().request_tsa_response(asked).dump()
        if self.does == "unknown key":
            made = made.replace(RSA_KEY, RSA_KEY[:-1] + b"\x7f", 1)
        if self.does == "torn":
            # The last bytes are those of the signature.
            made = made[:-1] + bytes([made[-1] ^ 1])
        return made

    def stamper(self) -> DummyTimeStamper:
        now = dt.datetime.now(dt.UTC)
        if self.does == "fast clock":
            return stamper_with(self.certificate, fixed_dt=now + dt.timedelta(hours=1))
        if self.does == "another use":
            return stamper_with(make_certificate(ExtendedKeyUsageOID.CODE_SIGNING))
        if self.does == "past certificate":
            return stamper_with(make_certificate(days=-1))
        if self.does == "too large":
            more = [self.stamper_certificate() for _number in range(20)]
            return stamper_with(self.certificate, certs_to_embed=more)
        return stamper_with(self.certificate)

    def stamper_certificate(self):
        der = make_certificate().public_bytes(serialization.Encoding.DER)
        return Certificate.load(der)


GARBAGE = {
    "garbage": b"<html>Sire, the observatory is closed.</html>",
    "nothing": b"",
    "half": b"\x30\x82\x10\x00\x30\x03\x02\x01\x00",
    # A status and no more: granted, then rejected.
    "grants nothing": bytes.fromhex("30053003020100"),
    "refuses": bytes.fromhex("30053003020102"),
}


@contextmanager
def tsa_peer() -> Iterator[Peer]:
    peer = Peer()
    thread = Thread(target=peer.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield peer
    finally:
        peer.released.set()
        peer.server.shutdown()
        thread.join()
        peer.server.server_close()


def basic(name: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{name}:{password}'.encode()).decode()}"
