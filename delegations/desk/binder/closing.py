"""Pages closed by an OpenPGP public key, so that only who holds the private one reads them."""

import subprocess
import tempfile


class CannotClose(Exception):
    """GnuPG is missing, or refuses the key; the words are its own."""


def closed(content: bytes, key: str) -> bytes:
    """Return the content encrypted for the public key in that file; nothing lies on a disk."""
    with tempfile.TemporaryDirectory(prefix="wsis-forum-binder-") as home:
        command = [
            "gpg", "--batch", "--quiet", "--no-options", "--homedir", home, "--no-autostart",
            "--trust-model", "always", "--encrypt", "--recipient-file", key, "--output", "-",
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 -- the arguments are settings of ours
                command, input=content, capture_output=True, check=False
            )
        except OSError as missing:
            raise CannotClose(f"gpg cannot be run: {missing.strerror}") from None
    if done.returncode:
        raise CannotClose(done.stderr.decode(errors="replace").strip() or "gpg failed")
    return done.stdout
