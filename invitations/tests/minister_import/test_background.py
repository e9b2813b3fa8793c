import datetime as dt
import io

import pytest
from auditlog.models import LogEntry
from django.contrib.admin.models import ADDITION, CHANGE
from django.contrib.admin.models import LogEntry as AdminEntry
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone, translation

from invitations import tasks
from invitations.audit import acting_user
from invitations.letters.issuing import withdraw_invitation
from invitations.minister_import import background
from invitations.minister_import.background import (
    ask_for_import,
    import_lists,
    marks_by_line,
    rows_written,
)
from invitations.minister_import.importing import import_entries
from invitations.minister_import.rules import check_rows
from invitations.minister_import.table import read_table
from invitations.models import ForumEdition, Invitation, ListImport, Minister, Setback, Tick
from invitations.setbacks import MOST_ATTEMPTS, note_vanished_worker
from invitations.tests import lists
from invitations.tests.factories import UserFactory
from invitations.tests.lists import FLAVIA, RUPERT, as_csv, bring_in, people, principals
from invitations.times.jobs import Job

ruritania, edition = lists.ruritania, lists.edition
State = ListImport.State
ADDED = "2 ministers added, 0 changed, 0 unchanged; 2 draft invitations made."


@pytest.fixture
def redis_away(settings):
    """Nobody listens at the port of the cache."""
    backend = "wsis_forum.backends.RedisOrOwnMemory"
    away = {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = settings.CACHES | {"default": away}


@pytest.fixture
def asked(edition):
    def ask(*rows):
        content = as_csv(*(rows or (FLAVIA, RUPERT)))
        person = UserFactory(is_superuser=True)
        return ask_for_import(content, "ministers.csv", len(rows) or 2, edition, person)

    return ask


def test_who_asked_for_a_list_acts_in_no_later_job_of_the_worker(asked):
    wanted = asked()

    import_lists()

    changed = LogEntry.objects.get_for_objects(Minister.objects.all())
    assert {entry.actor for entry in changed} == {wanted.asked_by}
    assert acting_user() is None


@pytest.mark.parametrize("lost", ["is_superuser", "is_active"])
def test_who_lost_the_right_meanwhile_imports_nothing(asked, lost):
    wanted = asked()
    type(wanted.asked_by).objects.update(**{lost: False})

    import_lists()

    wanted.refresh_from_db()
    assert wanted.state == State.REFUSED
    assert "may not import ministers any more" in wanted.told
    assert not Minister.objects.exists()


def test_a_list_that_waits_is_imported_and_its_file_goes(asked):
    wanted = asked()

    assert import_lists() == 1

    wanted.refresh_from_db()
    assert (wanted.state, wanted.content) == (State.DONE, None)
    assert wanted.told.splitlines() == [ADDED, "Read as text in UTF-8, divided by commas."]
    assert wanted.began_at <= wanted.ended_at
    assert Minister.objects.count() == 2


def test_its_ministers_are_the_work_of_who_asked(asked):
    wanted = asked(FLAVIA)

    import_lists()

    assert {entry.actor for entry in LogEntry.objects.get_for_objects(Minister.objects.all())} == {
        wanted.asked_by
    }


def test_the_history_in_the_admin_is_that_of_a_short_list(asked):
    bring_in(ForumEdition.objects.get(), RUPERT)
    wanted = asked(FLAVIA, RUPERT | {"rank": "HOG"})

    import_lists()

    history = AdminEntry.objects.filter(user=wanted.asked_by).order_by("action_flag")
    assert [(row.action_flag, row.change_message) for row in history] == [
        (ADDITION, "new through import_export"),
        (CHANGE, "update through import_export"),
    ]


def test_a_second_run_finds_nothing_to_do(asked):
    asked()
    import_lists()

    assert import_lists() == 0
    assert Minister.objects.count() == 2


def test_a_list_whose_cells_are_refused_says_which_and_writes_nothing(asked):
    wanted = asked(FLAVIA, RUPERT | {"state": "Atlantis"})

    assert import_lists() == 1

    wanted.refresh_from_db()
    assert (wanted.state, wanted.content) == (State.REFUSED, None)
    assert wanted.told == (
        "Line 3, column state, “Atlantis”: "
        "This code or name is not on the list of Member States of this system."
    )
    assert not Minister.objects.exists()


def confirmed(wanted):
    """Note what the rows change now, as the page does that shows them."""
    table = read_table(io.BytesIO(wanted.content), wanted.file_name)
    with transaction.atomic():
        entries, _faults = check_rows(table.rows, wanted.edition)
    ListImport.objects.filter(pk=wanted.pk).update(seen=marks_by_line(entries))
    return wanted


def edited(**values):
    minister = Minister.objects.get(given_name="Rupert")
    for name, value in values.items():
        setattr(minister, name, value)
    minister.save()


def test_what_a_colleague_has_changed_since_the_list_was_confirmed_is_not_overwritten(asked):
    bring_in(ForumEdition.objects.get(), RUPERT)
    wanted = confirmed(asked(FLAVIA, RUPERT | {"to": "listed@example.org"}))
    edited(to_emails="typed@example.org")

    import_lists()

    wanted.refresh_from_db()
    assert (wanted.state, wanted.content, wanted.seen) == (State.REFUSED, None, {})
    assert wanted.told.splitlines() == [
        "Nothing was written: the data changed since the preview. Import it again.",
        "Line 3: what the list does for Rupert Hentzau has changed since it was confirmed.",
    ]
    assert Minister.objects.get().to_emails == "typed@example.org"


@pytest.mark.parametrize("values", [{"portfolio": "Ministre"}, {"to_emails": "listed@example.org"}])
def test_what_the_list_leaves_alone_or_says_too_may_be_changed_meanwhile(asked, values):
    bring_in(ForumEdition.objects.get(), RUPERT)
    row = RUPERT | {"portfolio": ""}
    wanted = confirmed(asked(row | {"to": "listed@example.org"}))
    edited(**values)

    import_lists()

    wanted.refresh_from_db()
    assert (wanted.state, wanted.seen) == (State.DONE, {})
    minister = Minister.objects.get()
    assert minister.to_emails == "listed@example.org"
    assert minister.portfolio == values.get("portfolio", RUPERT["portfolio"])


def test_who_was_new_and_was_entered_by_hand_meanwhile_is_not_overwritten(asked):
    wanted = confirmed(asked(FLAVIA, RUPERT))
    bring_in(ForumEdition.objects.get(), RUPERT | {"portfolio": "Ministre de l’intérieur"})

    import_lists()

    wanted.refresh_from_db()
    assert "Line 3: what the list does for Rupert Hentzau" in wanted.told
    assert Minister.objects.get().portfolio == "Ministre de l’intérieur"


def test_who_was_withdrawn_since_the_list_was_confirmed_is_not_invited_anew(asked):
    bring_in(ForumEdition.objects.get(), RUPERT)
    wanted = confirmed(asked(FLAVIA, RUPERT))
    withdraw_invitation(Invitation.objects.get(), UserFactory(), "Invited by mistake.")

    import_lists()

    wanted.refresh_from_db()
    assert "Line 3: what the list does for Rupert Hentzau" in wanted.told
    assert Invitation.objects.get().status == "withdrawn"


def test_who_became_principal_since_the_list_was_confirmed_without_its_being_seen_is_not(asked):
    bring_in(ForumEdition.objects.get(), RUPERT)
    wanted = confirmed(asked(FLAVIA))
    withdraw_invitation(Invitation.objects.get(), UserFactory(), "Invited by mistake.")

    import_lists()

    wanted.refresh_from_db()
    assert wanted.told.splitlines()[1].startswith("Line 2: what the list does for Flavia Elphberg")
    assert Invitation.objects.get().status == "withdrawn"


def test_who_was_to_be_principal_is_not_invited_by_courtesy_unseen(asked):
    wanted = confirmed(asked(FLAVIA))
    bring_in(ForumEdition.objects.get(), RUPERT)

    import_lists()

    wanted.refresh_from_db()
    assert wanted.state == State.REFUSED
    assert principals() == ["Rupert"]
    assert Invitation.objects.count() == 1


def test_sentences_are_in_the_language_of_who_asked(asked):
    with translation.override("fr"):
        wanted = asked(FLAVIA | {"state": ""})

    import_lists()

    wanted.refresh_from_db()
    assert "aucun État" in wanted.told


def test_a_list_that_is_being_imported_is_left_to_its_worker(asked):
    wanted = asked()
    ListImport.objects.update(state=State.RUNNING, began_at=timezone.now())

    assert import_lists() == 0
    assert background.import_list(wanted.pk) == 0


def test_a_list_whose_worker_has_vanished_is_taken_up_again(asked):
    asked()
    ListImport.objects.update(
        state=State.RUNNING, began_at=timezone.now() - dt.timedelta(minutes=11)
    )

    assert import_lists() == 1
    assert Minister.objects.count() == 2
    assert not Setback.objects.exists()


def test_a_list_is_imported_and_counts_no_attempt_while_redis_is_away(asked, redis_away):
    wanted = asked(*people(40))

    assert import_lists() == 1

    wanted.refresh_from_db()
    assert wanted.state == State.DONE
    assert Minister.objects.count() == 40
    assert not Setback.objects.exists()


def test_the_page_of_a_list_shows_while_redis_is_away(asked, redis_away):
    wanted = asked()
    wanted.state = State.RUNNING

    assert background.rows_written(wanted) == 0


def test_a_worker_that_was_given_up_writes_nothing(asked):
    wanted = asked()
    ListImport.objects.update(state=State.RUNNING, began_at=timezone.now())
    wanted.refresh_from_db()
    ListImport.objects.update(began_at=timezone.now())  # by the worker that took it up again

    with pytest.raises(background.TakenByAnother):
        background.write(wanted)

    assert not Minister.objects.exists()


def test_a_refusal_of_a_list_that_was_taken_up_elsewhere_is_no_failure(asked, monkeypatch):
    wanted = asked()
    later = timezone.now() + dt.timedelta(minutes=11)

    def refuse_late(_wanted):
        ListImport.objects.update(began_at=later)
        raise ValidationError("Refused.")

    monkeypatch.setattr(background, "write", refuse_late)

    assert import_lists() == 0

    wanted.refresh_from_db()
    assert (wanted.state, wanted.began_at) == (State.RUNNING, later)
    assert not Setback.objects.exists()


@pytest.fixture
def fails(monkeypatch):
    """The import of Flavia fails by no fault of a list."""

    def fail(entries, *args, **kwargs):
        if any("Flavia" in entry.name for entry in entries):
            raise ZeroDivisionError
        return import_entries(entries, *args, **kwargs)

    monkeypatch.setattr(background, "import_entries", fail)


def attempt():
    """Begin what is due once its pause is over."""
    Setback.objects.update(again_at=timezone.now())
    return import_lists()


def test_a_list_that_fails_again_and_again_is_refused_in_the_end(asked, fails):
    wanted = asked(FLAVIA)

    for _attempt in range(MOST_ATTEMPTS):
        assert attempt() == 0
        wanted.refresh_from_db()
        assert wanted.state == State.WAITING
    assert attempt() == 1

    wanted.refresh_from_db()
    assert (wanted.state, wanted.content) == (State.REFUSED, None)
    assert wanted.told.startswith("Nothing was written: the import failed several times")
    assert not Minister.objects.exists()
    assert not Setback.objects.exists()


def test_a_list_that_fails_stops_no_other(asked, fails):
    asked(FLAVIA)
    good = asked(RUPERT)

    assert import_lists() == 1

    good.refresh_from_db()
    assert good.state == State.DONE


def test_a_list_that_takes_each_worker_with_it_is_refused_in_the_end(asked):
    wanted = asked()

    for _attempt in range(MOST_ATTEMPTS):
        long_ago = timezone.now() - dt.timedelta(minutes=11)
        ListImport.objects.update(state=State.RUNNING, began_at=long_ago)
        note_vanished_worker(Job.IMPORT_LISTS, str(wanted.pk))
    import_lists()

    wanted.refresh_from_db()
    assert wanted.state == State.REFUSED


def test_a_long_refusal_says_how_many_faults_there_are(asked):
    wanted = asked(*(row | {"state": "Atlantis"} for row in people(201)))

    import_lists()

    wanted.refresh_from_db()
    first, *others = wanted.told.splitlines()
    assert first == "Faults shown: 200 of 201."
    assert len(others) == 200


def test_a_file_that_is_no_list_is_refused_and_the_others_are_imported(asked):
    broken = asked()
    ListImport.objects.filter(pk=broken.pk).update(content=b"state\nXR\n")
    asked(FLAVIA)

    assert import_lists() == 2

    broken.refresh_from_db()
    assert broken.state == State.REFUSED
    assert "lacks a column that it needs" in broken.told
    assert Minister.objects.count() == 1


def test_the_progress_is_seen_while_rows_are_written(asked):
    wanted = asked(*people(25))
    ListImport.objects.update(state=State.RUNNING, began_at=timezone.now())
    wanted.refresh_from_db()
    assert rows_written(wanted) == 0

    written = background.progress_of(wanted.pk)
    for rows in range(1, 26):
        written(rows)

    assert rows_written(wanted) == 20


def test_the_clock_and_a_command_import_what_waits(asked, capsys):
    asked(FLAVIA)
    tasks.import_lists()
    asked(RUPERT)
    call_command("import_lists")

    assert Minister.objects.count() == 2
    assert capsys.readouterr().out == "1 list imported or refused.\n"
    assert Tick.objects.get(name="import_lists").did == 1
    assert not Setback.objects.exists()
