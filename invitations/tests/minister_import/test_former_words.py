"""A row that changes a name or portfolio leaves no former one behind, and nobody another's ref."""

import pytest

from invitations.models import Minister
from invitations.tests import lists
from invitations.tests.lists import FLAVIA, bring_in, faults_of

ruritania, edition = lists.ruritania, lists.edition

IN_RUSSIAN = FLAVIA | {
    "ref": "R-1",
    "language": "ru",
    "name_in_script": "Флавия Эльфберг",
    "family_name_in_script": "Эльфберг",
    "name_in_dative": "Флавии Эльфберг",
    "portfolio": "Министр связи",
    "portfolio_in_dative": "Министру связи",
}
AS_PRINTED = FLAVIA | {
    "ref": "R-1",
    "name_as_printed": "Son Altesse la Princesse Flavia Elphberg",
    "opening": "Chère Madame Elphberg,",
    "closing": "Veuillez agréer, Madame, mes hommages.",
}


def stays(words, what):
    return f"The row changes the {what}, and “{words}” stays on file here: write it anew too."


def without(row, *columns):
    return row | dict.fromkeys(columns, "")


def named(name):
    return dict(zip(("given_name", "family_name"), name.split(" / "), strict=True))


def test_a_new_portfolio_leaves_no_former_dative(edition):
    bring_in(edition, IN_RUSSIAN)
    row = without(IN_RUSSIAN, "portfolio_in_dative") | {"portfolio": "Министр экономики"}

    assert faults_of(edition, row) == [
        (2, "portfolio_in_dative", stays("Министру связи", "portfolio"))
    ]

    bring_in(edition, row | {"portfolio_in_dative": "Министру экономики"})
    assert Minister.objects.get().portfolio_in_dative == "Министру экономики"


def test_a_later_change_of_language_prints_no_former_dative(edition):
    bring_in(edition, IN_RUSSIAN | {"language": "en"})
    row = without(IN_RUSSIAN, "portfolio_in_dative") | {"portfolio": "Minister of Economy"}

    assert faults_of(edition, row | {"language": "en"}) == [
        (2, "portfolio_in_dative", stays("Министру связи", "portfolio"))
    ]


def test_a_new_portfolio_leaves_no_former_one_in_the_second_language(edition):
    both = FLAVIA | {"second_language": "en", "portfolio_in_second_language": "Minister of Posts"}
    bring_in(edition, both)
    row = FLAVIA | {"portfolio": "Ministre de la santé"}

    assert faults_of(edition, row) == [
        (2, "portfolio_in_second_language", stays("Minister of Posts", "portfolio"))
    ]


def test_a_new_name_leaves_no_former_dative_and_no_former_family_name(edition):
    bring_in(edition, IN_RUSSIAN)
    row = without(IN_RUSSIAN, "name_in_dative", "family_name_in_script")
    row |= {"name_in_script": "Флавия Рассендилл", "family_name": "Rassendyll"}

    assert faults_of(edition, row) == [
        (2, "name_in_dative", stays("Флавии Эльфберг", "name")),
        (2, "family_name_in_script", stays("Эльфберг", "name")),
    ]


def test_a_new_given_name_leaves_no_former_name_in_the_script(edition):
    bring_in(edition, IN_RUSSIAN)
    row = without(IN_RUSSIAN, "name_in_script", "name_in_dative", "family_name_in_script")

    assert faults_of(edition, row | {"given_name": "Rupert"}) == [
        (2, "name_in_script", stays("Флавия Эльфберг", "name")),
        (2, "name_in_dative", stays("Флавии Эльфберг", "name")),
        (2, "family_name_in_script", stays("Эльфберг", "name")),
    ]


def test_a_new_family_name_leaves_no_former_one_in_the_script(edition):
    bring_in(edition, IN_RUSSIAN)
    row = without(IN_RUSSIAN, "name_in_script", "name_in_dative", "family_name_in_script")

    assert faults_of(edition, row | {"family_name": "Rassendyll"}) == [
        (2, "name_in_script", stays("Флавия Эльфберг", "name")),
        (2, "name_in_dative", stays("Флавии Эльфберг", "name")),
        (2, "family_name_in_script", stays("Эльфберг", "name")),
    ]


def test_a_new_name_in_the_script_leaves_no_former_one_in_latin_letters(edition):
    bring_in(edition, IN_RUSSIAN)
    row = without(IN_RUSSIAN, "given_name", "family_name", "name_in_dative")
    row |= {"name_in_script": "Руперт Эльфберг"}

    assert faults_of(edition, row) == [
        (2, "given_name", stays("Flavia", "name")),
        (2, "family_name", stays("Elphberg", "name")),
        (2, "name_in_dative", stays("Флавии Эльфберг", "name")),
    ]


def test_a_new_name_leaves_no_former_one_as_printed(edition):
    bring_in(edition, AS_PRINTED)
    row = without(AS_PRINTED, "name_as_printed", "opening", "closing")

    assert faults_of(edition, row | {"family_name": "Rassendyll"}) == [
        (2, "name_as_printed", stays("Son Altesse la Princesse Flavia Elphberg", "name")),
        (2, "opening", stays("Chère Madame Elphberg,", "name")),
        (2, "closing", stays("Veuillez agréer, Madame, mes hommages.", "name")),
    ]


def test_a_new_name_in_the_script_leaves_no_former_one_as_printed(edition):
    bring_in(edition, IN_RUSSIAN | {"name_as_printed": "Её Высочество Флавия Эльфберг"})
    row = IN_RUSSIAN | {"given_name": "Rupert", "name_in_script": "Руперт Эльфберг"}

    assert faults_of(edition, row) == [
        (2, "name_as_printed", stays("Её Высочество Флавия Эльфберг", "name"))
    ]


@pytest.mark.parametrize(
    "cells",
    [
        {"portfolio": "МИНИСТР СВЯЗИ"},
        {"family_name": "ÉLPHBERG"},
        {"to": "office@example.org"},
    ],
)
def test_what_says_the_same_in_other_letters_may_leave_the_rest(edition, cells):
    bring_in(edition, IN_RUSSIAN)
    row = without(
        IN_RUSSIAN,
        "name_in_script", "family_name_in_script", "name_in_dative", "portfolio_in_dative",
    )  # fmt: skip

    assert faults_of(edition, row | cells) == []


def test_what_no_letter_prints_yet_is_asked_about_too(edition):
    """Its language may come with a later list, which touches neither name nor portfolio."""
    bring_in(edition, IN_RUSSIAN | {"portfolio_in_second_language": "Minister of Posts"})
    row = FLAVIA | {"ref": "R-1", "language": "fr", "name_in_script": "弗拉维娅"}

    assert faults_of(edition, row | {"family_name_in_script": "弗拉"}) == [
        (2, "name_in_dative", stays("Флавии Эльфберг", "name")),
        (2, "portfolio_in_dative", stays("Министру связи", "portfolio")),
        (2, "portfolio_in_second_language", stays("Minister of Posts", "portfolio")),
    ]


def test_what_is_right_as_it_is_may_be_written_once_more(edition):
    bring_in(edition, IN_RUSSIAN)

    bring_in(edition, IN_RUSSIAN | {"portfolio": "Министр почты и связи"})

    assert Minister.objects.get().portfolio_in_dative == "Министру связи"


def test_somebody_else_under_a_person_s_ref_is_refused(edition):
    bring_in(edition, FLAVIA | {"ref": "R-1", "gender": "f"})

    rupert = FLAVIA | {"ref": "R-1", "given_name": "Rupert", "family_name": "Hentzau"}
    assert faults_of(edition, rupert) == [
        (
            2,
            "ref",
            "This is the ref of Flavia Elphberg: give a successor another, and say whom they"
            " replace.",
        )
    ]
    bring_in(edition, rupert | {"ref": "R-2", "replaces": "R-1"})
    old, new = Minister.objects.order_by("pk")
    assert (old.name, old.successor, new.address_gender) == ("Flavia Elphberg", new, "x")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("Mohammed / Al Falasi", "Abdulla / Al Marri"),
        ("Mohammed / Al Falasi", "Mohammed / Al Marri"),
        ("Khalid / bin Hamad", "Omar / bin Said"),
        ("Ana / de la Cruz", "José / de la Torre"),
        ("Jan / van der Berg", "Piet / van der Meer"),
        ("Văn Hùng / Nguyễn", "Thị Lan / Nguyễn"),
        ("Young-ho / Kim", "Dae-jung / Kim"),
        ("영호 / 김", "대중 / 김"),
        ("محمد / بن راشد", "عبدالله / بن سعيد"),
        ("محمد / الفلاسي", "عبدالله / المري"),
    ],
)
def test_a_word_that_many_names_have_makes_nobody_the_same_person(edition, was, now):
    bring_in(edition, FLAVIA | {"ref": "R-1"} | named(was))

    [(_line, column, reason)] = faults_of(edition, FLAVIA | {"ref": "R-1"} | named(now))
    assert (column, reason.split(":")[0]) == ("ref", f"This is the ref of {was.replace(' /', '')}")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("Mohammed / Al Falasi", "Muhammad / Al-Falassi"),
        ("Mohammed / Al Falasi", "Mohammed Abdulla / Al Falasi"),
        ("Young-ho / Kim", "Yong Ho / Kim"),
        ("Kim / Li", "Li / Kim"),
    ],
)
def test_a_name_of_such_words_may_have_a_new_spelling(edition, was, now):
    bring_in(edition, FLAVIA | {"ref": "R-1"} | named(was))

    assert faults_of(edition, FLAVIA | {"ref": "R-1"} | named(now)) == []


@pytest.mark.parametrize(
    "cells",
    [
        {"family_name": "Rassendyll"},
        {"given_name": "Flaviya", "family_name": "Elfberg"},
        {"given_name": "Elphberg", "family_name": "Flavia"},
        {"name_in_script": "弗拉维娅"},
    ],
)
def test_a_person_may_have_a_new_name_or_spelling_under_their_ref(edition, cells):
    bring_in(edition, FLAVIA | {"ref": "R-1"})

    bring_in(edition, FLAVIA | {"ref": "R-1"} | cells)

    assert Minister.objects.count() == 1
