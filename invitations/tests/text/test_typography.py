import pytest

from invitations.data import letter_templates
from invitations.text.typography import mended_french

FRENCH = [text for text in letter_templates() if text["language"] == "fr"]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Thème : l'avenir", "Thème\u00a0: l’avenir"),
        ("Le thème: l’avenir", "Le thème\u00a0: l’avenir"),
        ('dit "oui" ; puis', "dit «\u00a0oui\u00a0»\u00a0; puis"),
        ("**Qui** ?", "**Qui**\u00a0?"),
        ("«oui»!", "«\u00a0oui\u00a0»\u00a0!"),
        ("à 14:30, https://a.example.org/?b;c!", "à 14:30, https://a.example.org/?b;c!"),
        ("[ici](https://a.example.org/?x) : voilà", "[ici](https://a.example.org/?x)\u00a0: voilà"),
        ("$forum : $theme", "$forum\u00a0: $theme"),
    ],
)
def test_what_is_typed_in_french_gets_its_spaces_and_quotes(typed, printed):
    assert mended_french(typed) == printed
    assert mended_french(printed) == printed


@pytest.mark.parametrize("text", FRENCH, ids=lambda text: f"{text['kind']} {text['variant']}")
def test_the_shipped_french_texts_need_no_mending(text):
    for field in ("subject", "paper", "mail"):
        assert mended_french(text[field]) == text[field]
