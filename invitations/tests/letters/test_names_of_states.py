"""A letter bears the name that a State had on its day, and never the inverted one of lists."""

import datetime as dt

import pytest
from django.utils import translation

from invitations.data import former_state_names, table
from invitations.letters.addressing import formal_address
from invitations.models import Language, MemberState
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    MemberStateFactory,
    MinisterFactory,
)
from invitations.text.spellings import running_form


def shipped(iso3):
    """Return the State as it is shipped, not saved."""
    row = next(row for row in table("member_states") if row["iso3"] == iso3)
    names = {name: row[name] for name in row if name.startswith(("short_name", "formal_name"))}
    return MemberState(iso3=iso3, **names)


@pytest.mark.parametrize(
    ("iso3", "language", "day", "name"),
    [
        ("TUR", "en", "2019-12-06", "Republic of Turkey"),
        ("TUR", "fr", "2022-05-31", "République turque"),
        ("TUR", "en", "2022-06-01", "Republic of Türkiye"),
        ("SWZ", "ru", "2018-01-15", "Королевство Свазиленд"),
        ("SWZ", "es", "2019-12-06", "Reino de Eswatini"),
        ("MKD", "en", "2019-01-15", "The former Yugoslav Republic of Macedonia"),
        ("MKD", "en", "2019-12-06", "Republic of North Macedonia"),
        ("NLD", "fr", "2019-12-06", "Royaume des Pays-Bas"),
        ("NRU", "en", "2026-12-06", "Republic of Nauru"),
    ],
)
def test_a_state_has_the_name_of_the_day(iso3, language, day, name):
    assert shipped(iso3).name_on_paper(language, dt.date.fromisoformat(day)) == name


def test_without_a_day_a_state_has_the_name_of_today():
    assert shipped("TUR").name_on_paper("es") == "República de Türkiye"


@pytest.mark.django_db
def test_a_letter_bears_the_name_of_the_date_of_its_circular(composed):
    turkey = MemberStateFactory(
        iso3="TUR", short_name="Türkiye", formal_name_en="Republic of Türkiye"
    )
    edition = EditionFactory()
    circular = CircularFactory(edition=edition, dated_on=dt.date(2022, 5, 2))

    letter = composed(edition=edition, member_state=turkey)

    assert letter.circular == circular
    assert letter.addressee.splitlines()[-1] == "Republic of Turkey"


@pytest.mark.parametrize("language", Language.values)
def test_every_state_has_a_formal_name_in_every_language_and_none_in_brackets(language):
    column = f"formal_name_{language.replace('-', '_')}"
    names = [row[column] for row in table("member_states")]
    names += [row[column] for rows in former_state_names().values() for row in rows]

    assert all(names)
    assert not [name for name in names if "(" in name]


@pytest.mark.parametrize(
    ("listed", "running"),
    [
        ("Iran (Islamic Republic of)", "Islamic Republic of Iran"),
        ("Iran (République islamique d’)", "République islamique d’Iran"),
        ("Venezuela (República Bolivariana de)", "República Bolivariana de Venezuela"),
        ("Иран (Исламская Республика)", "Исламская Республика Иран"),
        ("إيران (جمهورية - الإسلامية)", "جمهورية إيران الإسلامية"),
        ("هولندا (مملكة -)", "مملكة هولندا"),
        ("Guinea-Bissau", "Guinea-Bissau"),
    ],
)
def test_a_name_in_brackets_is_turned_as_a_sentence_has_it(listed, running):
    assert running_form(listed) == running


@pytest.mark.django_db
def test_a_short_name_in_brackets_never_stands_on_paper():
    state = MemberStateFactory(short_name="Iran (Islamic Republic of)")
    state.short_name_fr = "Iran (République islamique d')"

    lines = formal_address(MinisterFactory(member_state=state), "fr").lines

    assert lines[-1] == "République islamique d’Iran"


def test_an_envelope_bears_the_french_name_without_brackets():
    state = MemberState(iso3="CZE", list_name_fr="Tchèque (République)")

    assert state.postal_name == "République Tchèque"


@pytest.mark.parametrize(
    ("language", "name"), [("en", "Vatican City State"), ("es", "Estado de la Ciudad del Vaticano")]
)
def test_the_vatican_has_one_name_in_letters_and_lists(language, name):
    vatican = shipped("VAT")

    with translation.override(language):
        assert vatican.listed_as == vatican.name_on_paper(language) == name
