"""A pair of OpenPGP keys, as an organization keeps them in two places."""

import subprocess
from contextlib import contextmanager


@contextmanager
def pair_of_keys(folder, passphrase=""):
    """Make the pair in files of the folder; the private one is in its home too."""
    home = ["gpg", "--batch", "--quiet", "--homedir", folder / "home"]
    home += ["--pinentry-mode", "loopback", "--passphrase", passphrase]
    (folder / "home").mkdir(mode=0o700)
    make = ["--quick-generate-key", "backup@example.org", "future-default"]
    subprocess.run([*home, *make], check=True)
    for name, verb in (("public", "--export"), ("private", "--export-secret-keys")):
        subprocess.run([*home, "--output", folder / name, verb], check=True)
    try:
        yield folder / "public", folder / "private"
    finally:
        subprocess.run(["gpgconf", "--homedir", folder / "home", "--kill", "gpg-agent"], check=True)


def opened(folder, content):
    """What was encrypted for the pair of the folder."""
    command = ["gpg", "--batch", "--quiet", "--homedir", folder / "home", "--decrypt"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout
