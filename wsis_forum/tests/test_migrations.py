"""A database that other first migrations made, and the marks by which they are told apart."""

import hashlib
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from wsis_forum import health

pytestmark = pytest.mark.django_db


def first_of(app):
    (file,) = Path(settings.BASE_DIR, app, "migrations").glob("0001_*.py")
    return file


@pytest.mark.parametrize("app", ["invitations", "delegations"])
def test_a_first_migration_bears_a_mark_of_what_it_makes(app):
    first = first_of(app)

    mark = hashlib.sha256(first.read_bytes()).hexdigest()[:8]

    assert first.stem == f"0001_initial_{mark}", "make migrations"


def test_a_database_that_another_version_made_is_refused_before_anything():
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("invitations", first_of("invitations").stem)
    recorder.record_applied("invitations", "0001_initial")
    recorder.record_unapplied("axes", "0010_accessattempt_expiration")
    before = set(recorder.applied_migrations())
    begin = "mv .*-before" if connection.vendor == "sqlite" else "DATABASE_URL name an empty one"

    with pytest.raises(CommandError, match=rf"Nothing was applied\. .*{begin}") as refused:
        call_command("migrate", verbosity=0)

    assert "\n" not in str(refused.value)
    assert set(recorder.applied_migrations()) == before
    assert health.reason_no_replies_are_taken() == "migrations"


def test_a_database_that_was_begun_here_goes_on():
    MigrationRecorder(connection).record_unapplied("delegations", "0003_search")

    assert health.reason_no_replies_are_taken() == "migrations"
    call_command("migrate", "--fake", verbosity=0)

    assert health.reason_no_replies_are_taken() == ""
