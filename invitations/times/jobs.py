"""The jobs whose runs and faults are kept, under the same name in schedule, admin and probes."""

from contextlib import suppress

from celery import current_app
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

# Seconds: a person waits for the page meanwhile, and nobody for the broker.
AT_ONCE = {"socket_connect_timeout": 0.5, "socket_timeout": 1, "max_retries": 0}


class Job(TextChoices):
    QUEUE_REMINDERS = "queue_reminders", _("plan reminders")
    UPDATE_CALENDARS = "update_calendars", _("bring calendars up to date")
    COMPOSE_PLANNED = "compose_planned", _("compose letters")
    DISPATCH_OUTBOX = "dispatch_outbox", _("work the outbox")
    READ_MAILBOXES = "read_mailboxes", _("read the mailboxes")
    READ_SCANS = "read_scans", _("read scans")
    DELETE_EXPIRED = "delete_expired", _("delete expired forms and files")
    SEND_WEBHOOKS = "send_webhooks", _("tell other systems")
    SEND_DIGEST = "send_digest", _("send the digest")
    TELL_APPROVERS = "tell_approvers", _("tell approvers what waits for them")
    WRITE_BINDER = "write_binder", _("write the binder")
    ERASE = "erase_personal_data", _("erase personal data")
    TELL_PARTNERSHIP = "tell_partnership", _("tell the partnership team")
    HOOKS = "hooks", _("take the mail provider’s events")


# The other one, HOOKS, is begun by the mail provider.
CLOCK_JOBS = tuple(job for job in Job if job != Job.HOOKS)


def begin_soon(job: Job, workers: int = 1) -> None:
    """Ask so many workers to begin at once; if the broker is away, the next tick begins."""
    task = f"invitations.tasks.{job}"
    with (
        current_app.connection_for_write(transport_options=AT_ONCE) as line,
        suppress(OperationalError, OSError, RedisError),
    ):
        for _worker in range(workers):
            current_app.send_task(task, expires=55, retry=False, connection=line)
