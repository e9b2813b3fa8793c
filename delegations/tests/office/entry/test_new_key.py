"""A new SECRET_KEY above the old one closes nothing that a browser has open."""

import re
from uuid import uuid4

import pytest
from django.test import Client

from delegations.office.several_states import is_marked
from delegations.tests.office.entry.addresses import address_of, office_of
from invitations.models import Reply
from invitations.tests.factories import InvitationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def invitation():
    return InvitationFactory()


@pytest.fixture
def another_key(settings):
    """A new key, and the old one below it or taken away."""

    def change(*, with_the_old_one):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY] if with_the_old_one else []
        settings.SECRET_KEY = "of-this-test-alone"

    return change


def test_an_office_that_has_opened_its_link_goes_on(client, invitation, another_key):
    client.get(address_of(invitation))

    another_key(with_the_old_one=True)
    shown = client.get(office_of(invitation))
    words = {"invitation": invitation.pk, "form_key": str(uuid4()), "answer": "regrets"}
    client.post(office_of(invitation), words | {"step": "record"})

    assert shown.status_code == 200
    assert Reply.objects.get().invitation == invitation


def test_once_the_old_key_is_taken_away_the_link_is_opened_once_more(
    client, invitation, another_key
):
    client.get(address_of(invitation))

    another_key(with_the_old_one=False)

    assert client.get(office_of(invitation)).status_code == 404
    assert client.get(address_of(invitation)).status_code == 302
    assert client.get(office_of(invitation)).status_code == 200


def test_the_page_of_several_states_knows_what_was_opened_before(client, invitation, another_key):
    client.get(address_of(invitation))
    link, name = invitation.links.get(), f"s-{invitation.pk}"
    mark = client.cookies[name].value

    another_key(with_the_old_one=True)

    assert is_marked(link, mark)
    assert not is_marked(link, f"{mark}x")


def test_a_page_that_answered_a_form_is_still_shown(invitation, another_key):
    client = Client(enforce_csrf_checks=True)
    client.get(address_of(invitation))
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)', client.get(office_of(invitation)).text)[
        1
    ]
    words = {"remarks": "Typed.", "step": "check", "csrfmiddlewaretoken": token}
    leading = client.post(office_of(invitation), words)

    another_key(with_the_old_one=True)

    assert "?shown=" in leading.url
    assert "Typed." in client.get(leading.url).text
