"""The road of a database that was made before the migrations were squashed."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from wsis_forum import health

pytestmark = pytest.mark.django_db


@pytest.fixture
def earlier():
    """The record of migrations as their last version before the squash left it."""
    recorder = MigrationRecorder(connection)
    for app in ("invitations", "delegations"):
        recorder.record_unapplied(app, "0002_shipped_data")
    return recorder


def test_an_earlier_database_has_nothing_to_apply_and_is_recorded_as_migrated(earlier, capsys):
    before = health.why_no_replies()

    call_command("migrate", "--check")
    call_command("migrate")

    assert "No migrations to apply." in capsys.readouterr().out
    assert (before, health.why_no_replies()) == ("migrations", "")


def test_a_database_that_is_not_at_the_last_of_the_earlier_migrations_is_refused(earlier):
    earlier.record_unapplied("invitations", "0015_whose_mail_it_says_it_is")
    earlier.record_unapplied("delegations", "0007_who_reads_faults")
    for app, name in MigrationLoader(connection).disk_migrations:
        if app in ("invitations", "delegations") and name != "0001_initial":
            earlier.record_unapplied(app, name)

    with pytest.raises(ValueError, match="app 'invitations' isn't installed"):
        call_command("migrate", verbosity=0)

    assert health.why_no_replies() == "migrations"
