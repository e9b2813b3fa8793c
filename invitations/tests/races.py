"""Two or more at once, each with a connection of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction

from wsis_forum.celery import app


def at_once(*jobs):
    """Run the jobs at the same moment, each on a connection of its own."""
    start = threading.Barrier(len(jobs))

    def run(job):
        try:
            start.wait(timeout=10)
            return job()
        except ValidationError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


def before_the_commit_of(change, act):
    """Let the change be written, then begin the act; commit once the act waits, or is done.

    Return what the act returned.
    """
    written, acted = threading.Event(), threading.Event()

    def write():
        with transaction.atomic():
            change()
            written.set()
            acted.wait(timeout=0.5)

    def act_then():
        written.wait(timeout=10)
        try:
            return act()
        finally:
            acted.set()

    return at_once(write, act_then)[1]


def ends_within(seconds, thread):
    thread.join(timeout=seconds)
    return not thread.is_alive()


def on_the_side(job, results):
    """Start the job in a thread that leaves its result in ``results``."""

    def run():
        try:
            results.append(job())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def database_url():
    db = connection.settings_dict
    account = f"{db['USER']}:{db['PASSWORD']}" if db["PASSWORD"] else db["USER"]
    return f"postgres://{account}@{db['HOST']}:{db['PORT'] or 5432}/{db['NAME']}"


def tick(task, queue):
    with app.connection_for_write() as broker:
        task.apply_async(queue=queue, connection=broker)


def end_other_sessions():
    """All but that of this thread, which is closed too; another thread may end that one first."""
    with suppress(OperationalError), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()
