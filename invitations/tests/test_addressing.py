import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from invitations.addressing import address
from invitations.models import FormOfAddress, Gender, Language, Rank, normalize_name
from invitations.tests.factories import MemberStateFactory, MinisterFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ruritania():
    return MemberStateFactory(
        short_name="Ruritania",
        formal_name_en="Kingdom of Ruritania",
        formal_name_fr="Royaume de Ruritanie",
        short_name_zh_hans="卢里塔尼亚",
    )


def test_every_rank_has_a_form_in_every_language_and_gender(ruritania):
    minister = MinisterFactory(member_state=ruritania)

    for rank in Rank.objects.all():
        for language in Language.values:
            for gender in Gender.values:
                minister.rank, minister.address_gender = rank, gender
                addressed = address(minister, language)

                assert addressed.salutation
                assert addressed.closing
                assert "$" not in addressed.salutation + addressed.closing


def test_there_are_ranks_and_their_forms_are_complete():
    languages, genders = set(Language.values), set(Gender.values)

    for form in set(Rank.objects.values_list("form", flat=True)):
        rows = set(FormOfAddress.objects.filter(form=form).values_list("language", "gender"))
        assert rows >= {(language, gender) for language in languages for gender in genders}
    assert Rank.objects.count() > 5


@pytest.mark.parametrize(
    ("gender", "name", "salutation"),
    [
        ("m", "Son Excellence Monsieur Rudolf Elphberg", "Monsieur le Ministre,"),
        ("f", "Son Excellence Madame Rudolf Elphberg", "Madame la Ministre,"),
        ("x", "Son Excellence Rudolf Elphberg", "Excellence,"),
    ],
)
def test_opening_and_closing_come_from_one_row(ruritania, gender, name, salutation):
    minister = MinisterFactory(
        member_state=ruritania, given_name="Rudolf", address_gender=gender, portfolio="Ministre"
    )

    addressed = address(minister, "fr")

    assert (addressed.name, addressed.salutation) == (name, salutation)
    assert salutation.removesuffix(",") in addressed.closing


def test_the_state_s_name_stands_alone_on_the_last_line(ruritania):
    minister = MinisterFactory(member_state=ruritania)

    assert address(minister, "en").lines == [
        "H.E. Ms. Flavia Elphberg",
        "Minister of Communications",
        "Kingdom of Ruritania",
    ]


@pytest.mark.parametrize(
    ("language", "name"),
    [("fr", "Royaume de Ruritanie"), ("zh-hans", "卢里塔尼亚"), ("ru", "Ruritania")],
)
def test_a_state_without_a_formal_name_in_the_language_has_its_short_one(ruritania, language, name):
    minister = MinisterFactory(member_state=ruritania)

    assert address(minister, language).lines[-1] == name


def test_a_prenominal_replaces_the_title(ruritania):
    minister = MinisterFactory(member_state=ruritania, prenominal="Dr.")

    assert address(minister, "en").name == "H.E. Dr. Flavia Elphberg"


def test_a_courtesy_of_one_s_own_replaces_that_of_the_form(ruritania):
    minister = MinisterFactory(member_state=ruritania, honorific="H.R.H.")

    assert address(minister, "en").name == "H.R.H. Ms. Flavia Elphberg"


def test_in_chinese_title_and_courtesy_follow_the_name(ruritania):
    minister = MinisterFactory(
        member_state=ruritania, name_in_script="弗拉维娅", portfolio="通信部长", language="zh-hans"
    )

    assert address(minister, "zh-hans").lines == ["弗拉维娅女士阁下", "通信部长", "卢里塔尼亚"]


def test_the_name_stands_in_the_letter_s_script_where_it_is_known(ruritania):
    minister = MinisterFactory(member_state=ruritania, name_in_script="Флавия Эльфберг")

    assert address(minister, "ru").name.endswith("Флавия Эльфберг")
    assert address(minister, "fr").name.endswith("Flavia Elphberg")


def test_an_unnamed_minister_is_addressed_by_the_function(ruritania):
    minister = MinisterFactory(member_state=ruritania, given_name="", family_name="")

    addressed = address(minister, "en")

    assert addressed.lines == ["Minister of Communications", "Kingdom of Ruritania"]
    assert addressed.name == "Minister of Communications"
    assert addressed.salutation == "Dear Sir or Madam,"


@pytest.mark.parametrize("language", Language.values)
def test_the_unnamed_can_be_addressed_in_every_language(ruritania, language):
    minister = MinisterFactory(member_state=ruritania, given_name="", family_name="")

    assert address(minister, language).salutation


def test_a_form_that_staff_deleted_is_named_in_the_refusal(ruritania):
    FormOfAddress.objects.filter(language="fr", form="MIN").delete()

    with pytest.raises(ValidationError, match="no form of address for MIN, feminine, in French"):
        address(MinisterFactory(member_state=ruritania), "fr")


def test_a_form_s_words_may_name_the_person(ruritania):
    FormOfAddress.objects.filter(language="en", form="MIN", gender="f").update(
        salutation="Dear $title $family_name,", closing="Yours, $name"
    )

    addressed = address(MinisterFactory(member_state=ruritania), "en")

    assert addressed.salutation == "Dear Ms. Elphberg,"
    assert addressed.closing == "Yours, Flavia Elphberg"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Flavia Elphberg", "FLAVIA  ELPHBERG"),
        ("Flávia Elphberg", "Flavia Elphberg"),
        ("Anne-Marie d’Elphberg", "Anne Marie d'Elphberg"),
        ("F. Elphberg", "F Elphberg"),
        ("Weiß", "WEISS"),
    ],
)
def test_spellings_of_one_name_have_one_key(one, other):
    assert normalize_name(one) == normalize_name(other)


@given(st.text())
def test_a_key_is_its_own_key(name):
    key = normalize_name(name)

    assert normalize_name(key) == key


@given(st.text())
def test_a_key_does_not_see_case_and_outer_spacing(name):
    assert normalize_name(f"  {name.upper().lower()} ") == normalize_name(name.upper().lower())
    assert normalize_name(name.swapcase().casefold()) == normalize_name(name.swapcase())


def test_the_key_keeps_scripts_apart():
    assert normalize_name("Флавия") != normalize_name("Flavia") != normalize_name("弗拉维娅")
