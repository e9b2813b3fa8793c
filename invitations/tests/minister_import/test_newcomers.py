"""Whom a letter could address: newcomers with a name, without one, and as printed."""

import pytest

from invitations.admin.setup.minister_import import MinisterResource
from invitations.models import Minister
from invitations.tests import lists
from invitations.tests.lists import FLAVIA, RUPERT, bring_in, faults_of, reason

ruritania, edition, run = lists.ruritania, lists.edition, lists.run

NO_NAME = (
    "A new minister needs a family name. Where nobody is named, write “yes” under unnamed; where"
    " the person has one name only, write the name as printed."
)
NO_PORTFOLIO = "A new minister needs a portfolio, or else the name as printed."
KING = {
    "state": "XR",
    "family_name": "",
    "portfolio": "",
    "name_as_printed": "Sa Majesté le Roi Rudolf V",
    "opening": "Sire,",
    "closing": "Je suis, Sire, de Votre Majesté le très humble serviteur.",
    "ref": "R-1",
}


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        ({"family_name": ""}, [("family_name", NO_NAME)]),
        ({"family_name": "", "given_name": ""}, [("family_name", NO_NAME)]),
        ({"portfolio": ""}, [("portfolio", NO_PORTFOLIO)]),
        (
            {"family_name": "", "portfolio": ""},
            [("family_name", NO_NAME), ("portfolio", NO_PORTFOLIO)],
        ),
    ],
)
def test_a_newcomer_without_family_name_or_portfolio_is_refused(edition, cells, faults):
    told = faults_of(edition, FLAVIA | {"ref": "R-1"} | cells)

    assert told == [(2, *fault) for fault in faults]
    assert not Minister.objects.exists()


def test_a_person_who_is_not_named_is_addressed_by_the_portfolio(edition):
    row = FLAVIA | {"given_name": "", "family_name": "", "unnamed": "yes"}
    assert reason(edition, row) == "A person without a name needs a ref."

    bring_in(edition, row | {"ref": "R-1"})

    assert Minister.objects.get().is_unnamed


@pytest.mark.parametrize("cells", [{}, {"family_name": ""}, {"name_as_printed": "S.E. Flavia"}])
def test_a_row_that_names_a_person_and_says_that_nobody_is_named_is_refused(edition, cells):
    row = FLAVIA | {"unnamed": "yes", "ref": "R-1"} | cells

    sentence = "The row says that nobody is named, and there is a name: empty one of them."
    assert faults_of(edition, row) == [(2, "unnamed", sentence)]


def test_the_name_as_printed_stands_for_what_is_missing(edition):
    bring_in(edition, KING)

    minister = Minister.objects.get()
    assert minister.name_as_printed == "Sa Majesté le Roi Rudolf V"
    assert minister.salutation_as_printed == "Sire,"
    assert minister.closing_as_printed == KING["closing"]
    assert not minister.is_unnamed


def test_a_minister_on_file_may_lack_what_a_newcomer_may_not(edition):
    bring_in(edition, FLAVIA | {"ref": "R-1"})

    [entry] = bring_in(edition, FLAVIA | {"ref": "R-1", "family_name": "", "portfolio": ""})

    assert not entry.is_changed


def test_an_address_in_other_capitals_is_the_same_address(edition):
    bring_in(edition, FLAVIA | {"to": "Office@example.org; office@Example.org"})
    assert Minister.objects.get().to_emails == "Office@example.org"

    [entry] = bring_in(edition, FLAVIA | {"to": "office@example.org"})

    assert not entry.is_changed


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_of_all_that_is_printed_comes_back_unchanged(run, edition, kind):
    unnamed = RUPERT | {"given_name": "", "family_name": "", "unnamed": "yes", "ref": "00017"}
    bring_in(edition, KING, unnamed, FLAVIA | {"honorific": "S.E.", "prenominal": "Dr."})
    before = list(Minister.objects.order_by("pk").values())

    written = MinisterResource().export()
    content = written.export(kind)
    told = run(content if isinstance(content, bytes) else content.encode("utf-8-sig"))

    assert told == "0 ministers added, 0 changed, 3 unchanged; 0 draft invitations made.\n"
    assert list(Minister.objects.order_by("pk").values()) == before
    assert sorted(written["unnamed"]) == ["", "", "yes"]


def test_an_export_brings_all_ministers_to_a_system_that_has_none(run, edition):
    unnamed = RUPERT | {"given_name": "", "family_name": "", "unnamed": "yes", "ref": "00017"}
    bring_in(edition, KING, unnamed)
    content = MinisterResource().export().export("csv").encode("utf-8-sig")
    edition.invitations.all().delete()
    Minister.objects.all().delete()

    assert run(content).startswith("2 ministers added")
    assert set(Minister.objects.values_list("ref", flat=True)) == {"R-1", "00017"}
