"""Follow docs/deploy.md word for word, on this machine, and leave nothing of it behind.

    python -m scripts.follow_guide

For root. What the guide writes goes to layers above /etc, /opt, /run and /var that only this
process and those it starts can see, and they have a network of their own: no server of the machine
is touched. Each ``systemctl`` is done here, by the units' own lines; packages have to be there
already. Then the site is asked through nginx, by its name and over TLS.
"""

import os
import re
import shlex
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# The host's own programs: a Python in somebody's home is out of reach for the units' user.
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
UNITS = Path("/etc/systemd/system")
LAYERED = ("/etc", "/opt", "/run", "/var")
SITE = "https://forum.example.org"
CERTIFICATE = Path("/etc/ssl/wsis-forum")


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
            follow(host)
            ask_the_site()
            host.systemctl("restart", "wsis-forum-web")
            ask_the_site()
        finally:
            host.end(folder)


def commands() -> list[str]:
    """Return the guide's commands in order, each a line."""
    guide = (ROOT / "docs/deploy.md").read_text()
    return "".join(re.findall(r"^```sh\n(.*?)^```", guide, re.M | re.S)).splitlines()


def lay_over(folder: Path) -> None:
    for place in LAYERED:
        above, work = (folder / f"{kind}{place}" for kind in ("above", "work"))
        above.mkdir(parents=True)
        work.mkdir(parents=True)
        layers = f"lowerdir={place},upperdir={above},workdir={work}"
        run(f"mount -t overlay overlay -o {layers} {place}")


def prepare(folder: Path) -> None:
    """Start PostgreSQL and Redis where a host has them, and put a certificate into its place."""
    run("ip link set lo up")
    with Path("/etc/hosts").open("a") as hosts:
        hosts.write("\n127.0.0.1 forum.example.org localhost\n")
    cluster = folder / "postgresql"
    cluster.mkdir()
    shutil.chown(cluster, "postgres", "postgres")
    for path in ("/run/postgresql", "/var/log/nginx", "/var/lib/nginx"):
        Path(path).mkdir(parents=True, exist_ok=True)
    shutil.chown("/run/postgresql", "postgres", "postgres")
    Path("/run/postgresql/.s.PGSQL.5432.lock").unlink(missing_ok=True)
    Path("/run/postgresql/.s.PGSQL.5432").unlink(missing_ok=True)
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1]
    as_postgres = f"runuser -u postgres -- {programs}"
    run(f"{as_postgres}/initdb --auth-local peer --encoding UTF8 --pgdata {cluster}/data")
    options = "-c listen_addresses= -c unix_socket_directories=/run/postgresql"
    log = f"--log {cluster}/log"
    run(f"{as_postgres}/pg_ctl start --wait --pgdata {cluster}/data {log} -o '{options}'")
    run("redis-server --bind 127.0.0.1 --port 6379 --save '' --dir /run --daemonize yes")
    CERTIFICATE.mkdir(mode=0o700)
    run(
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=forum.example.org"
        " -addext subjectAltName=DNS:forum.example.org"
        f" -keyout {CERTIFICATE}/key.pem -out {CERTIFICATE}/fullchain.pem"
    )


class Host:
    """A host whose systemctl is this program: it keeps the units' processes."""

    def __init__(self, outside: str) -> None:
        self.outside = outside
        self.cwd = ROOT
        self.has_proxy = False
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def do(self, line: str) -> None:
        """Do what the line of the guide says; a command that fails ends everything."""
        print(f"# {line}", flush=True)
        program, *arguments = line.split()
        if program == "apt-get":
            refuse_missing(arguments)
        elif program == "cd":
            self.cwd = Path(arguments[0])
        elif program == "systemctl":
            self.systemctl(*arguments)
        elif program == "make":
            # The pinned versions come by the machine's own network.
            run(f"nsenter --net=/proc/{self.outside}/ns/net {line}", self.cwd)
        else:
            run(line, self.cwd)

    def systemctl(self, verb: str, *names: str) -> None:
        units = [name for name in names if not name.startswith("--")]
        if units == ["nginx"]:
            run("nginx -s reload" if self.has_proxy else "nginx")
            self.has_proxy = True
            return
        for unit in units:
            if verb in ("stop", "restart"):
                self.stop(unit)
            if verb in ("start", "restart", "enable"):
                self.processes[unit] = start(unit)

    def stop(self, unit: str) -> None:
        if process := self.processes.pop(unit, None):
            process.terminate()
            process.wait(60)

    def end(self, folder: Path) -> None:
        for unit in list(self.processes):
            self.stop(unit)
        for pid in (Path("/run/nginx.pid"), folder / "postgresql/data/postmaster.pid"):
            if pid.exists() and (told := pid.read_text().split()):
                subprocess.run(["kill", told[0]], check=False)
        subprocess.run(["redis-cli", "shutdown", "nosave"], check=False, capture_output=True)


def start(unit: str) -> "subprocess.Popen[bytes]":
    """Start the unit's own line as its user, with its variables, in its folder."""
    name, _at, instance = unit.partition("@")
    described = ConfigParser(interpolation=None, strict=False, delimiters="=", default_section="")
    described.optionxform = str  # type: ignore[method-assign,assignment]
    described.read([UNITS / f"{name}{_at}.service", UNITS / "wsis-forum-.service.d/hardened.conf"])
    service = described["Service"]
    line = service["ExecStart"].replace("%i", instance).replace("%%", "%")
    folder = Path(service["WorkingDirectory"])
    return subprocess.Popen(  # the units' own command
        ["setpriv", "--no-new-privs", "--", str(folder / "deploy/run"), *shlex.split(line)],
        cwd=folder,
    )


def follow(host: Host) -> None:
    for line in commands():
        host.do(line)


def refuse_missing(arguments: list[str]) -> None:
    if arguments[0] != "install":
        return
    for package in (name for name in arguments[1:] if not name.startswith("--")):
        found = subprocess.run(["dpkg", "--status", package], check=False, capture_output=True)
        if found.returncode:
            sys.exit(f"The guide's package {package} is not here: apt-get install {package}")


def ask_the_site() -> None:
    """Ask the site through nginx until it says that nothing is missing; raise TimeoutError."""
    trusted = ssl.create_default_context(cafile=str(CERTIFICATE / "fullchain.pem"))
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
    )
    stop_at, said = time.monotonic() + 240, ""
    while said != "ok":
        if time.monotonic() > stop_at:
            raise TimeoutError(f"{SITE}/healthz says: {said}")
        time.sleep(2)
        try:
            said = opener.open(f"{SITE}/healthz", timeout=30).read().decode().strip()
        except OSError as error:
            said = str(error)
    for page in ("/", "/admin/account/login/", "/.well-known/security.txt"):
        answered = opener.open(SITE + page, timeout=30)
        print(f"{answered.status} {answered.url}", flush=True)


def run(line: str, cwd: Path = ROOT) -> None:
    subprocess.run(["bash", "-euo", "pipefail", "-c", line], check=True, cwd=cwd)


if __name__ == "__main__":
    main()
