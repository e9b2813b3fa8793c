"""The host of the guide: its layers, its servers, and a systemctl that keeps its units."""

import shlex
import shutil
import socket
import subprocess
import sys
from configparser import ConfigParser, SectionProxy
from pathlib import Path

from scripts.follow_guide import ROOT
from scripts.peers.ports import given_socket, listening

UNITS = Path("/etc/systemd/system")
LAYERED = ("/etc", "/opt", "/run", "/var")
SITE = "https://forum.example.org"
CERTIFICATE = Path("/etc/ssl/wsis-forum")


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
        self.has_proxy = False
        self.password = ""  # of the first administrator, which the guide shows once
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.sockets: dict[str, socket.socket] = {}

    def do(self, line: str) -> None:
        """Do what the line of the guide says; a command that fails ends everything."""
        print(f"# {line}", flush=True)
        program, *arguments = line.split()
        if program == "apt-get":
            refuse_missing(arguments)
        elif program == "systemctl":
            self.systemctl(*arguments)
        elif program == "make":
            # The pinned versions come by the machine's own network.
            run(f"nsenter --net=/proc/{self.outside}/ns/net {line}")
        elif "createsuperuser" in line:
            self.password = self.ask(line).split()[-1]
        else:
            run(line)

    def ask(self, line: str) -> str:
        """Return what the line prints."""
        command = ["bash", "-euo", "pipefail", "-c", line]
        done = subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        return done.stdout

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
                self.start(unit)

    def start(self, unit: str) -> None:
        if unit.endswith(".socket"):
            _host, port = described(unit)["Socket"]["ListenStream"].split(":")
            self.sockets[unit] = listening(int(port))
        elif unit.endswith(".timer"):
            print(f"{unit}: at {described(unit)['Timer']['OnCalendar']}", flush=True)
        else:
            self.start_service(unit)

    def start_service(self, unit: str) -> None:
        """Start it, and wait for it where it is one that ends; raise if it fails."""
        process = start(unit, self.sockets.get(f"{unit}.socket"))
        if service_of(unit)["Type"] != "oneshot":
            self.processes[unit] = process
        elif failed := process.wait():
            raise subprocess.CalledProcessError(failed, unit)

    def stop(self, unit: str) -> None:
        if listener := self.sockets.pop(unit, None):
            listener.close()
        if process := self.processes.pop(unit, None):
            process.terminate()
            process.wait(60)

    def end(self, folder: Path) -> None:
        for unit in [*self.processes, *self.sockets]:
            self.stop(unit)
        for pid in (Path("/run/nginx.pid"), folder / "postgresql/data/postmaster.pid"):
            if pid.exists() and (told := pid.read_text().split()):
                subprocess.run(["kill", told[0]], check=False)
        subprocess.run(["redis-cli", "shutdown", "nosave"], check=False, capture_output=True)


def start(unit: str, listener: socket.socket | None) -> "subprocess.Popen[bytes]":
    """Start the unit's own line as its user, with its variables and socket, in its folder."""
    service, instance = service_of(unit), unit.partition("@")[2]
    command = shlex.split(service["ExecStart"].replace("%i", instance).replace("%%", "%"))
    if listener:
        command = given_socket(listener, *command)
    folder = Path(service["WorkingDirectory"])
    return subprocess.Popen(  # the units' own command
        [str(folder / "deploy/run"), *command],
        cwd=folder,
        pass_fds=[listener.fileno()] if listener else [],
    )


def service_of(unit: str) -> SectionProxy:
    name, at, _instance = unit.partition("@")
    return described(f"{name}{at}.service", "wsis-forum-.service.d/hardened.conf")["Service"]


def described(*files: str) -> ConfigParser:
    described = ConfigParser(interpolation=None, strict=False, delimiters="=", default_section="")
    described.optionxform = str  # type: ignore[method-assign,assignment]
    described.read([UNITS / file for file in files])
    return described


def refuse_missing(arguments: list[str]) -> None:
    if arguments[0] != "install":
        return
    for package in (name for name in arguments[1:] if not name.startswith("--")):
        found = subprocess.run(["dpkg", "--status", package], check=False, capture_output=True)
        if found.returncode:
            sys.exit(f"The guide's package {package} is not here: apt-get install {package}")


def run(line: str) -> None:
    command = ["bash", "-euo", "pipefail", "-c", line]
    # Nobody is there to be asked for a passphrase.
    subprocess.run(command, check=True, cwd=ROOT, stdin=subprocess.DEVNULL)
