"""Whatever a test commits or deletes, the next one begins as the first did."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import TransactionTestCase

from delegations.tests.rows import all_rows
from invitations.models import LetterTemplate, Rank
from invitations.tests.factories import InvitationFactory

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


def test_what_a_group_may_is_added_beside_what_was_brought_back():
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    end_of_the_test()
    readers = Group.objects.get(name="Readers")
    new = Permission.objects.exclude(group=readers).first()

    readers.permissions.add(new)

    assert new in readers.permissions.all()
