"""Read settings from the environment, and fail with one line that says what to set."""

import os
import re
from email.utils import parseaddr
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, parse_qs, parse_qsl, unquote, urlsplit
from zoneinfo import available_timezones

import dj_database_url
import idna
from django.core.exceptions import ImproperlyConfigured


def flag(name: str, default: bool) -> bool:
    value = os.getenv(name, str(default))
    if value not in ("True", "False"):
        raise ImproperlyConfigured(f"{name} must be 'True' or 'False', not {value!r}.")
    return value == "True"


def number(name: str, default: int) -> int:
    value = os.getenv(name) or str(default)
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def origins(name: str) -> list[str]:
    """Return the origins, parted by spaces or commas, by which browsers name other sites."""
    found = os.getenv(name, "").replace(",", " ").split()
    for origin in found:
        if not re.fullmatch(r"https?://[\w.-]+(:\d+)?", origin):
            raise ImproperlyConfigured(
                f"{name}: {origin} is no origin: write it as https://www.example.org."
            )
    return found


def time_zone(name: str) -> str:
    if name not in available_timezones():
        raise ImproperlyConfigured(
            f"TIME_ZONE: {name} is no time zone: write it as Africa/Nairobi."
        )
    return name


def own_looks(folder: Path) -> list[Path]:
    """Return the folder if it is there; an emblem is drawn for paper and pages, and for mail."""
    drawn = [(folder / "letters" / name).is_file() for name in ("emblem.svg", "emblem.png")]
    if any(drawn) and not all(drawn):
        raise ImproperlyConfigured(
            f"{folder / 'letters'} has to hold both emblem.svg and emblem.png, or neither."
        )
    return [folder] if folder.is_dir() else []


def in_ascii(sender: str) -> str:
    """Return the sender with the address in ASCII, as headers and each mail server take it."""
    address = parseaddr(sender)[1]
    if address.isascii():
        return sender
    local, _at, domain = address.rpartition("@")
    try:
        written = f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        written = ""
    if not written or not local.isascii():
        raise ImproperlyConfigured(
            f"{address} has no form in ASCII: set FROM_EMAIL and BOUNCE_ADDRESS to other addresses."
        )
    return sender.replace(address, written)


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
    if value is None:
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE.")
    return value


def keys(written: str) -> list[str]:
    """Return the key, and the older ones below it, which open but close nothing any more."""
    return [line for line in written.splitlines() if line.strip()] or [""]


# A host that is gone, or whose line is cut while it is asked, does not answer: neither an office
# nor the probe or the outbox waits for it. In seconds, the last in thousandths.
GONE_SOON = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": 15_000,
}


def database(default: str) -> dict[str, Any]:
    """Return Django's settings of the database that ``DATABASE_URL`` names.

    ``?pooled=yes`` says that a pooler stands between which gives each transaction any connection.
    """
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
            # Statements are long and come again and again: most stay prepared.
            "cached_statements": 1000,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    else:
        options = GONE_SOON | found.get("OPTIONS", {})
        # A cursor that the server keeps would be asked for by another connection.
        found["DISABLE_SERVER_SIDE_CURSORS"] = options.pop("pooled", "no") == "yes"
        found["OPTIONS"] = options
    return dict(found)


def cache(redis: str, folder: Path) -> dict[str, Any]:
    """Return Django's settings of the cache: in Redis, or in a folder where there is none."""
    if not redis:
        options = {"MAX_ENTRIES": 5000}
        name = "wsis_forum.backends.FilesOrOwnMemory"
        return {"BACKEND": name, "LOCATION": folder, "OPTIONS": options}
    # An office waits for its page meanwhile.
    seconds = {"socket_connect_timeout": 0.5, "socket_timeout": 1}
    return {
        "BACKEND": "wsis_forum.backends.RedisOrOwnMemory",
        "LOCATION": redis,
        "OPTIONS": seconds,
    }


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
    return Mailbox("smtp", host, port, *credentials("EMAIL_URL", url), security)


def credentials(name: str, url: SplitResult) -> tuple[str, str]:
    """Return the user and the password of a mail server; refuse what is not ASCII."""
    user, password = unquote(url.username or ""), unquote(url.password or "")
    if not (user + password).isascii():
        raise ImproperlyConfigured(f"{name}: user and password have to be written in ASCII.")
    return user, password


class Inbox(NamedTuple):
    """Where mail is read: a folder on an IMAP server."""

    host: str
    port: int
    user: str
    password: str
    security: str
    folder: str


def inbox(name: str) -> Inbox | None:
    """Read ``imaps://user:password@host:993/INBOX``; return None if the variable is not set.

    ``imap://`` means port 143 and STARTTLS, unless ``?security=none`` says that the line is safe.
    """
    written = secret(name, default="")
    if not written:
        return None
    url = urlsplit(written)
    port_of, security_of = {"imaps": (993, "tls"), "imap": (143, "starttls")}.get(
        url.scheme, (0, "")
    )
    try:
        host, port = url.hostname, url.port or port_of
    except ValueError:
        host, port = None, 0
    security = parse_qs(url.query).get("security", [security_of])[0]
    if not (port and host and url.username and security in ("starttls", "tls", "none")):
        raise ImproperlyConfigured(
            f"{name} cannot be read: set it to imaps://user:password@host:993/INBOX."
        )
    user, password = credentials(name, url)
    return Inbox(host, port, user, password, security, unquote(url.path.strip("/")) or "INBOX")


def read_time_stamp_service() -> tuple[str, str]:
    """Read ``SEAL_TSA``; return the address alone, and ``user:password``; both empty if not set.

    A name and a password go over TLS only, or to a service on this machine.
    """
    written = secret("SEAL_TSA", default="")
    if not written:
        return "", ""
    try:
        url = urlsplit(written)
        host, _port = url.hostname, url.port
    except ValueError:
        url, host = urlsplit(""), None
    user, password = credentials("SEAL_TSA", url)
    is_open = url.scheme == "http" and host not in ("127.0.0.1", "localhost")
    if url.scheme not in ("https", "http") or not host or (is_open and (user or password)):
        raise ImproperlyConfigured(
            "SEAL_TSA cannot be read: set it to https://user:password@host/path."
        )
    address = url._replace(netloc=url.netloc.rpartition("@")[2]).geturl()
    return address, f"{user}:{password}" if user or password else ""


def openid_connect() -> dict[str, Any]:
    """Return django-allauth's settings of the organization's own sign-in; empty if there is none.

    ``OIDC_URL`` is the address that stands before ``/.well-known/openid-configuration``.
    """
    url = os.getenv("OIDC_URL", "")
    if not url:
        return {}
    if urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).hostname:
        raise ImproperlyConfigured(f"OIDC_URL must be an address like https://…, not {url!r}.")
    client = os.getenv("OIDC_CLIENT_ID", "")
    if not client:
        raise ImproperlyConfigured("Set OIDC_CLIENT_ID: the provider knows the site by it.")
    app = {
        "provider_id": "oidc",
        "name": os.getenv("OIDC_NAME", "OpenID Connect"),
        "client_id": client,
        "secret": secret("OIDC_CLIENT_SECRET"),
        "settings": {
            "server_url": url,
            "oauth_pkce_enabled": True,
            # A provider that is asked for an age tells when it has seen the person.
            "auth_params": {"max_age": 12 * 3600},
        },
    }
    return {"openid_connect": {"APPS": [app]}}


def openid_connect_origins() -> list[str]:
    """Return where a browser is sent to sign in."""
    url = urlsplit(os.getenv("OIDC_URL", ""))
    return [f"{url.scheme}://{url.netloc}"] if url.netloc else []


# Providers that sign their events, each with the setting of django-anymail that holds the key.
SIGNING_KEYS = {
    "mailersend": "MAILERSEND_SIGNING_SECRET",
    "mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY",
    "mandrill": "MANDRILL_WEBHOOK_KEY",
    "unisender_go": "UNISENDER_GO_API_KEY",
}
# Providers whose events are checked by the user and password in the address they call.
UNSIGNING = ("brevo", "mailjet", "postmark", "sendgrid", "sparkpost")


def provider_events() -> tuple[str, dict[str, str]]:
    """Return the provider whose events are taken, and django-anymail's settings; "" for none.

    No address takes unchecked events: the provider signs them, or brings a secret.
    """
    provider = os.getenv("MAIL_PROVIDER", "")
    if not provider:
        return "", {}
    if provider not in SIGNING_KEYS and provider not in UNSIGNING:
        known = ", ".join(sorted([*SIGNING_KEYS, *UNSIGNING]))
        raise ImproperlyConfigured(f"MAIL_PROVIDER must be one of {known}, not {provider!r}.")
    found = {"WEBHOOK_SECRET": secret("ANYMAIL_WEBHOOK_SECRET", default="")}
    if provider in SIGNING_KEYS:
        key = SIGNING_KEYS[provider]
        found[key] = secret(f"ANYMAIL_{key}")
    elif ":" not in found["WEBHOOK_SECRET"]:
        raise ImproperlyConfigured(
            f"Set ANYMAIL_WEBHOOK_SECRET to user:password: {provider} does not sign its events."
        )
    return provider, {name: value for name, value in found.items() if value}


def read_storage(default: Path) -> tuple[Path, dict[str, Any]]:
    """Read ``STORAGE_URL``; return the folder of files, and Django's settings of their storage.

    ``file:///folder``, or a bucket: ``s3://key:secret@host:port/bucket/prefix?region=name&tls=no``.
    What is no letter or digit in the secret is percent-encoded; TLS is spoken unless ``tls=no``.
    """
    written = secret("STORAGE_URL", default=default.as_uri())
    try:
        url = urlsplit(written)
        if url.scheme == "file" and url.path:
            folder = Path(unquote(url.path))
            return folder, {"BACKEND": "invitations.files.frozen.WriteOnceFolder"}
        return default, {"BACKEND": "invitations.files.s3.WriteOnceStore", "OPTIONS": bucket(url)}
    except ValueError:
        # What was wrong is not repeated: it may be a part of the secret.
        raise ImproperlyConfigured(
            "STORAGE_URL cannot be read: "
            "set it to file:///folder or s3://key:secret@host/bucket?region=name."
        ) from None


# What the store's client accepts; anything else would fail at the first letter.
LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
HOST = re.compile(rf"{LABEL}(\.{LABEL})*|[0-9a-f:.]*:[0-9a-f:.]*")
BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
REGION = re.compile(r"[a-z0-9-]{1,63}")


def bucket(url: SplitResult) -> dict[str, Any]:
    """Return the options of an S3-speaking store; raise ValueError if something is wrong."""
    asked = (
        dict(parse_qsl(url.query, keep_blank_values=True, strict_parsing=True)) if url.query else {}
    )
    region, tls = asked.pop("region", "us-east-1"), asked.pop("tls", "yes")
    key = unquote(url.username or "", errors="strict")
    password = unquote(url.password or "", errors="strict")
    name, _slash, prefix = unquote(url.path, errors="strict").strip("/").partition("/")
    sound = (
        url.scheme == "s3"
        and all(word and word.isascii() and word.isprintable() for word in (key, password))
        and HOST.fullmatch(url.hostname or "")
        and BUCKET.fullmatch(name)
        and not {".", ".."} & set(prefix.split("/"))
        and REGION.fullmatch(region)
        and tls in ("yes", "no")
        and not (asked or url.fragment or url.port == 0)
    )
    if not sound:
        raise ValueError
    return {
        "endpoint_url": f"{'https' if tls == 'yes' else 'http'}://{url.netloc.rpartition('@')[2]}",
        "region_name": region,
        "access_key": key,
        "secret_key": password,
        "bucket_name": name,
        "location": prefix,
    }
