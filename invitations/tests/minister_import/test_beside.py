"""A newcomer beside a minister who is there: the successor, or a second addressee?"""

import pytest
from django.db import transaction

from invitations.letters.issuing import withdraw_invitation
from invitations.minister_import.remarks import remarks_on_entries
from invitations.minister_import.rules import check_rows
from invitations.models import Invitation
from invitations.tests import lists
from invitations.tests.factories import MemberStateFactory, MinisterFactory, UserFactory
from invitations.tests.lists import FLAVIA, RUPERT, as_csv, bring_in, people, read

ruritania, edition, run = lists.ruritania, lists.edition, lists.run

NEW = RUPERT | {"portfolio": "Ministre des communications numériques"}
ASKED = (
    "Ruritania has a minister already: Flavia Elphberg (Ministre des communications). Is Rupert"
    " Hentzau (line 2) the successor, or a second addressee? Of a successor the column “Replaces”"
    " says whom."
)


@transaction.atomic
def sentences(edition, *rows):
    entries, faults = check_rows(read(as_csv(*rows)), edition)
    assert faults == []
    return [remark.sentence for remark in remarks_on_entries(entries)]


def test_a_newcomer_beside_one_who_is_invited_is_asked_about(edition):
    bring_in(edition, FLAVIA)

    assert sentences(edition, NEW) == [ASKED]


def test_it_is_asked_too_where_the_only_one_of_the_rank_holds_no_invitation(edition):
    bring_in(edition, FLAVIA)
    withdraw_invitation(Invitation.objects.get(), UserFactory(), "Left office.")

    assert sentences(edition, NEW) == [ASKED]


@pytest.mark.parametrize(
    "cells", [{"replaces": "Flavia Elphberg"}, {"rank": "AMB"}, {"rank": "DPM", "portfolio": "X"}]
)
def test_who_says_whom_it_replaces_or_has_another_rank_is_not_asked_about(edition, cells):
    bring_in(edition, FLAVIA)

    assert ASKED not in sentences(edition, NEW | cells)
    assert not [one for one in sentences(edition, NEW | cells) if "addressee" in one]


def test_a_list_that_names_both_has_answered(edition):
    bring_in(edition, FLAVIA)

    assert sentences(edition, FLAVIA, NEW) == []


def test_each_newcomer_is_asked_about_whatever_the_portfolio(edition):
    bring_in(edition, FLAVIA)
    others = [
        FLAVIA | {"family_name": f"Hentzau {word}", "portfolio": f"Ministre de la {word}"}
        for word in ("pêche", "justice", "culture")
    ]

    found = sentences(edition, *others)

    assert len(found) == 3
    assert "Is Flavia Hentzau culture (line 4) the successor, or a second addressee?" in found[2]


def test_nobody_is_asked_about_where_several_are_there_and_none_is_invited(edition, ruritania):
    for name in ("Sapt", "Tarlenheim"):
        MinisterFactory(member_state=ruritania, family_name=name, portfolio="Communications")

    assert sentences(edition, NEW) == []


def test_who_has_left_office_and_who_is_of_another_state_are_nobody_to_ask_about(edition):
    bring_in(edition, FLAVIA)
    bring_in(edition, NEW | {"replaces": "Flavia Elphberg"})
    MemberStateFactory(iso2="XF", short_name="Freedonia")

    found = sentences(edition, FLAVIA | {"state": "XF", "family_name": "Firefly"})

    assert found == []


@pytest.mark.parametrize("rows", [1, 3])
def test_a_longer_list_asks_for_nothing_more(edition, rows, django_assert_num_queries):
    bring_in(edition, FLAVIA)
    with transaction.atomic():
        entries, _faults = check_rows(read(as_csv(*people(rows + 1)[1:])), edition)

        with django_assert_num_queries(1):
            remarks_on_entries(entries)


def test_the_command_says_it_too(run, edition):
    bring_in(edition, FLAVIA)

    assert ASKED in run(as_csv(NEW))
