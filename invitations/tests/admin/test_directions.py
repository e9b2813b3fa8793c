"""A field that holds a text has the direction and the language of that text, not of the desk."""

from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from invitations.models import LetterTemplate, Term
from invitations.tests.factories import (
    EditionFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
)

pytestmark = pytest.mark.django_db

DIRECTIONS = {code: "rtl" if code == "ar" else "ltr" for code, _name in settings.LANGUAGES}
DESKS = pytest.mark.parametrize("desk", ["en", "ar"])


@pytest.fixture(autouse=True)
def language_of_other_tests():
    with translation.override("en"):
        yield


class Fields(HTMLParser):
    """The direction and the language of each field to type in, by its name."""

    def __init__(self, page):
        super().__init__()
        self.found = {}
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag in ("input", "textarea") and said.get("type") != "hidden" and "name" in said:
            self.found[said["name"]] = said.get("dir"), said.get("lang")


def fields_of(client, desk, row):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = desk
    page = f"admin:{row._meta.app_label}_{row._meta.model_name}_"
    url = reverse(f"{page}change", args=[row.pk]) if row.pk else reverse(f"{page}add")
    return Fields(client.get(url).text).found


@DESKS
def test_each_text_of_an_edition_has_the_direction_of_its_column_s_language(admin_client, desk):
    found = fields_of(admin_client, desk, EditionFactory())

    for text in ("name", "theme", "organizers", "contact_name", "postal_address"):
        for code, direction in DIRECTIONS.items():
            assert found[f"{text}_{code.replace('-', '_')}"] == (direction, code)


@DESKS
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_term_and_a_text_have_the_direction_of_their_language(admin_client, desk, language):
    told = (DIRECTIONS[language], language)
    term = Term.objects.filter(language=language).first()
    text = LetterTemplate.objects.filter(kind="invitation", language=language).first()

    assert fields_of(admin_client, desk, term)["text"] == told
    found = fields_of(admin_client, desk, text)
    assert {found[name] for name in ("subject", "paper", "mail")} == {told}


@DESKS
def test_the_words_of_a_minister_have_the_direction_of_the_letter(admin_client, desk):
    minister = MinisterFactory(language="ar", second_language="ru")

    found = fields_of(admin_client, desk, minister)

    for name in ("name_in_script", "portfolio", "name_as_printed", "closing_as_printed"):
        assert found[name] == ("rtl", "ar")
    for name in ("portfolio_in_second_language", "name_in_dative"):
        assert found[name] == ("ltr", "ru")
    # In Latin letters, mostly; and why it changes is written in any language.
    assert found["family_name"] == found["why_changed"] == ("auto", None)


@DESKS
def test_a_name_in_script_follows_the_second_language_where_the_first_has_latin_letters(
    admin_client, desk
):
    minister = MinisterFactory(language="fr", second_language="ar")
    latin = MinisterFactory(language="fr", second_language="")

    found = fields_of(admin_client, desk, minister)

    assert found["name_in_script"] == ("rtl", "ar")
    assert found["portfolio"] == ("ltr", "fr")
    assert fields_of(admin_client, desk, latin)["name_in_script"] == ("auto", None)


def test_a_new_record_whose_language_is_still_to_be_chosen_follows_what_is_typed(admin_client):
    assert fields_of(admin_client, "ar", Term())["text"] == ("auto", None)


def test_a_refused_form_follows_the_language_that_was_chosen(admin_client):
    typed = {"key": "page", "language": "ar", "text": ""}

    page = admin_client.post(reverse("admin:invitations_term_add"), typed).text

    assert Fields(page).found["text"] == ("rtl", "ar")


def test_greetings_and_other_names_of_states_have_their_language(admin_client):
    mission, state = MissionFactory(language="ar"), MemberStateFactory()
    state.aliases.create(spelling="روريتانيا", language="ar")

    assert fields_of(admin_client, "en", mission)["greeted_as"] == ("rtl", "ar")
    found = fields_of(admin_client, "ar", state)
    assert found["list_name_fr"] == ("ltr", "fr")
    assert found["short_name_ar"] == ("rtl", "ar")
    assert found["aliases-0-spelling"] == ("rtl", "ar")
