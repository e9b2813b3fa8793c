"""Hosts of their own on this machine: each has its network, and a cable that can be cut."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

NAMES = ("zenda", "strelsau", "hentzau")
# For private use; each host has a part of it.
PARTS = "10.213.{number}.{end}"


class Network:
    """The network of one host; its number makes the addresses of both ends of the cable."""

    def __init__(self, name: str, number: int) -> None:
        self.name, self.cable = f"soak-{name}", f"soak{number}"
        self.outside, self.address = (PARTS.format(number=number, end=end) for end in (1, 2))

    @property
    def command(self) -> tuple[str, ...]:
        """Return what starts a program on this host."""
        return ("ip", "netns", "exec", self.name)

    def lay(self) -> None:
        call("netns", "add", self.name)
        call("link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        call("addr", "add", f"{self.outside}/24", "dev", self.cable)
        call("link", "set", self.cable, "up")
        call("-n", self.name, "addr", "add", f"{self.address}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            call("-n", self.name, "link", "set", device, "up")

    def cut(self) -> None:
        """Cut the cable: nobody at either end is told."""
        call("link", "set", self.cable, "down")

    def remove(self) -> None:
        subprocess.run(["ip", "link", "delete", self.cable], check=False, capture_output=True)
        subprocess.run(["ip", "netns", "delete", self.name], check=False, capture_output=True)


def networks() -> list[Network]:
    return [Network(name, number) for number, name in enumerate(NAMES, 1)]


@contextmanager
def laid_networks() -> Iterator[list[Network]]:
    """Lay the cables of three hosts; only root may."""
    if os.geteuid() != 0:
        raise PermissionError("Only root may lay the cables of hosts.")
    with ExitStack() as laid:
        for network in networks():
            laid.callback(network.remove)
            network.lay()
        yield networks()


def call(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)
