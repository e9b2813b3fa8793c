"""Servers in a folder, to be stopped and started again; no other server is touched."""

import os
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

from redis import ConnectionError as Gone
from redis import Redis as Client

from scripts.peers.ports import answers, free_port
from scripts.peers.programs import wait_until


class ProgramMissing(Exception):
    """A server's program is not on this machine."""


class PostgreSQL:
    """A cluster in a folder; with a port, the one that is there and listens there when started."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder, self.port = folder, port or free_port()
        if not port:
            folder.mkdir(exist_ok=True)
            if os.geteuid() == 0:
                shutil.chown(folder, "postgres", "postgres")
            self.call("initdb", "--auth", "trust", "--username", "postgres", "--encoding", "UTF8")
            self.start()

    def start(self) -> None:
        options = f"-p {self.port} -c unix_socket_directories='' -c listen_addresses=127.0.0.1"
        self.call("pg_ctl", "start", "--wait", "--log", str(self.folder / "log"), "-o", options)

    def stop(self, mode: str) -> None:
        self.call("pg_ctl", "stop", "--wait", "--mode", mode)

    def call(self, program: str, *options: str) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
        path = shutil.which(program) or (found[-1] if found else None)
        if path is None:
            raise ProgramMissing(f"{program} is missing. Get it with: apt-get install postgresql")
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*user, str(path), "--pgdata", str(self.folder), *options]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)


class PgBouncer:
    """A pooler before a cluster: each transaction gets any of a few connections to it."""

    def __init__(self, folder: Path, database: int, connections: int) -> None:
        self.folder, self.port = folder, free_port()
        if not shutil.which("pgbouncer"):
            raise ProgramMissing("pgbouncer is missing. Get it with: apt-get install pgbouncer")
        folder.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        settings = {
            "listen_addr": "127.0.0.1", "listen_port": self.port, "unix_socket_dir": "",
            "auth_type": "any", "pool_mode": "transaction", "default_pool_size": connections,
            "max_client_conn": 500, "logfile": folder / "log", "pidfile": folder / "pid",
        }  # fmt: skip
        lines = [f"{name} = {value}" for name, value in settings.items()]
        (folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={database} user=postgres\n[pgbouncer]\n"
            + "\n".join([*lines, ""])
        )
        self.start()

    def start(self) -> None:
        """Start it as PostgreSQL's user: it refuses to be root."""
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*user, "pgbouncer", "--quiet", "--daemon", str(self.folder / "pgbouncer.ini")]
        subprocess.run(command, check=True, cwd="/")
        wait_until(lambda: answers(self.port), "the pooler answers")

    def stop(self) -> None:
        """Stop it at once; whoever is connected is cut off."""
        pid = self.folder / "pid"
        with suppress(ProcessLookupError, FileNotFoundError):
            # After SIGTERM it would wait until all have left.
            os.kill(int(pid.read_text()), signal.SIGQUIT)
        # It takes its file with it, and only then another can start.
        wait_until(lambda: not pid.exists(), "the pooler is gone")


class Redis:
    """A broker in a folder; it forgets everything when it stops."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        folder.mkdir()
        self.start()

    def start(self) -> None:
        if not shutil.which("redis-server"):
            raise ProgramMissing(
                "redis-server is missing. Get it with: apt-get install redis-server"
            )
        command = [
            "redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--save", "",
            "--appendonly", "no", "--dir", str(self.folder), "--daemonize", "yes",
        ]  # fmt: skip
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        wait_until(lambda: answers(self.port), "Redis answers")

    def stop(self) -> None:
        self.call("SHUTDOWN", "NOSAVE")
        wait_until(lambda: not answers(self.port), "Redis is gone")

    def call(self, *command: str) -> None:
        with Client(port=self.port) as client:
            try:
                client.execute_command(*command)
            except Gone:
                return
