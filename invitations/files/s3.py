"""Files in a bucket of an S3-compatible store: written once, private, without a URL.

Only Django imports this module, where ``STORAGE_URL`` names such a store: boto3 takes a second and
a quarter of a worker's memory.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage

# Two attempts and a pause take less than the 30 seconds after which gunicorn ends a request.
CLIENT = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 2},
    # Every store checks the signed SHA-256 of an upload; not every store knows newer checksums.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
    s3={"addressing_style": "path", "payload_signing_enabled": True},
)
# Otherwise django-storages reads these from variables that docs/configuration.md does not list.
NOTHING_ELSE = {"security_token": None, "session_profile": None, "client_config": CLIENT}
MISSING = ("NoSuchKey", "404")


class WriteOnceStore(S3Storage):
    """A bucket in which a file appears whole or not at all; every fault is an OSError."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, **NOTHING_ELSE)
        self._making, self._made = Lock(), (0, None)

    @property
    def client(self) -> Any:
        """The client that all threads of a process share; a forked child makes its own."""
        with self._making:
            owner, client = self._made
            if owner != os.getpid():
                client = self._create_session().client(
                    "s3",
                    region_name=self.region_name,
                    endpoint_url=self.endpoint_url,
                    config=self.client_config,
                )
                self._made = os.getpid(), client
            return client

    def place(self, name: str) -> dict[str, str]:
        return {"Bucket": self.bucket_name, "Key": self._normalize_name(name)}

    def exists(self, name: str) -> bool:
        try:
            with refusals_as_oserror(name):
                self.client.head_object(**self.place(name))
        except FileNotFoundError:
            return False
        return True

    def _open(self, name: str, mode: str = "rb") -> File:
        with refusals_as_oserror(name):
            found = self.client.get_object(**self.place(name))
            return ContentFile(found["Body"].read(), name)

    def _save(self, name: str, content: File) -> str:
        body = b"".join(content.chunks())
        with refusals_as_oserror(name):
            self.client.put_object(**self.place(name), Body=body)
        return name

    def delete(self, name: str) -> None:
        with refusals_as_oserror(name):
            self.client.delete_object(**self.place(name))

    def url(self, name: str, *args: Any, **options: Any) -> str:
        raise ValueError("A file has no address: a view hands it out to whom it is for.")


@contextmanager
def refusals_as_oserror(name: str) -> Iterator[None]:
    """Turn the store's errors into OSErrors; FileNotFoundError if it has no file of that name."""
    try:
        yield
    except ClientError as refusal:
        code = refusal.response["Error"]["Code"]
        if code in MISSING:
            raise FileNotFoundError(name) from None
        raise OSError(f"it says {code}") from refusal
    except BotoCoreError as silence:
        raise OSError(f"it does not answer: {type(silence).__name__}") from silence
