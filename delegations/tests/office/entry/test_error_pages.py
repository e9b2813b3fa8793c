"""Whoever is refused finds six languages, whom to write to, and the way by the code."""

import pytest
from django.db import OperationalError, connection
from django.test import Client, override_settings
from django.utils import timezone

from delegations.tests.office.entry.addresses import address_of, office_of
from delegations.tests.office.entry.failing import FAULTS
from invitations.models import ForumEdition, Invitation, Rank
from invitations.tests.factories import AnnouncedEditionFactory, InvitationFactory

pytestmark = pytest.mark.django_db


def away(*query):
    raise OperationalError("The server closed the connection.")


@pytest.fixture(scope="module", autouse=True)
def failing_pages():
    """Beside the pages of the site; once, since all addresses are read anew in each language."""
    with override_settings(ROOT_URLCONF="delegations.tests.office.entry.failing"):
        yield


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.fixture
def edition():
    return AnnouncedEditionFactory()


@pytest.mark.parametrize("status", FAULTS)
def test_a_page_that_refuses_is_no_dead_end(visitor, edition, status):
    response = visitor.get(f"/fails/{status}/")

    page = response.content.decode()
    assert response.status_code == status
    assert f"mailto:{edition.contact_email}" in page
    assert 'href="/code/"' in page
    assert page.count('name="language"') == 6
    assert 'name="csrfmiddlewaretoken"' in page
    assert page.count("<h1") == 1


@pytest.mark.parametrize("language", ["ar", "zh-hans", "fr", "ru", "es"])
@pytest.mark.parametrize("status", FAULTS)
def test_a_page_that_refuses_speaks_the_language_that_was_chosen(visitor, status, language):
    visitor.post("/i18n/setlang/", {"language": language, "next": "/"})

    page = visitor.get(f"/fails/{status}/").content.decode()

    assert f'<html lang="{language}"' in page


@pytest.mark.parametrize("status", [500, 503])
def test_a_page_that_reports_a_fault_is_shown_without_the_database(visitor, edition, status):
    with connection.execute_wrapper(away):
        response = visitor.get(f"/fails/{status}/")

    page = response.content.decode()
    assert response.status_code == status
    assert 'href="/code/"' in page
    assert edition.contact_email not in page


def test_the_switch_of_a_page_that_reports_a_fault_is_taken(edition):
    visitor = Client(raise_request_exception=False, enforce_csrf_checks=True)
    page = visitor.get("/fails/500/").content.decode()
    token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    words = {"language": "es", "next": "/fails/500/", "csrfmiddlewaretoken": token}
    assert visitor.post("/i18n/setlang/", words).url == "/fails/500/"

    assert '<html lang="es"' in visitor.get("/fails/500/").content.decode()


# Gone


@pytest.mark.parametrize("status", ["withdrawn", "replaced"])
def test_a_link_that_is_gone_leads_to_the_code(client, status):
    invitation = InvitationFactory()
    if status == "withdrawn":
        Invitation.objects.update(status=status)
    else:
        invitation.links.update(replaced_at=timezone.now())

    response = client.get(address_of(invitation))

    assert response.status_code == 410
    assert 'href="/code/"' in response.content.decode()


def test_where_replies_are_closed_no_code_is_asked_for(client):
    invitation = InvitationFactory()
    ForumEdition.objects.update(replies_closed_at=timezone.now())

    assert 'href="/code/"' not in client.get(address_of(invitation)).content.decode()


def test_what_was_written_is_shown_in_words(client):
    invitation = InvitationFactory()
    client.get(address_of(invitation))
    Invitation.objects.update(status=Invitation.Status.WITHDRAWN)
    rank = Rank.objects.first()
    words = {
        "answer": "in_person", "segments": ["opening", "prizes"], "substitute_rank": rank.pk,
        "partnership_interest": "on", "remarks": "Typed.", "spoken": "fr", "lines": "Fritz;Aide",
        "seen": "12", "step": "check", "substitute_name": "",
    }  # fmt: skip

    page = " ".join(client.post(office_of(invitation), words).content.decode().split())

    for label, said in (
        ("Answer", "Attends in person and delivers a statement"),
        ("Segments to be attended", "Opening segment, WSIS Prizes ceremony"),
        ("Interested in partnership packages", "yes"),
        ("Remarks", "Typed."),
        ("Language", "French"),
        ("Text", "Fritz;Aide"),
    ):
        assert f"<dt>{label}</dt><dd><bdi>{said}</bdi></dd>" in page
    assert f"<bdi>{rank}</bdi>" in page
    assert "in_person" not in page
    assert page.count("<dt>") == 7


@pytest.mark.parametrize("sent", ["9" * 40, "x", "-1", "0", "²", "\0"])
def test_what_names_no_row_is_shown_as_it_was_sent(client, sent):
    invitation = InvitationFactory()
    client.get(address_of(invitation))
    Invitation.objects.update(status=Invitation.Status.WITHDRAWN)
    words = {"substitute_rank": sent, "first_choice": sent, "answer": sent, "segments": sent}

    page = client.post(office_of(invitation), words)

    assert page.status_code == 410
    assert page.content.decode().count(f"<bdi>{sent}</bdi>") == 4
