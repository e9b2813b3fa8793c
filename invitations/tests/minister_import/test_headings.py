import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from invitations.minister_import.columns import COLUMNS
from invitations.minister_import.headings import (
    columns_by_key,
    columns_meant,
    format_heading,
    minister_columns,
    shipped_headings,
)
from invitations.tests.lists import read

LANGUAGES = [code for code, _name in settings.LANGUAGES]
UNCLEAR = {"Title", "Titre", "Título", "Name", "اللقب", "头衔"}


def test_each_column_has_headings_in_each_language():
    for column in COLUMNS:
        assert set(shipped_headings()[column]) == set(LANGUAGES)
        assert all(all(words) for words in shipped_headings()[column].values())


def test_each_shipped_heading_means_its_column_but_a_few_that_are_unclear():
    unclear = {
        said
        for column, languages in shipped_headings().items()
        for words in languages.values()
        for said in words
        if columns_meant(said) != {column}
    }
    assert unclear == UNCLEAR


@pytest.mark.parametrize("language", LANGUAGES)
def test_printed_headings_are_understood(language):
    printed = [format_heading(column, language) for column in COLUMNS]
    assert minister_columns(printed, "list.xlsx") == list(COLUMNS)


@pytest.mark.parametrize(
    ("said", "column"),
    [
        ("given_name", "given_name"),
        ("First\xa0name", "given_name"),
        ("first-name", "given_name"),
        ("FIRST NAME*", "given_name"),
        ("First\u200bname:", "given_name"),
        ("E-mail", "to"),
        ("e mail", "to"),
        ("Ref. no.", "ref"),
        ("Prenom", "given_name"),
        ("PRÉNOM", "given_name"),
        ("Nombre", "given_name"),
        ("Имя", "given_name"),
        ("名", "given_name"),
        ("الاسم", "given_name"),
        ("الاِسم", "given_name"),
        ("Country", "state"),
        ("État", "state"),
        ("Prénom / First name", "given_name"),
        ("Family name\nNom de famille", "family_name"),
    ],
)
def test_a_heading_is_known_however_it_is_written(said, column):
    assert columns_meant(said) == {column}


@pytest.mark.parametrize("said", ["First name / Surname", "First name / Telephone", "", "-", "/"])
def test_a_heading_whose_parts_disagree_is_unknown(said):
    assert not columns_meant(said)


def refusal(*headings):
    with pytest.raises(ValidationError) as refused:
        minister_columns(list(headings), "list.xlsx")
    [sentence] = refused.value.messages
    return sentence


def test_unknown_headings_and_what_is_missing_are_said_at_once():
    assert refusal("Sttae", "Famly name", "Telephone") == (
        "list.xlsx has a column that is not known: sttae, famly name, telephone. list.xlsx lacks a"
        " column that it needs: state, family_name, portfolio."
    )


def test_a_heading_that_may_mean_several_columns_is_refused():
    assert refusal("State", "Family name", "Title") == (
        "list.xlsx has a heading that may mean several columns:"
        " title (one of honorific, portfolio, prenominal)."
    )


def test_two_headings_of_one_column_are_refused():
    assert refusal("State", "Country", "Family name", "Portfolio") == (
        "list.xlsx has a column twice: state."
    )


class Counted(list):
    """A line that counts the cells that are looked at or copied."""

    touched = 0

    def __getitem__(self, place):
        found = super().__getitem__(place)
        if not isinstance(place, slice):
            Counted.touched += 1
            return found
        Counted.touched += len(found)
        return Counted(found)


def cells_touched(line):
    Counted.touched = 0
    minister_columns(Counted(line), "list.csv")
    return Counted.touched


def test_a_line_of_empty_columns_takes_no_more_than_its_length():
    headings = ["State", "Family name", "Portfolio"]

    short, long = (cells_touched(headings + [""] * empty) for empty in (200, 200_000))

    assert long <= 1000 * short


def test_a_line_of_columns_without_end_is_refused_by_its_first():
    columns_by_key()
    with pytest.raises(ValidationError, match="not known") as refusal:
        minister_columns([f"Column {number}" for number in range(200_000)], "list.csv")

    assert len(str(refusal.value)) < 2000


def test_no_two_columns_share_a_name():
    assert all(columns_by_key()[column.replace("_", "")] == {column} for column in COLUMNS)


def test_a_list_with_headings_in_another_language_is_read():
    content = "Государство;Имя;Фамилия;Должность\nXR;Флавия;Эльфберг;Министр\n".encode()

    [row] = read(content)

    assert row.cells == {
        "state": "XR",
        "given_name": "Флавия",
        "family_name": "Эльфберг",
        "portfolio": "Министр",
    }
