"""A real S3-speaking server of our own, in memory and in a process of its own.

It checks who signed, and who may.
"""

import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import IO, Any, NamedTuple
from urllib.parse import quote

import boto3

from scripts.peers.ports import answers, free_port
from scripts.peers.programs import wait_until

LINE = re.compile(rb'"(?:\x1b\[\d*m)*(?P<verb>[A-Z]+) (?P<path>\S+) HTTP/1.1')


class Key(NamedTuple):
    name: str
    secret: str


class Peer:
    """Buckets as their owner sees them, keys that may do more or less, and what was asked."""

    def __init__(self, port: int, log: IO[bytes]) -> None:
        self.port, self.log, self.numbers = port, log, count(1)

    def client(self, service: str, key: Key) -> Any:
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            aws_access_key_id=key.name,
            aws_secret_access_key=key.secret,
        )

    def set_up(self) -> None:
        """Make the owner while anybody may do anything, and end that."""
        self.iam = self.client("iam", Key("anybody", "anybody"))
        owner = self.key_for("*")
        self.post("reset-auth", b"0")
        self.iam, self.s3 = self.client("iam", owner), self.client("s3", owner)
        self.key, self.reader = self.key_for("s3:*"), self.key_for("s3:Get*", "s3:List*")

    def post(self, name: str, body: bytes) -> None:
        address = f"http://127.0.0.1:{self.port}/moto-api/{name}"
        told = urllib.request.Request(address, body, {"Content-Type": "text/plain"})
        urllib.request.urlopen(told, timeout=10).close()  # noqa: S310 -- the server just started

    def key_for(self, *actions: str) -> Key:
        user = f"user-{next(self.numbers)}"
        self.iam.create_user(UserName=user)
        allowed = {"Effect": "Allow", "Action": actions, "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self.iam.put_user_policy(UserName=user, PolicyName="may", PolicyDocument=policy)
        made = self.iam.create_access_key(UserName=user)["AccessKey"]
        return Key(made["AccessKeyId"], made["SecretAccessKey"])

    def new_bucket(self) -> str:
        name = f"forum-{next(self.numbers)}"
        self.s3.create_bucket(Bucket=name)
        return name

    def keys(self, bucket: str) -> list[str]:
        listed = self.s3.list_objects_v2(Bucket=bucket)
        return [entry["Key"] for entry in listed.get("Contents", ())]

    def url(self, place: str, key: Key | None = None, port: int = 0) -> str:
        """What STORAGE_URL says of a bucket, or of a folder in it."""
        name, secret = key or self.key
        return f"s3://{name}:{quote(secret, safe='')}@127.0.0.1:{port or self.port}/{place}?tls=no"

    def asked(self, bucket: str) -> list[str]:
        """The verbs of all requests for what is in the bucket, since it was made."""
        self.log.seek(0)
        lines = LINE.finditer(self.log.read())
        return [
            line["verb"].decode()
            for line in lines
            if line["path"].startswith(f"/{bucket}/".encode())
        ]


@contextmanager
def s3_peer() -> Iterator[Peer]:
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log) as server,
    ):
        try:
            wait_until(lambda: answers(port), "the S3-speaking server answers", 30)
            peer = Peer(port, log)
            peer.set_up()
            yield peer
            peer.s3.close()
            peer.iam.close()
        finally:
            server.kill()
