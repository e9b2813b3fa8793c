"""What an import asks a person to look at: what left already, who left office, likely mistakes."""

import datetime as dt

import pytest
from django.db import transaction
from django.utils import timezone

from invitations.letters.issuing import withdraw_invitation
from invitations.minister_import.remarks import FollowUp, remarks_on_entries
from invitations.minister_import.rules import check_rows
from invitations.models import Delivery, Invitation
from invitations.tests import lists
from invitations.tests.factories import (
    CircularFactory,
    DeliveryFactory,
    MemberStateFactory,
    MinisterFactory,
    UserFactory,
)
from invitations.tests.lists import FLAVIA, RUPERT, as_csv, bring_in, holding, people, read

ruritania, edition, run = lists.ruritania, lists.edition, lists.run


@transaction.atomic
def remarks(edition, *rows):
    entries, faults = check_rows(read(as_csv(*rows)), edition)
    assert faults == []
    return remarks_on_entries(entries)


def sentences(edition, *rows):
    return [remark.sentence for remark in remarks(edition, *rows)]


@pytest.fixture
def issue(edition, frozen_letter):
    """Put the one invitation in force; its letter has a delivery with these fields."""

    def act(**delivery):
        invitation = Invitation.objects.get()
        invitation.status, invitation.issued_at = "issued", timezone.now()
        invitation.save()
        circular = CircularFactory(edition=edition, reference="CL-27/1")
        letter = frozen_letter(invitation=invitation, circular=circular)
        return DeliveryFactory(letter=letter, address="old@example.org", **delivery)

    return act


LEFT = {"state": "handed_over", "handed_over_at": dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC)}


def test_a_changed_address_says_which_letter_left_when_and_to_whom(edition, issue):
    bring_in(edition, FLAVIA | {"to": "old@example.org"})
    issue(**LEFT)

    [remark] = remarks(edition, FLAVIA | {"to": "new@example.org"})

    assert remark.sentence == (
        "Line 2: the invitation of Flavia Elphberg is issued; the list has To “new@example.org” "
        "instead of “old@example.org”. What left already: invitation CL-27/1, on 1 February 2027 "
        "to old@example.org."
    )
    assert remark.follow_ups == (FollowUp.RESEND,)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"family_name": "Elphberg-Rassendyll"}, "family name “Elphberg-Rassendyll” instead of"),
        ({"rank": "DPM"}, "rank “DPM” instead of “MIN”"),
        ({"language": "ru"}, "language “Russian” instead of “French”"),
        ({"portfolio": "Ministre de la poste"}, "portfolio “Ministre de la poste” instead of"),
        ({"opening": "Madame,"}, "opening as printed “Madame,” instead of “–”"),
    ],
)
def test_changed_words_of_a_letter_that_left_are_told_with_the_replacement(
    edition, issue, cells, words
):
    bring_in(edition, FLAVIA | {"ref": "R-1"})
    issue(**LEFT)

    # Of a language alone it is doubted, besides, whether the function is in the new one.
    remark, *_doubt = remarks(edition, FLAVIA | {"ref": "R-1"} | cells)

    assert words in remark.sentence
    assert remark.follow_ups == (FollowUp.REPLACE,)


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        ({}, "Nothing has left yet: invitation CL-27/1 waits for old@example.org."),
        ({"state": "failed"}, "No letter has left for this office yet."),
        ({"state": "uncertain"}, "What left already: invitation CL-27/1, old@example.org."),
    ],
)
def test_what_has_not_left_or_may_have_left_is_told_so(edition, issue, delivery, words):
    bring_in(edition, FLAVIA | {"to": "old@example.org"})
    issue(**delivery)

    [sentence] = sentences(edition, FLAVIA | {"to": "new@example.org"})

    assert sentence.endswith(words)


def test_a_draft_and_an_unchanged_row_are_passed_over(edition, issue):
    row = FLAVIA | {"to": "old@example.org"}
    bring_in(edition, row)
    assert sentences(edition, row | {"to": "new@example.org"}) == []

    issue(**LEFT)
    assert sentences(edition, row) == []
    assert sentences(edition, row | {"ref": "R-1"}) == []


@pytest.mark.parametrize("count", [3, 30])
def test_what_left_costs_the_same_queries_for_few_rows_and_many(
    edition, count, frozen_letter, django_assert_num_queries
):
    bring_in(edition, *people(count))
    Invitation.objects.update(status="issued", issued_at=timezone.now())
    for invitation in Invitation.objects.all():
        DeliveryFactory(letter=frozen_letter(invitation=invitation), **LEFT)
    rows = [row | {"to": f"{n}@example.org"} for n, row in enumerate(people(count))]

    with transaction.atomic():
        entries, _faults = check_rows(read(as_csv(*rows)), edition)
        with django_assert_num_queries(2):
            assert len(remarks_on_entries(entries)) == count


def test_a_courtesy_or_title_within_a_name_is_told(edition):
    rows = [
        FLAVIA | {"given_name": "H.E. Ms. Flavia"},
        RUPERT | {"given_name": "Dr. Rupert"},
        people(1)[0],
    ]

    assert sentences(edition, *rows) == [
        "Lines 2–3 have a courtesy or title in a name (H.E., Ms., Dr.), and letters print it"
        " beside their own: move it to “Courtesy as printed, Pre-nominal”, or leave it out."
    ]


# Who left office


def test_a_successor_beside_the_principal_invitation_of_who_left_is_told_each_time(edition):
    bring_in(edition, FLAVIA)
    row = holding(FLAVIA, replaces="Flavia Elphberg")
    sentence = (
        "Line 2: Rupert Hentzau replaces Flavia Elphberg, whose principal invitation (draft) "
        "goes on. The State’s answer and the reminders follow it, and Rupert Hentzau is invited "
        "by courtesy only, until a person hands it over."
    )
    [remark] = remarks(edition, row)
    assert (remark.sentence, remark.follow_ups) == (sentence, (FollowUp.HAND_OVER,))

    bring_in(edition, row)

    assert sentences(edition, row) == [sentence]
    assert [one.minister.name for one in Invitation.objects.of_persons_out_of_office()] == [
        "Flavia Elphberg"
    ]


def test_who_left_office_without_a_live_invitation_needs_no_person(edition):
    bring_in(edition, FLAVIA)
    row = holding(FLAVIA, replaces="Flavia Elphberg")
    bring_in(edition, row)

    flavia = Invitation.objects.get(minister__given_name="Flavia")
    withdraw_invitation(flavia, UserFactory(), "A change of government.")

    assert sentences(edition, row) == []
    assert not Invitation.objects.of_persons_out_of_office().exists()


# What may be wrong


def test_an_address_of_two_states_is_told(edition, ruritania):
    MinisterFactory(
        member_state=MemberStateFactory(iso2="XS", short_name="Strelsau"),
        to_emails="other@example.org\nOffice@example.org",
    )

    told = sentences(edition, FLAVIA | {"to": "office@example.org", "cc": "own@example.org"})

    assert told == [
        "office@example.org is the address of several States: Ruritania (line 2), Strelsau. "
        "Is this meant?"
    ]


def test_ministers_of_one_state_may_share_an_address(edition):
    shared = {"to": "office@example.org"}
    assert sentences(edition, FLAVIA | shared, RUPERT | shared) == []


def test_names_in_capitals_are_told_in_one_sentence(edition):
    rows = [
        FLAVIA | {"family_name": "ELPHBERG"},
        RUPERT | {"given_name": "R."},
        RUPERT | {"given_name": "RUDOLF", "portfolio": "Autre"},
    ]

    assert sentences(edition, *rows) == [
        "Lines 2, 4 have names in capitals only, and letters print them so: correct them unless "
        "this is meant."
    ]
    bring_in(edition, *rows)
    assert sentences(edition, *rows) == []


def test_a_language_that_changes_without_the_function_is_told(edition):
    bring_in(edition, FLAVIA | {"language": "fr"}, RUPERT | {"language": "fr"})
    with_function = RUPERT | {"language": "es", "portfolio": "Ministro de Estado"}

    told = sentences(edition, FLAVIA | {"language": "es"}, with_function)

    assert told == [
        "Line 2 changes the language and leaves the function as it is: look whether its words are "
        "in the new one."
    ]


# In the command


def test_the_command_says_what_may_follow(run, edition, issue):
    bring_in(edition, FLAVIA | {"to": "old@example.org"})
    issue(**LEFT)
    changed = FLAVIA | {"to": "new@example.org", "portfolio": "Ministre de la poste"}

    for options in (["--dry-run"], []):
        told = run(as_csv(changed), *options)

        assert "What left already: invitation CL-27/1, on 1 February 2027" in told
        assert (
            "What may follow: send the letter to the new address, replace the letter by a "
            "replacement circular." in told
        )
    assert Delivery.objects.count() == 1


@pytest.fixture
def guineas(db):
    names = {"GIN": "Guinea", "GNB": "Guinea-Bissau", "PNG": "Papua New Guinea"}
    for number, (iso3, name) in enumerate(names.items()):
        MemberStateFactory(iso2=f"X{number}", iso3=iso3, short_name=name)


def test_a_name_that_others_are_called_by_is_taken_and_the_others_are_named(edition, guineas):
    sentence = (
        "Line 2 is taken for Guinea (GIN). Is one of these meant:"
        " Guinea-Bissau (GNB), Papua New Guinea (PNG)?"
    )

    assert sentences(edition, FLAVIA | {"state": "Guinea"}) == [sentence]


def test_who_writes_the_code_or_names_a_person_on_file_is_asked_nothing(edition, guineas):
    assert sentences(edition, FLAVIA | {"state": "GIN"}) == []
    bring_in(edition, FLAVIA | {"state": "GIN"})

    assert sentences(edition, FLAVIA | {"state": "Guinea", "rank": "HOG"}) == []
