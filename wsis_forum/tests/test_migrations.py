"""The road of a database that was made before the migrations were squashed."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from wsis_forum import health

pytestmark = pytest.mark.django_db

SQUASHED = {
    (app, name)
    for app in ("invitations", "delegations")
    for name in ("0001_initial", "0002_shipped_data")
}


@pytest.fixture
def earlier():
    """The record of migrations as the last of those that were squashed left it."""
    recorder = MigrationRecorder(connection)
    for app, name in MigrationLoader(connection).disk_migrations:
        if app in ("invitations", "delegations") and (app, name) not in SQUASHED:
            recorder.record_unapplied(app, name)
    return recorder


def test_an_earlier_database_goes_on_from_the_last_of_the_squashed_migrations(earlier, capsys):
    call_command("migrate", "--plan")

    planned = {line for line in capsys.readouterr().out.splitlines() if line[:1].isalpha()}
    assert {"invitations.0021_letter_waits_with", "delegations.0007_notices"} <= planned
    assert not planned & {f"{app}.{name}" for app, name in SQUASHED}
    assert health.why_no_replies() == "migrations"


@pytest.mark.parametrize(
    "last", [("invitations", "0020_session_hours"), ("delegations", "0006_sessions_approved")]
)
def test_a_database_that_has_not_seen_all_of_the_squashed_migrations_is_refused(earlier, last):
    earlier.record_unapplied(*last)

    with pytest.raises(CommandError, match=f"it lacks {last[0]}.{last[1]}. Nothing was applied"):
        call_command("migrate", verbosity=0)

    assert health.why_no_replies() == "migrations"


def test_a_database_older_than_all_squashed_migrations_is_refused_before_anything(earlier):
    for app, name in earlier.applied_migrations():
        if app in ("invitations", "delegations") and name != "0001_initial":
            earlier.record_unapplied(app, name)
    earlier.record_unapplied("axes", "0010_accessattempt_expiration")
    known = set(earlier.applied_migrations())

    with pytest.raises(CommandError, match=r"commit [0-9a-f]{12}"):
        call_command("migrate", verbosity=0)

    assert set(earlier.applied_migrations()) == known


def test_a_new_database_is_recorded_as_one_that_saw_each_earlier_migration():
    loader = MigrationLoader(connection)

    replaced = {one for migration in loader.replacements.values() for one in migration.replaces}
    assert ("invitations", "0003_state_aliases") in replaced
    assert replaced <= set(loader.applied_migrations)
