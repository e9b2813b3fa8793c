"""Where a cell asks for a code, a list may hold the word that people write for it."""

import pytest
from django.core.exceptions import ValidationError

from invitations.minister_import.cells import cell_readers
from invitations.minister_import.columns import COLUMNS, MINISTER_FIELDS, CellKind
from invitations.minister_import.rules import check_rows
from invitations.models import Language, Minister, Rank
from invitations.tests import lists
from invitations.tests.lists import FLAVIA, as_csv, bring_in, read

ruritania, edition = lists.ruritania, lists.edition

TONGUES = ("ar", "en", "es", "fr", "ru", "zh_hans")

GENDER = MINISTER_FIELDS["gender"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def readers(db):
    return cell_readers()


@pytest.mark.parametrize(
    ("column", "said", "meaning"),
    [
        ("rank", "Minister", "MIN"),
        ("rank", "ministra", "MIN"),
        ("rank", "وزيرة", "MIN"),
        ("rank", "وزير", "MIN"),
        ("rank", "نائب وزير", "VMIN"),
        ("rank", "نائبة وزير", "VMIN"),
        ("rank", "Vice-Président", "VPRES"),
        ("rank", "Vice-Présidente", "VPRES"),
        ("rank", "Кардинал", "CARD"),
        ("rank", "Minister (cabinet)", "MIN"),
        ("rank", "Head of Government", "HOG"),
        ("rank", "vmin", "VMIN"),
        ("language", "French", Language.FRENCH),
        ("language", "FRANÇAIS", Language.FRENCH),
        ("language", "французский", Language.FRENCH),
        ("second_language", "Chino", Language.CHINESE),
        ("language", "ZH", Language.CHINESE),
        ("gender", "Female", "f"),
        ("gender", "masculine", "m"),
        ("gender", "Mme", "f"),
        ("principal", "oui", True),
        ("unnamed", "Нет", False),
    ],
)
def test_a_word_in_any_of_the_six_languages_means_its_code(readers, column, said, meaning):
    assert readers[COLUMNS[column].kind](said) == meaning


def test_each_rank_goes_by_its_name_in_each_language(readers):
    for rank in Rank.objects.all():
        meant = {readers[CellKind.RANK](getattr(rank, f"name_{tongue}")) for tongue in TONGUES}

        assert meant == {rank.pk}


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("rank", "Secretary of State"),
        ("rank", "Deputy"),
        ("rank", "كاتب"),
        ("rank", "ولي"),
        ("rank", "وزير دولة"),
        ("rank", "Государственный министр"),
        ("rank", "Государственный секретарь"),
        ("rank", "国务部长"),
        ("language", "Japanese"),
        ("gender", "w"),
        ("gender", "-"),
        ("principal", "perhaps"),
    ],
)
def test_what_is_no_certain_word_is_refused(readers, column, said):
    with pytest.raises(ValidationError, match="It is none of"):
        readers[COLUMNS[column].kind](said)


def test_a_name_that_two_ranks_share_is_refused():
    Rank.objects.filter(code__in=["DIR", "OTHER"]).update(name_en="Senior official")

    with pytest.raises(ValidationError, match="It is none of"):
        cell_readers()[CellKind.RANK]("Senior official")


def test_a_list_written_in_words_is_imported(edition):
    bring_in(edition, FLAVIA | {"rank": "Ministre", "language": "French", "gender": "femme"})

    minister = Minister.objects.get()
    assert (minister.rank_id, minister.language, minister.address_gender) == ("MIN", "fr", "f")


def spanish(heading, *genders):
    lines = [f"Estado;Nombre;Apellidos;Cargo;{heading}"]
    lines += [f"XR;Persona;Apellido {said};Cartera {said};{said}" for said in genders]
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    ("heading", "others"),
    [("Sexo", ["H"]), ("Sexo (h/m)", []), ("Género", ["hombre"]), ("Sexo", ["mujer"]),
     ("Gender", ["mujer"])],
)  # fmt: skip
def test_an_m_that_may_be_a_woman_is_not_guessed(edition, heading, others):
    _entries, faults = check_rows(read(spanish(heading, "M", *others)), edition)

    assert [(fault.column, fault.value) for fault in faults] == [("gender", "M")]
    assert "mujer, a woman, in others: write the word" in faults[0].reason


def test_m_is_a_man_where_a_spanish_list_calls_women_f(edition):
    entries, faults = check_rows(read(spanish("Sexo", "F", "M")), edition)

    assert faults == []
    assert [entry.after(GENDER) for entry in entries] == ["f", "m"]


def test_m_is_a_man_in_any_other_list(edition):
    entries, _faults = check_rows(read(as_csv(FLAVIA | {"gender": "M"})), edition)

    assert entries[0].after(GENDER) == "m"
