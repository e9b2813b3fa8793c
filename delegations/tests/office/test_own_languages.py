"""What the public reads of an organization with fewer official languages than six."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from delegations.desk.binder.printing import blank_forms
from delegations.tests.offices import browser, coming, page_of, text
from invitations.models import Language, MemberState
from invitations.tests.factories import AnnouncedEditionFactory, EditionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

# Names in two languages alone; the other texts do not matter.
OWN = {f"name_{code}": "" for code in ("ar", "fr", "ru", "zh_hans")}
PUBLISHED = {"speakers_published_at": "2027-01-01T00:00Z"}


def offered(response):
    page = response.content.decode()
    return set(re.findall(r'<button[^>]* name="language" value="([a-z-]+)"', page))


def pages_of(edition):
    named = ("home", "code", "check")
    speakers = reverse("office:speakers", args=[edition.symbol])
    return [*(reverse(f"office:{one}") for one in named), "/notices/privacy/", speakers]


def test_pages_are_offered_in_the_languages_in_which_the_edition_has_its_name(client):
    edition = AnnouncedEditionFactory(name_es="Conferencia", **OWN, **PUBLISHED)

    shown = {page: offered(client.get(page)) for page in pages_of(edition)}

    assert shown == {page: {"en", "es"} for page in pages_of(edition)}


def test_an_edition_with_all_names_is_offered_in_six_languages(client):
    edition = AnnouncedEditionFactory(**PUBLISHED)

    assert all(offered(client.get(page)) == {*Language.values} for page in pages_of(edition))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("fr-FR,es;q=0.8,en;q=0.5", "es"), ("fr-FR,fr", "en"), ("es-CL", "es"), ("", "en")],
)
def test_whoever_reads_another_language_gets_the_next_one_that_is_offered(
    client, accepted, language
):
    edition = AnnouncedEditionFactory(name_es="Conferencia", **OWN, **PUBLISHED)

    shown = [client.get(page, HTTP_ACCEPT_LANGUAGE=accepted) for page in pages_of(edition)]

    assert {f'<html lang="{language}"' in one.content.decode() for one in shown} == {True}


def test_a_language_that_somebody_chose_on_the_site_stays(client):
    AnnouncedEditionFactory(name_es="Conferencia", **OWN)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"

    shown = client.get("/")

    assert '<html lang="fr"' in shown.content.decode()
    assert offered(shown) == {"en", "es", "fr"}


def test_two_editions_at_hand_are_offered_in_the_languages_of_both(client):
    AnnouncedEditionFactory(name_es="Conferencia", **OWN)
    AnnouncedEditionFactory(**OWN | {"name_fr": "Conférence"}, name_es="")

    assert offered(client.get("/")) == {"en", "es", "fr"}


def test_an_office_chooses_among_the_languages_of_its_edition():
    office = coming("Ruritania", edition=EditionFactory(name_es="Conferencia", **OWN))
    client = browser(office)

    shown = [client.get(page_of(office, name)) for name in ("answer", "statement", "delegation")]

    assert {frozenset(offered(one)) for one in shown} == {frozenset({"en", "es"})}


def test_a_statement_is_made_in_one_of_them_or_in_another_that_is_named():
    office = coming("Ruritania", edition=EditionFactory(name_es="Conferencia", **OWN))

    page = text(browser(office).get(page_of(office, "statement")))

    languages = re.search(r'<select name="spoken".*?</select>', page)[0]
    assert re.findall(r'value="([a-z-]*)"', languages) == ["", "en", "es"]
    assert "none of the six" not in page


def test_the_binder_has_a_blank_form_for_each_of_them():
    edition = EditionFactory(name_es="Conferencia", **OWN)

    assert [form.lang for form in blank_forms(edition)] == ["en", "es"]


@pytest.mark.parametrize(
    ("status", "called"),
    [("member", "Member State"), ("associate", "Associate member"), ("observer", "Observer")],
)
def test_a_page_calls_nobody_a_member_state_who_is_none(status, called):
    office = coming("Ruritania")
    MemberState.objects.update(status=status)

    assert f"<dt>{called}</dt>" in text(browser(office).get(page_of(office)))
