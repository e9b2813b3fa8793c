"""An edition that counts neither women nor men, and asks nobody."""

import io
import uuid

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from delegations.models import Delegate
from delegations.tests.offices import browser, coming, page_of, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


@pytest.fixture
def invitation():
    invitation = coming("Ruritania")
    invitation.edition.asks_gender = False
    invitation.edition.save()
    return invitation


@pytest.fixture
def person(invitation):
    words = {"invitation": invitation.pk, "form_key": uuid.uuid4(), "role": "head"}
    browser(invitation).post(page_of(invitation, "add"), words | {"name": "Flavia Elphberg"})
    return Delegate.objects.get()


def test_the_page_of_a_person_does_not_ask_for_it(invitation):
    page = text(browser(invitation).get(page_of(invitation, "add")))

    assert "Woman" not in page
    assert "policy on gender equality" not in page


@pytest.mark.usefixtures("person")
def test_the_page_of_the_delegation_neither_counts_nor_encourages(invitation):
    page = text(browser(invitation).get(page_of(invitation, "delegation")))

    assert "Flavia Elphberg" in page
    assert "gender" not in page
    assert "women" not in page


def test_what_was_stated_before_stays_when_the_person_is_changed(invitation, person):
    Delegate.objects.update(gender="f")
    client = browser(invitation)
    url = reverse("office:person", args=[invitation.pk, person.pk])
    form = client.get(url).context["form"]
    typed = {field.name: field.value() or "" for field in form}

    client.post(url, typed | {"function": "Minister"})

    person.refresh_from_db()
    assert (person.function, person.gender) == ("Minister", "f")


def test_the_list_to_fill_in_has_no_column_for_it(invitation):
    response = browser(invitation).get(page_of(invitation, "list_template"))

    headings = [cell.value for cell in load_workbook(io.BytesIO(response.content)).active[1]]
    assert "Gender" not in headings
    assert "Role" in headings


def test_a_list_that_states_it_is_read_without_it(invitation):
    lines = "Name;Sex;Function\nFlavia Elphberg;f;Minister"
    words = {"invitation": invitation.pk, "form_key": uuid.uuid4(), "lines": lines}
    client, url = browser(invitation), page_of(invitation, "list")

    shown = text(client.post(url, words))
    client.post(url, words | {"step": "add", "without": "“Sex”"})

    assert "Woman" not in shown
    assert "would be left out: “Sex”" in shown
    assert Delegate.objects.values_list("function", "gender").get() == ("Minister", "")


def test_a_list_without_headings_has_the_columns_of_the_one_to_fill_in(invitation):
    lines = "Flavia Elphberg;Minister;Ministry;flavia@example.org;Adviser;2027-05-10"
    words = {"invitation": invitation.pk, "form_key": uuid.uuid4(), "lines": lines}

    browser(invitation).post(page_of(invitation, "list"), words | {"step": "add"})

    assert str(Delegate.objects.get().arrives_on) == "2027-05-10"


def test_the_board_says_nothing_of_women_and_men(invitation, admin_client):
    page = admin_client.get(reverse("desk:board")).content.decode()

    assert "Women and men" not in page
