"""Whatever a test commits or deletes, the next one begins as the first did."""

from threading import Thread

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

from delegations.tests.rows import all_rows
from invitations.models import LetterTemplate, Rank, SavedPage
from invitations.tests.factories import InvitationFactory
from wsis_forum.tests import shipped_rows

pytestmark = pytest.mark.django_db(transaction=True)


def end_of_the_test():
    TransactionTestCase("__init__")._fixture_teardown()


def test_rows_that_a_test_commits_go_and_those_that_it_deletes_come_back():
    before = all_rows()
    InvitationFactory()
    Rank.objects.filter(code="VMIN").delete()
    LetterTemplate.objects.update(subject="Of this test alone")

    end_of_the_test()

    assert all_rows() == before
    assert Rank.objects.filter(code="VMIN").exists()


def test_a_test_that_empties_all_tables_leaves_them_as_it_found_them():
    before = all_rows()
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    assert all_rows() != before

    end_of_the_test()

    assert all_rows() == before


@pytest.mark.skipif(connection.vendor == "sqlite", reason="A server has a copy of its own there.")
def test_what_a_server_writes_while_rows_are_brought_back_goes_too(monkeypatch):
    before, invitation, read = all_rows(), InvitationFactory(), shipped_rows.rows_now
    late = [Thread(target=save_page, args=[invitation])]

    def rows_before_a_late_write():
        rows = read()
        if late:
            late[0].start()
            late.pop().join()
        return rows

    monkeypatch.setattr(shipped_rows, "rows_now", rows_before_a_late_write)
    end_of_the_test()

    assert not late
    assert all_rows() == before


def save_page(invitation):
    SavedPage.objects.create(invitation=invitation, status=403)
    connection.close()


def test_what_a_group_may_is_added_beside_what_was_brought_back():
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    end_of_the_test()
    readers = Group.objects.get(name="Readers")
    new = Permission.objects.exclude(group=readers).first()

    readers.permissions.add(new)

    assert new in readers.permissions.all()
