"""One POST to another system: by TLS, to the very address that was checked, and no further."""

import socket
import ssl
from collections.abc import Iterable, Mapping
from http.client import HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Timer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

Network = Any
ONE_STEP, ALL_STEPS = 10, 30  # seconds
# Beyond what Python takes for private: what leads into IPv4 by another name; what IANA's registries
# keep for special purposes, of which a version of Python knows a part; a cloud provider's own host.
REFUSED: tuple[Network, ...] = tuple(
    ip_network(one)
    for one in (
        "0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.31.196.0/24",
        "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24", "198.18.0.0/15", "240.0.0.0/4",
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23",
        "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fec0::/10",
    )
)  # fmt: skip


class Undelivered(Exception):
    """Why nothing was taken, in a sentence that names no secret."""


class Reach(NamedTuple):
    """How a peer is reached: which addresses are refused, and whose certificates are believed.

    Both are arguments, so that no variable of a deployment opens them.
    """

    refuses: Any
    context: ssl.SSLContext
    within: float = ALL_STEPS


def is_refused(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is of no public host: private, loopback, link-local, or mapped to such."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return is_refused(address.ipv4_mapped)
    if not address.is_global or address.is_multicast or address.is_reserved:
        return True
    return any(address in one for one in REFUSED)


def public_peer() -> Reach:
    return Reach(is_refused, ssl.create_default_context())


class PinnedConnection(HTTPSConnection):
    """TLS to one address that was looked at; the certificate has to be of the name."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=ONE_STEP, context=context)
        self.address, self.tls = address, context

    def connect(self) -> None:
        # At hand already while TLS begins, so that it can be broken off.
        self.sock = socket.create_connection((self.address, self.port), self.timeout)
        self.sock = self.tls.wrap_socket(self.sock, server_hostname=self.host)

    def break_off(self) -> None:
        """End a connection whose peer takes its time, from another thread."""
        if self.sock is None:
            return
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def post(url: str, headers: Mapping[str, str], body: str, way: Reach) -> int:
    """Return the status with which the peer answers; raise Undelivered if none comes."""
    host, port, target = https_parts(url)
    connection = PinnedConnection(host, port, checked_host(host, port, way), way.context)
    return answered(connection, target, headers, body, way.within)


def https_parts(url: str) -> tuple[str, int, str]:
    """Return host, port and what is asked for there; raise Undelivered if it is not https."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 443
    except ValueError:
        host, port = None, 0
    if not host or parts.scheme != "https" or parts.username is not None:
        raise Undelivered("The address is not of https alone.")
    return host, port, f"{parts.path or '/'}{'?' * bool(parts.query)}{parts.query}"


def answered(
    connection: PinnedConnection,
    target: str,
    headers: Mapping[str, str],
    body: str,
    within: float = ALL_STEPS,
) -> int:
    """Send the request; nothing of the answer but its status is read, and no redirect followed."""
    watch = Timer(within, connection.break_off)
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", target, body.encode(), dict(headers))
        return connection.getresponse().status
    except (OSError, HTTPException, UnicodeError) as error:
        raise Undelivered(f"No answer: {type(error).__name__}.") from error
    finally:
        watch.cancel()
        connection.close()


def checked_host(host: str, port: int, way: Reach) -> str:
    """Return an address of the host; if only one of them is refused, so is the host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Undelivered("The name of the host has no address.") from None
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    if not addresses or any_refused(addresses, way):
        raise Undelivered("The host has an address that is not public.")
    return addresses[0]


def any_refused(addresses: Iterable[str], way: Reach) -> bool:
    return any(way.refuses(ip_address(one)) for one in addresses)
