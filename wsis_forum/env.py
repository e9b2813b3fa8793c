"""Read settings from the environment, and fail with one line that says what to set."""

import os
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured


def flag(name: str, default: bool) -> bool:
    value = os.getenv(name, str(default))
    if value not in ("True", "False"):
        raise ImproperlyConfigured(f"{name} must be 'True' or 'False', not {value!r}.")
    return value == "True"


def secret(name: str, default: str | None = None) -> str:
    """Return the secret itself, or the content of the file that ``{name}_FILE`` names."""
    if path := os.getenv(f"{name}_FILE"):
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE cannot be read: {error.strerror}: {path}"
            ) from None
    value = os.getenv(name) or default
    if not value:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE.")
    return value


def database(default: str) -> dict[str, Any]:
    """Return Django's settings of the database that ``DATABASE_URL`` names."""
    url = secret("DATABASE_URL", default=default)
    try:
        found = dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)
    except (ValueError, KeyError):
        found = {}
    if not found.get("ENGINE") or not found.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read: set it to postgres://user:password@host:5432/name."
        )
    if found["ENGINE"].endswith("sqlite3"):
        # Writers queue up at BEGIN instead of failing at their first write.
        found["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    return dict(found)


class Mailbox(NamedTuple):
    """Where mail goes: an SMTP server, or a folder of ``.eml`` files."""

    scheme: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    security: str = ""
    folder: str = ""


def mailbox(default: str) -> Mailbox:
    """Read ``EMAIL_URL``: ``smtp://user:password@host:587/?security=starttls`` or ``file:///folder``.

    ``security`` is ``starttls``, ``tls`` or ``none``; without it, port 465 means ``tls``, port 587
    means ``starttls``, and any other port means ``none``.
    """
    url = urlsplit(secret("EMAIL_URL", default=default))
    if url.scheme == "file" and url.path:
        return Mailbox("file", folder=unquote(url.path))
    try:
        host, port = url.hostname, url.port or 25
    except ValueError:
        host, port = None, 0
    by_port = {465: "tls", 587: "starttls"}.get(port, "none")
    security = parse_qs(url.query).get("security", [by_port])[0]
    if url.scheme != "smtp" or not host or security not in ("starttls", "tls", "none"):
        raise ImproperlyConfigured(
            "EMAIL_URL cannot be read: set it to smtp://user:password@host:587/ or file:///folder."
        )
    user, password = unquote(url.username or ""), unquote(url.password or "")
    return Mailbox("smtp", host, port, user, password, security)


def folder(name: str, default: Path) -> Path:
    """Read a ``file:///…`` address of a folder."""
    url = urlsplit(os.getenv(name) or default.as_uri())
    if url.scheme != "file" or not url.path:
        raise ImproperlyConfigured(f"{name} cannot be read: set it to file:///folder.")
    return Path(unquote(url.path))
