"""Reports of errors, where SENTRY_DSN names who takes them: what fell over where, and of nobody."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ImproperlyConfigured

from wsis_forum.logs import masked, origin

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

KEPT = ("event_id", "timestamp", "level", "platform", "logger", "environment", "release", "sdk")
OF_AN_ERROR = ("type", "module")
OF_A_FRAME = (
    "filename", "function", "module", "lineno", "in_app", "pre_context", "context_line",
    "post_context",
)  # fmt: skip


def start(dsn: str, deployment: str, release: str) -> None:
    """Report each entry of the log that is an error, and what ends a program, to that address.

    Nothing looks into requests, templates, queries or tasks: what they meet is in the log.
    """
    # Only a process that reports has it in its memory.
    import sentry_sdk  # noqa: PLC0415
    from sentry_sdk.integrations import Integration, atexit, dedupe, excepthook  # noqa: PLC0415
    from sentry_sdk.integrations import logging as entries  # noqa: PLC0415
    from sentry_sdk.utils import BadDsn  # noqa: PLC0415

    looking: list[Integration] = [
        entries.LoggingIntegration(level=None, sentry_logs_level=None),
        excepthook.ExcepthookIntegration(),
        dedupe.DedupeIntegration(),
        atexit.AtexitIntegration(callback=lambda _pending, _seconds: None),
    ]
    try:
        sentry_sdk.init(
            dsn,
            environment=deployment,
            release=release,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=looking,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            send_client_reports=False,
            auto_session_tracking=False,
            before_send=scrubbed,
        )
    except BadDsn:
        raise ImproperlyConfigured(
            "SENTRY_DSN cannot be read: set it to https://key@host/number."
        ) from None
    # Whoever asks by a strange host is answered 400: that is no fault.
    entries.ignore_logger("django.security.DisallowedHost")


def scrubbed(event: "Event", hint: "Hint") -> "Event":
    """Return a report of what is listed here alone: kinds and places, never what was said.

    The words of an exception, and what was put into those of an entry, may name a person.
    """
    whole: dict[str, Any] = dict(event)
    told: dict[str, Any] = {name: whole[name] for name in KEPT if name in whole}
    if record := hint.get("log_record"):
        told["tags"] = origin(record)
        told["logentry"] = {"message": masked(str(record.msg))}
    if errors := (whole.get("exception") or {}).get("values"):
        told["exception"] = {"values": [without_personal_data(error) for error in errors]}
    return told  # type: ignore[return-value]


def without_personal_data(error: dict[str, Any]) -> dict[str, Any]:
    frames = (error.get("stacktrace") or {}).get("frames") or []
    return {name: error.get(name) for name in OF_AN_ERROR} | {
        "stacktrace": {
            "frames": [{name: frame.get(name) for name in OF_A_FRAME} for frame in frames]
        }
    }
