import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from invitations.minister_import.importing import import_entries
from invitations.minister_import.rules import check_rows
from invitations.models import Minister, Rank
from invitations.tests import lists
from invitations.tests.factories import EditionFactory, MemberStateFactory
from invitations.tests.lists import FLAVIA, RUPERT, as_csv, as_xlsx, bring_in, people, read

ruritania, edition, run = lists.ruritania, lists.edition, lists.run


def test_one_bad_cell_and_nothing_is_written(run, capsys):
    with pytest.raises(CommandError) as refusal:
        run(as_csv(FLAVIA, RUPERT | {"state": "Atlantis", "gender": "w\x1b[31m"}))

    assert capsys.readouterr().err == (
        "Read as text in UTF-8, divided by commas.\n"
        "Line 3, column state, “Atlantis”: "
        "This code or name is not on the list of Member States of this system.\n"
        "Line 3, column gender, “w\ufffd[31m”: "
        "This holds signs that are no writing. Please type it anew.\n"
    )
    assert str(refusal.value) == "Nothing was written: 2 cells are refused."
    assert refusal.value.returncode == 1
    assert not Minister.objects.exists()


def test_dry_run_says_what_would_be_and_writes_nothing(run):
    assert run(as_csv(FLAVIA), "--dry-run") == (
        "Nothing was written: this file would give "
        "1 minister added, 0 changed, 0 unchanged; 1 draft invitation made.\n"
    )
    assert not Minister.objects.exists()


def test_workbook_is_imported_too(run):
    assert run(as_xlsx(FLAVIA | {"ref": 7, "principal": True})).startswith("1 minister added")
    assert Minister.objects.get().ref == "7"


def test_what_cannot_be_read_is_said_in_one_line(edition, tmp_path):
    path = tmp_path / "list.csv"
    with pytest.raises(
        CommandError, match=r"list\.csv cannot be read: No such file or directory\."
    ):
        call_command("import_ministers", path, "--edition", edition.symbol)
    path.write_bytes(as_csv(FLAVIA))
    with pytest.raises(CommandError, match=r"There is no edition with the code wsis-1894\."):
        call_command("import_ministers", path, "--edition", "wsis-1894")
    path.write_bytes(b"state\n")
    with pytest.raises(CommandError, match=r"list\.csv lacks a column that it needs: family_name"):
        call_command("import_ministers", path, "--edition", edition.symbol)


@pytest.mark.parametrize("count", [3, 30])
def test_checking_costs_the_same_queries_for_few_rows_and_many(
    edition, count, django_assert_num_queries
):
    bring_in(edition, *people(count))
    with transaction.atomic(), django_assert_num_queries(5):
        entries, faults = check_rows(read(as_csv(*people(count))), edition)
    with django_assert_num_queries(2):  # the savepoint alone
        import_entries(entries, edition)
    assert faults == []


@pytest.mark.parametrize("count", [3, 30])
def test_carrying_out_costs_few_queries_for_each_new_minister(
    edition, count, django_assert_max_num_queries
):
    with transaction.atomic(), django_assert_max_num_queries(5 + 2 + 9 * count):
        import_entries(check_rows(read(as_csv(*people(count))), edition)[0], edition)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has no row locks")
def test_two_imports_at_once_import_once():
    Rank.objects.get_or_create(code="MIN", defaults={"weight": 40, "form": "MIN"})
    MemberStateFactory(iso2="XR")
    edition = EditionFactory()
    rows = read(as_csv(*people(10)))
    at_once = threading.Barrier(2)

    def bring_in_and_count(_thread):
        at_once.wait()
        try:
            with transaction.atomic():
                entries, faults = check_rows(rows, edition)
                import_entries(entries, edition)
        finally:
            connection.close()
        return sum(entry.is_new for entry in entries), faults

    with ThreadPoolExecutor(2) as threads:
        done = sorted(threads.map(bring_in_and_count, range(2)))

    assert done == [(0, []), (10, [])]
    assert edition.invitations.principal().count() == 1
