"""Every address of an office, by every method, from everybody who may knock."""

import uuid

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from delegations.models import Delegate, Delegation, PolicyStatement, StatementText
from delegations.tests.test_office import browser, invited, page_of, text, words_of
from delegations.urls import urlpatterns
from invitations.replies import record_reply
from invitations.tests.factories import EditionFactory
from invitations.tests.test_views import all_rows

pytestmark = [
    pytest.mark.django_db,
    # WeasyPrint leaves the colour profile of a PDF/A open.
    pytest.mark.filterwarnings("ignore:unclosed file.*sRGB2014.icc:ResourceWarning"),
]

METHODS = ["get", "head", "post", "put", "patch", "delete", "options", "trace"]
PAGES = ["office", "recorded", "statement", "delegation", "add", "list"]


@pytest.fixture(autouse=True)
def in_february(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel("2027-02-10T09:00Z", tick=False), translation.override("en"):
        yield


def at_work(state):
    """An office that has given everything it is asked for."""
    invitation = invited(state)
    record_reply(invitation, {"answer": "in_person", "remarks": f"Secret of {state}."})
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    Delegate.objects.create(delegation=delegation, name=f"Secret of {state}")
    PolicyStatement.objects.create(delegation=delegation, speaker_name=f"Secret of {state}")
    data = {"invitation": invitation.pk, "texts": [SimpleUploadedFile("a.txt", state.encode())]}
    browser(invitation).post(page_of(invitation, "files"), data)
    return invitation


def addresses(invitation, other):
    """Each address with the rows of the one office and of the other."""
    for pattern in urlpatterns:
        if "pk" not in pattern.pattern.converters:
            yield page_of(invitation, pattern.name)
            continue
        for of in (invitation, other):
            row = (
                StatementText.objects.filter(filed_by=of)
                if pattern.name == "text"
                else Delegate.objects.filter(delegation__member_state=of.member_state)
            ).get()
            yield reverse(f"delegations:{pattern.name}", args=[invitation.pk, row.pk])


def body(response):
    return b"".join(response) if response.streaming else response.content


@pytest.mark.parametrize("method", METHODS)
def test_nothing_of_another_office_is_shown_and_nothing_breaks(method):
    one, other = at_work("Ruritania"), at_work("Strelsau")
    holder, stranger, nobody = browser(one), browser(other), Client()
    headers = {"HTTP_ACCEPT_LANGUAGE": "\xff;q=x", "HTTP_REFERER": "javascript:alert(1)"}

    for url in addresses(one, other):
        for client in (holder, stranger, nobody):
            response = getattr(client, method)(url, **headers)
            assert response.status_code < 500
            hidden = b"Strelsau" if client is holder else b"Ruritania"
            assert hidden not in body(response), (url, method)


def test_a_form_full_of_nonsense_changes_nothing():
    one, other = at_work("Ruritania"), at_work("Strelsau")
    client, before = browser(one), all_rows()
    nonsense = dict.fromkeys(
        ("invitation", "form_key", "seen", "step", "from", "answer", "role", "name", "mode",
         "first_choice", "texts", "photo", "replaces", "file", "lines"),
        "9" * 500 + "\0\u202e",
    )  # fmt: skip

    for url in addresses(one, other):
        assert client.post(url, nonsense).status_code < 500
    assert all_rows() == before


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "ru", "zh-hans"])
def test_every_part_stands_in_every_language(language):
    invitation = at_work("Ruritania")
    client = browser(invitation)
    client.cookies["django_language"] = language

    for name in PAGES:
        response = client.get(page_of(invitation, name))
        assert response.status_code == 200
        assert response["Content-Language"] == language
        assert "unsafe-inline" not in response["Content-Security-Policy"]


def test_queries_of_a_reply_and_of_its_summary(django_assert_num_queries):
    invitation = at_work("Ruritania")
    client = browser(invitation)
    words = words_of(invitation, answer="video", form_key=uuid.uuid4())

    # The session, the link, the replies, the delegation with its statement.
    with django_assert_num_queries(4):
        client.post(page_of(invitation), words | {"step": "check"})
    with django_assert_num_queries(14):
        client.post(page_of(invitation), words | {"step": "record"})


def test_the_front_page_leads_to_the_packages_and_to_the_code(client):
    edition = EditionFactory(partnership_link="https://forum.example.org/partners")

    page = text(client.get(reverse("invitations:home")))

    assert edition.theme in page
    assert 'href="https://forum.example.org/partners"' in page
    assert f'href="{reverse("invitations:code")}"' in page
