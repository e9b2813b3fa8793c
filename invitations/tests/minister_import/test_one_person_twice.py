"""It is asked whether two names that are near to each other are one person in two spellings."""

import pytest

from invitations.minister_import.mistakes import MOST_COMPARED, are_near
from invitations.models import Minister
from invitations.tests import lists
from invitations.tests.factories import MemberStateFactory
from invitations.tests.lists import FLAVIA, RUPERT, bring_in, people
from invitations.tests.minister_import.test_remarks import sentences

ruritania, edition = lists.ruritania, lists.edition

SAID_TWICE = FLAVIA | {"given_name": "Flavya", "portfolio": "Minister of Communications"}
OF_BOTH = (
    "Lines 2 and 3 may name one person: Flavia Elphberg, Flavya Elphberg. If they do, leave one of"
    " them out."
)
ON_FILE = (
    "Line 2 is taken for a new person, Flavya Elphberg, and Flavia Elphberg is on file. If they"
    " are one, write the name as it is on file."
)


def test_two_lines_of_a_list_that_may_be_one_person_are_named(edition):
    assert sentences(edition, FLAVIA, SAID_TWICE) == [OF_BOTH]


def test_a_newcomer_who_may_be_on_file_in_another_spelling_is_named(edition):
    bring_in(edition, FLAVIA)
    Minister.objects.update(rank="DPM")

    assert sentences(edition, SAID_TWICE) == [ON_FILE]


def test_a_near_name_leaves_the_question_about_succession(edition):
    bring_in(edition, FLAVIA)

    told = sentences(edition, SAID_TWICE | {"portfolio": "Ministre des communications et postes"})

    assert told[0] == ON_FILE
    assert told[1].startswith("Ruritania has a minister already: Flavia Elphberg")


def test_whom_the_row_replaces_and_who_is_on_file_already_are_not_asked_about(edition):
    bring_in(edition, FLAVIA)
    daughter = SAID_TWICE | {"replaces": "Flavia Elphberg"}
    assert ON_FILE not in sentences(edition, daughter)
    bring_in(edition, SAID_TWICE)

    assert sentences(edition, FLAVIA, SAID_TWICE) == []


def test_namesakes_of_two_states_and_other_people_are_not_asked_about(edition):
    MemberStateFactory(iso2="XS")

    assert sentences(edition, FLAVIA, SAID_TWICE | {"state": "XS"}, RUPERT) == []


def test_a_list_of_more_people_than_a_government_has_is_not_searched(edition):
    rows = people(MOST_COMPARED)
    twice = rows[0] | {"family_name": "Elfberg 0", "portfolio": "Autre"}

    assert sentences(edition, *rows, twice) == []


@pytest.mark.parametrize(
    ("one", "other", "is_near"),
    [
        ("Mohamed Al-Saleh", "Mohammed Al Salih", True),
        ("Mohamed Alsaleh", "Mohamed Al-Saleh", True),
        ("Elphberg Flavia", "Flavia Elphberg", True),
        ("Łucja Elphberg", "Lucja Elphberg", True),
        ("YILDIZ Elphberg", "Y\u0131ld\u0131z Elphberg", True),
        ("Flavia Elphberg", "Rupert Hentzau", False),
        ("Flavia Elphberg", "Rudolf Elphberg", False),
        ("Rudolf Elphberg 1", "Rudolf Elphberg 2", False),
        ("王伟", "李伟", False),
        ("Mohammed Al Falasi", "Muhammad Al Falasi", True),
        ("Mohammed Al Falasi", "Falasi Mohamed", True),
        ("Heike Müller", "Heike Mueller", True),
        ("Flávia Elphberg", "Flavia Elphberg", True),
        ("Catherine Elphberg", "Katherine Elphberg", True),
        ("Nguyễn Văn Hùng", "Nguyễn Văn Dũng", False),
        ("Khalid bin Mohammed Al Thani", "Hamad bin Mohammed Al Thani", False),
        ("Li Qiang", "Li Jiang", False),
        ("김영호", "김영하", False),
        ("김 영호", "김 영하", False),
    ],
)
def test_names_are_near_by_their_words_or_letters(one, other, is_near):
    assert are_near(one, other) == is_near
