"""Somebody whose name is on the list is added once more only by who was told so."""

import re
import uuid

import pytest

from delegations.models import Delegate
from delegations.tests.offices import browser, coming, page_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


@pytest.fixture
def invitation():
    return coming("Ruritania")


def words_of(invitation, **words):
    own = {"invitation": invitation.pk, "form_key": uuid.uuid4(), "role": "adviser"}
    return own | {"name": "Rudolf Rassendyll"} | words


def told_by(page):
    """What the page sends along unseen."""
    return dict(re.findall(r'type="hidden" name="(namesake|form_key)" value="([^"]*)"', text(page)))


def names():
    return list(Delegate.objects.order_by("pk").values_list("name", flat=True))


def test_a_person_typed_again_with_other_particulars_is_not_named_twice(invitation):
    client, url = browser(invitation), page_of(invitation, "add")
    client.post(url, words_of(invitation))

    asked = client.post(url, words_of(invitation, name="rudolf  RASSENDYLL", function="Envoy"))

    assert "Rudolf Rassendyll is on the list already." in text(asked)
    assert 'value="Envoy"' in text(asked)
    assert names() == ["Rudolf Rassendyll"]


def test_another_person_of_the_same_name_is_added_by_saving_again(invitation):
    client, url = browser(invitation), page_of(invitation, "add")
    client.post(url, words_of(invitation))
    words = words_of(invitation, function="Envoy")
    told = told_by(client.post(url, words))

    client.post(url, words | told)

    assert names() == ["Rudolf Rassendyll"] * 2


def test_who_was_told_of_one_name_was_not_told_of_another(invitation):
    client, url = browser(invitation), page_of(invitation, "add")
    for name in ("Rudolf Rassendyll", "Sapt"):
        client.post(url, words_of(invitation, name=name))
    words = words_of(invitation, function="Envoy")
    told = told_by(client.post(url, words))

    asked = client.post(url, words | told | {"name": "Sapt"})

    assert "Sapt is on the list already." in text(asked)
    assert names() == ["Rudolf Rassendyll", "Sapt"]
