"""The name of an organization that is not the one of which this began."""

import json

import pytest
from django.urls import reverse

from invitations.tests.factories import AnnouncedEditionFactory, EditionFactory
from wsis_forum.tests.running import said_by

pytestmark = pytest.mark.program

SAY = """
import json
from django.conf import settings
from django.utils.translation import override
import django
django.setup()
from delegations.api.urls import api
with override("fr"):
    called = [str(settings.UNFOLD[name]) for name in ("SITE_TITLE", "SITE_HEADER")]
print(json.dumps([*called, api.title]))
"""


def names_with(folder, **variables):
    """Return how a deployment with these variables calls its desk, twice, and its API."""
    return json.loads(said_by(SAY, folder, **variables))


@pytest.mark.parametrize(
    ("variables", "desk", "api"),
    [
        ({}, "Forum du SMSI", "WSIS Forum"),
        ({"FROM_EMAIL": "World Orchards <congress@example.org>"}, *["World Orchards"] * 2),
        (
            {"FROM_EMAIL": "congress@example.org", "SITE_URL": "https://congress.example.org"},
            *["congress.example.org"] * 2,
        ),
    ],
)
def test_desk_and_api_are_called_as_the_sender_of_mail_is(tmp_path, variables, desk, api):
    called = names_with(tmp_path, **variables)

    assert called == [desk, desk, f"{api}: invitations, answers, speakers"]


@pytest.mark.django_db
def test_public_pages_are_titled_by_the_edition_alone(client):
    edition = AnnouncedEditionFactory(
        name="World Orchards Congress",
        speakers_published_at="2027-01-01T00:00Z",
    )
    pages = ["/", "/code/", "/check/", "/notices/privacy/", "/away/"]
    pages.append(reverse("office:speakers", args=[edition.symbol]))

    shown = {page: client.get(page).content.decode() for page in pages}

    titles = {page: words.split("<title>")[1].split("</title>")[0] for page, words in shown.items()}
    assert {title.partition(" – ")[2] for title in titles.values()} == {"World Orchards Congress"}
    assert [page for page, words in shown.items() if "WSIS" in words] == []


@pytest.mark.django_db
def test_pages_before_the_first_edition_name_no_other_forum(client):
    EditionFactory(name="Begun by the desk alone")

    shown = [client.get(page).content.decode() for page in ("/", "/code/", "/check/", "/away/")]

    assert [words for words in shown if "WSIS" in words or "Begun" in words] == []
    assert "<title>Invitations</title>" in shown[0]
