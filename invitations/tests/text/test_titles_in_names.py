import pytest

from invitations.text.titles_in_names import courtesies_in


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("H.E. Mr. Rudolf Elphberg", ["H.E.", "Mr."]),
        ("H. E. Dr Rudolf Elphberg", ["H. E.", "Dr"]),
        ("S.E.M. Rudolf Elphberg", ["S.E.M."]),
        ("S.E. Mme Flavia Elphberg", ["S.E. Mme"]),
        ("Excma. Sra. Dra. Flavia Elphberg", ["Excma.", "Sra.", "Dra."]),
        ("Hon. Flavia Elphberg", ["Hon."]),
        ("г-жа Флавия Эльфберг", ["г-жа"]),
        ("معالي الدكتورة فلافيا إلفبرغ", ["معالي", "الدكتورة"]),
        ("傅拉维女士阁下", ["女士", "阁下"]),
    ],
)
def test_courtesies_and_titles_are_found_in_names(name, found):
    assert courtesies_in(name) == found


@pytest.mark.parametrize(
    "name",
    [
        "He Jing", "Hon Elphberg", "Eng Elphberg", "Sir Rupert Hentzau", "Sheikh Rudolf",
        "Msrudolf", "Drago Elphberg", "M. Elphberg", "J.S.E. Elphberg", "السيد أحمد", "Мрудольф",
    ],
)  # fmt: skip
def test_what_may_be_part_of_a_name_is_none(name):
    assert courtesies_in(name) == []
