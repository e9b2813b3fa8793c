"""Follow docs/deploy.md word for word, on this machine, and leave nothing of it behind.

    python -m scripts.follow_guide

For root. What the guide writes goes to layers above /etc, /opt, /run and /var that only this
process and those it starts can see, and they have a network of their own: no server of the machine
is touched. Each ``systemctl`` is done here, by the units' own lines; packages have to be there
already. Then the site is asked through nginx, by its name and over TLS, and a browser walks there;
and what it has answered is found again in a backup that is restored beside.
"""

import os
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from scripts.follow_guide import ROOT, commands
from scripts.follow_guide.backups import make_keys, restore
from scripts.follow_guide.host import CERTIFICATE, SITE, Host, lay_over, prepare
from scripts.follow_guide.walks import walk

PATIENCE = 900  # seconds, for a machine on which others work too
# The host's own programs: a Python in somebody's home is out of reach for the units' user.
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def main() -> None:
    if os.geteuid() != 0:
        sys.exit("The guide is for root: so is this.")
    if sys.argv[1:2] != ["--apart"]:
        command = ["unshare", "--mount", "--net", "--propagation", "private", sys.executable]
        command += ["-m", "scripts.follow_guide", "--apart", str(os.getpid())]
        sys.exit(subprocess.run(command, check=False, cwd=ROOT).returncode)
    os.environ["PATH"] = PATH
    with tempfile.TemporaryDirectory(prefix="wsis-forum-guide-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        lay_over(folder)
        host = Host(outside=sys.argv[2])
        try:
            prepare(folder)
            make_keys(folder)
            follow(host)
            ask_the_site()
            host.systemctl("restart", "wsis-forum-web")
            ask_the_site()
            walk(host)
            restore(host)
        finally:
            host.end(folder)


def follow(host: Host) -> None:
    for line in commands():
        host.do(line)


def ask_the_site() -> None:
    """Ask the site through nginx until it says that nothing is missing; raise TimeoutError."""
    trusted = ssl.create_default_context(cafile=str(CERTIFICATE / "fullchain.pem"))
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
    )
    stop_at, said = time.monotonic() + PATIENCE, ""
    while said != "ok":
        if time.monotonic() > stop_at:
            raise TimeoutError(f"{SITE}/healthz says: {said}")
        time.sleep(2)
        try:
            said = opener.open(f"{SITE}/healthz", timeout=60).read().decode().strip()
        except OSError as error:
            said = str(error)
    for page in ("/", "/admin/account/login/", "/.well-known/security.txt"):
        answered = opener.open(SITE + page, timeout=60)
        print(f"{answered.status} {answered.url}", flush=True)


if __name__ == "__main__":
    main()
