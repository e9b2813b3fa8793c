import pytest

from invitations.text.datives import dative_of_function, dative_of_name


@pytest.mark.parametrize(
    ("name", "family_name", "gender", "dative"),
    [
        ("Рудольф Эльфберг", "Эльфберг", "m", "Рудольфу Эльфбергу"),
        ("Флавия Эльфберг", "Эльфберг", "f", "Флавии Эльфберг"),
        ("Анна Ивановна Эльфбергова", "Эльфбергова", "f", "Анне Ивановне Эльфберговой"),
        ("Фриц Гентцау", "Гентцау", "m", "Фрицу Гентцау"),
        ("Саша Эльфберг", "Эльфберг", "x", ""),
        ("Rudolf Elphberg", "Elphberg", "m", ""),
        ("", "", "m", ""),
    ],
)
def test_a_russian_name_is_proposed_in_the_dative(name, family_name, gender, dative):
    assert dative_of_name(name, family_name, gender) == dative


@pytest.mark.parametrize(
    ("function", "dative"),
    [
        ("Министр связи и цифровой экономики", "Министру связи и цифровой экономики"),
        ("Председатель Правительства", "Председателю Правительства"),
        ("Первый заместитель Министра", "Первому заместителю Министра"),
        (
            "Заместитель Премьер-министра, Министр связи",
            "Заместителю Премьер-министра, Министру связи",
        ),
        ("Премьер-министр и Министр обороны", "Премьер-министру и Министру обороны"),
        ("Minister of Trade", ""),
        ("", ""),
    ],
)
def test_the_heads_of_a_function_are_proposed_in_the_dative(function, dative):
    assert dative_of_function(function) == dative
