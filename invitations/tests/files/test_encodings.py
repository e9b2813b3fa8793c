import pytest
from hypothesis import given
from hypothesis import strategies as st

from invitations.files.encodings import DecodedText, decoded_text

FRENCH = "État;Prénom;Nom\nXR;Hélène;Dupré, ministre d’État\n"
SPANISH = "Estado;Nombre;Apellido\nXR;José;Núñez\n"
RUSSIAN = "Государство;Имя;Фамилия\nXR;Иван;Петров, министр связи\n"
ARABIC = "الدولة;الاسم;اسم العائلة\nXR;أحمد;علي\n"
CHINESE = "国家;名;姓\nXR;伟;王\n"


@pytest.mark.parametrize("words", [FRENCH, RUSSIAN, ARABIC, CHINESE])
@pytest.mark.parametrize(
    ("codec", "named"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16")]
)
def test_text_in_unicode_proves_itself(words, codec, named):
    assert decoded_text(words.encode(codec)) == DecodedText(words, named, is_guessed=False)


def test_utf_16_is_known_without_its_mark():
    assert decoded_text(FRENCH.encode("utf-16-le")).words == FRENCH
    assert decoded_text(FRENCH.encode("utf-16-be")).words == FRENCH


@pytest.mark.parametrize(
    ("words", "codec", "named"),
    [
        (FRENCH, "cp1252", "Windows-1252"),
        (SPANISH, "cp1252", "Windows-1252"),
        (FRENCH, "mac_roman", "Mac Roman"),
        (SPANISH, "mac_roman", "Mac Roman"),
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "koi8_r", "KOI8-R"),
        (ARABIC, "cp1256", "Windows-1256"),
        (CHINESE, "gbk", "GBK"),
    ],
)
def test_an_older_encoding_is_guessed_by_the_letters(words, codec, named):
    assert decoded_text(words.encode(codec)) == DecodedText(words, named, is_guessed=True)


@pytest.mark.parametrize(
    ("words", "codec"), [("PL;Łukasz;Dąbrowski", "cp1250"), ("TR;Gülşah;Yağmur", "cp1254")]
)
def test_letters_that_fit_no_known_encoding_are_not_guessed(words, codec):
    assert decoded_text(words.encode(codec)) is None


@given(st.binary(max_size=100))
def test_any_bytes_are_told_or_not(content):
    found = decoded_text(content)
    assert found is None or isinstance(found.words, str)
