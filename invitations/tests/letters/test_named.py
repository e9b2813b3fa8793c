"""How letters and mail name who signs and whom to ask, and in whose name the secretariat closes."""

import pytest
from django.utils import translation

from invitations.data import letter_templates
from invitations.letters.context import dead_keys
from invitations.letters.pdf import letter_context
from invitations.letters.words import letter_texts
from invitations.models import FormOfAddress, Language
from invitations.tests.factories import CircularFactory, EditionFactory
from invitations.tests.reading import printed

CLOSINGS = {
    "ar": "وتفضلوا بقبول فائق الاحترام والتقدير.",
    "en": "Please accept the assurances of our highest consideration.",
    "es": "Le rogamos que acepte el testimonio de nuestra más alta consideración.",
    "fr": "Veuillez agréer l’expression de notre très haute considération.",
    "ru": "Просим принять уверения в\u00a0нашем самом высоком уважении.",  # noqa: RUF001
    "zh-hans": "顺致最崇高的敬意。",
}


@pytest.mark.parametrize("language", Language.values)
def test_what_the_secretariat_writes_closes_in_the_plural(language):
    mails = [
        text["mail"].splitlines()
        for text in letter_templates()
        if text["kind"] in ("reminder", "acknowledgement") and text["language"] == language
    ]

    assert len(mails) == 14
    assert all(CLOSINGS[language] in mail and "$closing" not in mail for mail in mails)


@pytest.mark.django_db
def test_each_language_has_a_form_that_speaks_to_a_mission():
    forms = FormOfAddress.objects.filter(form="MISSION", gender="x")

    assert set(forms.values_list("language", flat=True)) == set(Language.values)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "honorific", "called"),
    [
        ("fr", "M.", "M.\u00a0Rudolf Rassendyll"),
        ("zh-hans", "先生", "Rudolf Rassendyll先生"),
        ("en", "", "Rudolf Rassendyll"),
    ],
)
def test_a_signatory_is_named_with_the_honorific_in_running_text(language, honorific, called):
    circular = CircularFactory(signatory_name="Rudolf Rassendyll", signatory_honorific=honorific)

    with translation.override(language):
        assert circular.signatory_called == called


@pytest.mark.django_db
def test_the_name_under_a_letter_stands_without_its_honorific(composed):
    circular = CircularFactory(signatory_honorific="Mr.")

    letter = composed(edition=circular.edition)

    assert "Michael Strelsau" in printed(letter)
    assert "Mr. Michael" not in printed(letter)


@pytest.mark.django_db
def test_a_contact_has_a_name_in_each_script_and_else_the_english_one(composed):
    edition = EditionFactory(contact_name="Antoinette de Mauban")
    edition.contact_name_ar, edition.contact_name_ru = "", "Антуанетта де Мобан"
    edition.save()

    called = {}
    for language in ("ar", "ru"):
        letter = composed(edition=edition, language=language)
        called[language] = letter.mail

    assert "Антуанетта де Мобан" in called["ru"]
    assert "Antoinette de Mauban" in called["ar"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "stands"),
    [
        ({}, True),
        ({"original_signed_by": ""}, False),
        ({"original_signed_on": None}, False),
    ],
)
def test_a_letter_says_that_its_original_is_signed_only_when_that_is_recorded(
    composed, fields, stands
):
    circular = CircularFactory(**fields)

    letter = composed(edition=circular.edition)

    sheets = letter_context(letter, letter_texts(letter, dead_keys()), dead_keys())["sheets"]
    assert bool(sheets[0]["original_signed"]) == stands
    assert ("(original signed)" in printed(letter)) == stands
