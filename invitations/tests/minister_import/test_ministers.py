import pytest
from django.core.exceptions import ValidationError

from invitations.letters.issuing import withdraw_invitation
from invitations.minister_import.columns import COLUMNS
from invitations.minister_import.newcomers import with_portfolio
from invitations.models import Invitation, MemberState, Minister
from invitations.tests import lists
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    UserFactory,
)
from invitations.tests.lists import (
    FLAVIA,
    RUPERT,
    as_csv,
    bring_in,
    faults_of,
    holding,
    principals,
    reason,
)

MAIL = "office@example.org"

ruritania, edition, run = lists.ruritania, lists.edition, lists.run


# The import


def test_row_makes_a_minister_and_a_draft_invitation(edition, ruritania):
    cells = (
        dict.fromkeys(COLUMNS, "")
        | FLAVIA
        | {
            "honorific": "Son Excellence",
            "gender": "F",
            "rank": "dpm",
            "language": "zh",
            "second_language": "FR",
            "to": "office@example.org; cabinet@example.org",
            "cc": "mission@example.org",
            "focal_point_name": "Fritz von Tarlenheim",
            "focal_point_email": "fritz@example.org",
            "ref": "R-7",
        }
    )
    bring_in(edition, cells)

    minister = Minister.objects.get(ref="R-7")
    assert (minister.member_state, minister.name) == (ruritania, "Flavia Elphberg")
    assert (minister.name_key, minister.honorific) == ("flavia elphberg", "Son Excellence")
    assert (minister.address_gender, minister.rank_id) == ("f", "DPM")
    assert (minister.language, minister.second_language) == ("zh-hans", "fr")
    assert minister.to_emails == "office@example.org\ncabinet@example.org"
    assert minister.cc_emails == "mission@example.org"
    invitation = minister.invitations.get()
    assert (invitation.edition, invitation.status) == (edition, Invitation.Status.DRAFT)
    assert invitation.is_principal
    assert invitation.focal_point_email == "fritz@example.org"
    assert invitation.links.count() == 1


def test_what_a_new_row_does_not_say_comes_from_the_state(edition):
    bring_in(edition, FLAVIA)

    minister = Minister.objects.get()
    assert (minister.language, minister.rank_id, minister.address_gender) == ("fr", "MIN", "x")
    assert (minister.to_emails, minister.second_language) == ("", "")


def test_name_in_its_own_script_alone_is_a_name(edition):
    bring_in(edition, FLAVIA | {"given_name": "", "family_name": "", "name_in_script": "فلافيا"})
    assert Minister.objects.get().name == "فلافيا"


def test_state_that_is_not_invited_by_default_may_be_listed(edition, ruritania):
    MemberState.objects.update(invited_by_default=False)
    bring_in(edition, FLAVIA)
    assert Invitation.objects.get().member_state == ruritania


def test_same_file_twice_changes_nothing(run):
    content = as_csv(
        FLAVIA | {"ref": "R-1", "to": "a@example.org b@example.org", "principal": "yes"},
        RUPERT | {"focal_point_email": "fritz@example.org"},
    )
    assert run(content) == (
        "2 ministers added, 0 changed, 0 unchanged; 2 draft invitations made.\n"
    )
    before = list(Minister.objects.values()), list(Invitation.objects.values())

    assert run(content) == (
        "0 ministers added, 0 changed, 2 unchanged; 0 draft invitations made.\n"
    )
    assert (list(Minister.objects.values()), list(Invitation.objects.values())) == before


def test_line_ends_of_a_browser_are_no_change(edition):
    row = FLAVIA | {"to": "a@example.org b@example.org"}
    bring_in(edition, row)
    Minister.objects.update(to_emails="a@example.org\r\nb@example.org\r\n")

    [entry] = bring_in(edition, row)

    assert not entry.is_changed


def test_changed_cells_are_written_and_empty_ones_leave_what_is_on_file(edition):
    bring_in(edition, FLAVIA | {"ref": "R-1", "to": "a@example.org", "gender": "f"})

    changed = FLAVIA | {"ref": "R-1", "family_name": "Elphberg-Rassendyll", "to": "", "gender": ""}
    [entry] = bring_in(edition, changed)

    minister = Minister.objects.get()
    assert entry.is_changed
    assert (minister.name_key, minister.to_emails) == (
        "flavia elphberg rassendyll",
        "a@example.org",
    )
    assert minister.address_gender == "f"


def test_person_is_known_by_name_whatever_its_accents_and_then_has_the_ref(edition):
    bring_in(edition, FLAVIA)

    bring_in(edition, FLAVIA | {"given_name": "FLÀVIA", "ref": "R-1"})

    assert Minister.objects.get().ref == "R-1"


def test_a_person_is_known_by_an_apostrophe_of_any_kind(edition):
    bring_in(edition, FLAVIA | {"family_name": "d’Elphberg"})
    Minister.objects.update(name_key="flavia d\u02bcelphberg")  # as an earlier version kept it

    for typed in ("d'Elphberg", "d\u02bcElphberg", "d‘Elphberg"):
        [entry] = bring_in(edition, FLAVIA | {"family_name": typed})
        assert not entry.is_new


def two_by_their_apostrophes(edition, **cells):
    """Two people whom an earlier version kept apart by their apostrophes; the first has left."""
    bring_in(edition, FLAVIA | {"family_name": "d’Elphberg"} | cells)
    Minister.objects.update(name_key="flavia d\u02bcelphberg", family_name="d\u02bcElphberg")
    first = Minister.objects.get()
    words = {"family_name": "d’Elphberg", "portfolio": first.portfolio}
    return first, MinisterFactory(member_state=first.member_state, **words)


def test_two_on_file_under_one_name_are_told_apart_by_their_refs(edition):
    two_by_their_apostrophes(edition, ref="R-1")

    [entry] = bring_in(edition, FLAVIA | {"family_name": "d’Elphberg", "ref": "R-1", "to": MAIL})

    assert (entry.minister.ref, entry.minister.to_emails) == ("R-1", MAIL)


def test_of_two_on_file_under_one_name_without_a_ref_one_is_to_go(edition):
    first, second = two_by_their_apostrophes(edition)
    row = FLAVIA | {"family_name": "d’Elphberg", "to": MAIL}

    assert reason(edition, row) == (
        f"Another person of this name is on file, without a ref: {with_portfolio(second)}. If they"
        " are one, enter on the page of the one that is to go the other as the successor."
    )

    Minister.objects.filter(pk=first.pk).update(successor=second)
    [entry] = bring_in(edition, row)
    assert entry.minister == second


def test_who_has_an_older_key_than_a_namesake_is_saved_and_renamed_at_the_desk(edition):
    first, _second = two_by_their_apostrophes(edition)
    first.to_emails = MAIL

    first.full_clean()
    first.save()
    first.given_name = "FLAVIA"
    with pytest.raises(ValidationError, match="has a minister of that name"):
        first.full_clean()
    first.given_name = "Antoinette"
    first.full_clean()
    assert first.name_key == "antoinette d elphberg"


def test_nobody_takes_the_name_of_who_has_left_office(edition):
    bring_in(edition, FLAVIA | {"ref": "R-1"})
    bring_in(edition, holding(FLAVIA, ref="R-2", replaces="R-1"))

    again = FLAVIA | {"ref": "R-3", "replaces": "R-2"}
    assert "on file under the ref “R-1”" in reason(edition, again)


def test_person_without_ref_in_the_file_keeps_the_one_on_file(edition):
    bring_in(edition, FLAVIA | {"ref": "R-1"})
    bring_in(edition, FLAVIA)
    assert Minister.objects.get().ref == "R-1"


def test_name_on_file_under_another_ref_is_refused(edition):
    bring_in(edition, FLAVIA | {"ref": "R-1"})

    sentence = "A person of this name is on file under the ref “R-1”."
    assert reason(edition, FLAVIA | {"ref": "R-2", "portfolio": "Autre"}) == sentence


@pytest.mark.parametrize(
    "again",
    [FLAVIA, FLAVIA | {"ref": "R-2"}, RUPERT | {"ref": "R-1"}],
)
def test_second_row_for_one_person_is_refused(edition, again):
    rows = [FLAVIA | {"ref": "R-1"}, again | {"portfolio": "Autre"}]

    sentence = "This person stands in line 2 already."
    assert faults_of(edition, *rows) == [(3, "family_name", sentence)]


def test_same_name_in_two_states_is_two_people(edition):
    MemberStateFactory(iso2="XS")
    bring_in(edition, FLAVIA, FLAVIA | {"state": "XS"})
    assert Minister.objects.count() == 2


# Succession


def test_other_name_in_the_same_portfolio_is_refused(edition):
    bring_in(edition, FLAVIA)

    sentence = "Flavia Elphberg holds this portfolio: say whom the row replaces."
    newcomer = RUPERT | {"portfolio": "MINISTRE DES COMMUNICATIONS"}
    assert faults_of(edition, newcomer) == [(2, "portfolio", sentence)]
    assert faults_of(edition, RUPERT, FLAVIA, newcomer | {"given_name": "Rudolf"}) == [
        (4, "portfolio", sentence)
    ]


def test_two_newcomers_to_one_portfolio_are_refused(edition):
    sentence = "Flavia Elphberg holds this portfolio: say whom the row replaces."
    assert reason(edition, FLAVIA, RUPERT | {"portfolio": FLAVIA["portfolio"]}) == sentence


def test_ministers_may_exchange_their_portfolios(edition):
    bring_in(edition, FLAVIA, RUPERT)

    bring_in(
        edition,
        FLAVIA | {"portfolio": RUPERT["portfolio"]},
        RUPERT | {"portfolio": FLAVIA["portfolio"]},
    )

    assert Minister.objects.get(given_name="Flavia").portfolio == RUPERT["portfolio"]


def test_rows_without_portfolio_contend_for_none(edition):
    printed = {"portfolio": "", "name_as_printed": "S.E."}
    bring_in(edition, FLAVIA | printed, RUPERT | printed)
    assert Minister.objects.count() == 2


@pytest.mark.parametrize("named", ["R-1", "Flavia ELPHBERG"])
def test_replaced_minister_has_a_successor_and_keeps_the_invitation(edition, named):
    bring_in(edition, FLAVIA | {"ref": "R-1"})

    bring_in(edition, holding(FLAVIA, replaces=named))

    old, new = Minister.objects.order_by("pk")
    assert old.successor == new
    assert old.invitations.get().is_principal
    assert not new.invitations.get().is_principal


def test_replacement_twice_changes_nothing(edition):
    bring_in(edition, FLAVIA)
    row = holding(FLAVIA, replaces="Flavia Elphberg")
    bring_in(edition, row)

    [entry] = bring_in(edition, row)

    assert not entry.is_new
    assert not entry.is_changed


def test_minister_on_file_may_replace_another(edition):
    bring_in(edition, FLAVIA, RUPERT)

    entry, *_ = bring_in(edition, holding(FLAVIA, replaces="Flavia Elphberg"))

    assert entry.is_changed
    assert Minister.objects.get(given_name="Flavia").successor == entry.minister


def test_a_ref_in_full_width_signs_finds_who_is_replaced(edition):
    bring_in(edition, FLAVIA | {"ref": "R-17"})

    bring_in(edition, holding(FLAVIA, replaces="Ｒ－１７"))  # noqa: RUF001

    assert Minister.objects.get(ref="R-17").successor.given_name == "Rupert"


def test_replaced_minister_is_refused_unless_the_row_says_whom_it_replaces(edition):
    bring_in(edition, FLAVIA)
    bring_in(edition, holding(FLAVIA, replaces="Flavia Elphberg"))
    sentence = "Rupert Hentzau replaced this person: say whom the row replaces."
    assert sentence in [fault[2] for fault in faults_of(edition, FLAVIA)]

    bring_in(edition, FLAVIA | {"replaces": "Rupert Hentzau"})

    flavia, rupert = Minister.objects.order_by("pk")
    assert flavia.successor is None
    assert rupert.successor == flavia


def test_replacement_that_cannot_be_is_refused(edition):
    bring_in(edition, FLAVIA)
    itself = FLAVIA | {"replaces": "Flavia Elphberg"}
    assert reason(edition, itself) == "The row names the same person as new and as replaced."

    new = holding(FLAVIA, replaces="Flavia Elphberg")
    assert faults_of(edition, FLAVIA, new)[0] == (3, "replaces", "Line 2 names this person too.")
    second = new | {"given_name": "Rudolf", "portfolio": "Autre"}
    assert reason(edition, new, second) == "Line 2 names this person too."

    bring_in(edition, new)
    assert reason(edition, second) == "Rupert Hentzau replaced this person already."


# Principal invitations


@pytest.mark.parametrize(
    ("first", "second", "principal"),
    [("", "", "Flavia"), ("", "yes", "Rupert"), ("no", "", "Rupert"), ("yes", "no", "Flavia")],
)
def test_first_minister_of_a_state_is_principal_unless_the_file_says_otherwise(
    edition, first, second, principal
):
    bring_in(edition, FLAVIA | {"principal": first}, RUPERT | {"principal": second})
    assert principals() == [principal]


def test_nobody_is_principal_where_the_file_says_so(edition):
    bring_in(edition, FLAVIA | {"principal": "no"})
    assert principals() == []


def test_two_principals_of_a_state_are_refused(edition):
    rows = FLAVIA | {"principal": "yes"}, RUPERT | {"principal": "yes"}

    sentence = "Line 2 is the principal of this State already."
    assert faults_of(edition, *rows) == [(3, "principal", sentence)]


def test_state_keeps_its_principal_invitation_until_it_is_withdrawn(edition):
    bring_in(edition, FLAVIA)
    claim = RUPERT | {"principal": "yes"}
    sentence = "The State’s principal invitation is that of Flavia Elphberg: withdraw it first."
    assert reason(edition, claim) == sentence

    withdraw_invitation(Invitation.objects.get(), UserFactory(), "A change of government.")
    bring_in(edition, claim)

    assert Invitation.objects.principal().exclude(status="withdrawn").get().minister.name == (
        "Rupert Hentzau"
    )


def test_invitation_that_exists_is_not_made_principal_or_courtesy(edition):
    bring_in(edition, FLAVIA)

    sentence = "The invitation exists: change there whether it is the principal one."
    assert reason(edition, FLAVIA | {"principal": "no"}) == sentence


# Invitations on file


def test_withdrawn_invitation_is_followed_by_a_new_draft(edition):
    bring_in(edition, FLAVIA)
    withdraw_invitation(Invitation.objects.get(), UserFactory(), "Sent to the wrong person.")

    bring_in(edition, FLAVIA)

    assert Invitation.objects.filter(status="draft").count() == 1


def test_minister_of_an_earlier_edition_is_invited_to_this_one(edition):
    bring_in(EditionFactory(), FLAVIA)

    [entry] = bring_in(edition, FLAVIA)

    assert not entry.is_changed
    assert edition.invitations.get().is_principal


def test_draft_gets_the_focal_point_and_an_issued_invitation_keeps_its_own(run, edition, ruritania):
    run(as_csv(FLAVIA | {"focal_point_email": "fritz@example.org"}))
    other = as_csv(FLAVIA | {"focal_point_email": "sapt@example.org"})
    assert "0 ministers added, 1 changed" in run(other)
    assert Invitation.objects.get().focal_point_email == "sapt@example.org"

    rupert = MinisterFactory(
        member_state=ruritania, given_name="Rupert", family_name="Hentzau", portfolio="Autre"
    )
    InvitationFactory(
        minister=rupert,
        edition=edition,
        is_principal=False,
        focal_point_email="fritz@example.org",
    )
    told = run(as_csv(RUPERT | {"portfolio": "Autre", "focal_point_email": "sapt@example.org"}))

    assert told == (
        "Line 2: the invitation is issued and keeps its focal point, fritz@example.org.\n"
        "0 ministers added, 0 changed, 1 unchanged; 0 draft invitations made.\n"
    )
    assert Invitation.objects.issued().get().focal_point_email == "fritz@example.org"
