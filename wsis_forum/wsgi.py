"""The web's processes, and how long each waits for a database that may never answer.

Workers and commands are not bound by it: their statements may take their time.
"""

import os
import select
from time import monotonic
from typing import Any

import psycopg2
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from psycopg2 import extensions

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wsis_forum.settings")

# PostgreSQL itself ends what takes longer, in words that say so.
LIMITS = "-c statement_timeout=12s -c lock_timeout=10s"
ANSWERS_WITHIN = 14  # seconds, for one answer; of a database that hangs none comes
# For so many seconds after that one is not waited for: the page of the fault is due.
SILENT_FOR, ASKED_FOR = 10, 1
# Of this process: until when the database counts as silent.
silence = {"until": 0.0}


def limit_waits(database: dict[str, Any]) -> None:
    """Bound what a request waits for this database, of Django's settings; SQLite has its own."""
    if not database["ENGINE"].endswith("postgresql"):
        return
    options = database["OPTIONS"]
    # A pooler takes no such words; there the role has them.
    if not database.get("DISABLE_SERVER_SIDE_CURSORS"):
        options["options"] = f"{LIMITS} {options.get('options', '')}".strip()
    extensions.set_wait_callback(wait_for_answer)


def wait_for_answer(connection: Any) -> None:
    """Wait until the connection is ready; raise OperationalError when no answer comes.

    The driver closes the connection then.
    """
    is_silent = monotonic() < silence["until"]
    stop_at = monotonic() + (ASKED_FOR if is_silent else ANSWERS_WITHIN)
    while (state := connection.poll()) != extensions.POLL_OK:
        ready = select.poll()
        ready.register(
            connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT
        )
        left = stop_at - monotonic()
        if left <= 0 or not ready.poll(left * 1000):
            silence["until"] = monotonic() + SILENT_FOR
            raise psycopg2.OperationalError(
                "The database has taken a question and does not answer."
            )
    silence["until"] = 0.0


limit_waits(settings.DATABASES["default"])
application = get_wsgi_application()
