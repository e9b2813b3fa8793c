"""What a page of a record is for those who only read it."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from invitations.admin.list_columns import at_hour, hour_of_edition, list_url
from invitations.models import Answer, CallListEntry, LetterEvent
from invitations.tests.desk import page_of, signed_in
from invitations.tests.factories import EditionFactory

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2027, 3, 1, 11, tzinfo=dt.UTC)


@pytest.fixture
def page(client):
    edition = EditionFactory(
        answers_offered=["in_person", "regrets"],
        segments_offered=["opening"],
        original_ranks=["HOS"],
        replies_closed_at=NOON,
        time_zone="Asia/Tokyo",
        time_zone_name="Tokyo time",
    )
    signed_in(client, "view_forumedition")
    return client.get(page_of(edition)).text


def test_a_reader_sees_what_an_edition_offers_in_words(page):
    assert "in_person" not in page
    assert str(Answer.IN_PERSON.label) in page
    assert "opening" in page.casefold()
    assert "Head of State" in page


def test_a_reader_sees_an_edition_s_hour_on_its_clock_with_its_zone(page):
    assert "1 March 2027, 20:00 (Tokyo time)" in page


def test_a_reader_is_not_asked_for_a_reason(page):
    assert "Why changed" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "1 March 2027, 12:00"),
        ("fr", "1 mars 2027, 12:00"),
        ("es", "1 de marzo de 2027, 12:00"),
        ("ru", "1 марта 2027\xa0г., 12:00"),
        ("zh-hans", "2027年3月1日 12:00"),
        ("ar", "1 مارس 2027، 12:00"),
    ],
)
def test_an_hour_stands_as_the_language_of_the_reader_has_it(language, words):
    with translation.override(language):
        assert at_hour(NOON) == words


def test_no_hour_is_no_words():
    assert at_hour(None) == hour_of_edition(None, EditionFactory()) == ""


def test_lists_show_days_and_hours_as_pages_do(admin_client):
    edition = EditionFactory()

    listed = admin_client.get(reverse("admin:invitations_forumedition_changelist")).text

    assert date_format(edition.opens_on, "j F Y") in listed


def test_where_nobody_changes_anything_no_administrator_is_named_and_the_other_page_is(client):
    signed_in(client, "view_calllistentry", "view_letterevent")
    told = {model: client.get(list_url(model)).text for model in (CallListEntry, LetterEvent)}

    assert all("You may read this page" in words for words in told.values())
    assert all("administrator" not in words for words in told.values())
    assert "A call is noted on the page of its State" in told[CallListEntry]
