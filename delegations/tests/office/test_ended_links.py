"""Links and codes end with an erasure, or some weeks after the last day; a page shows no word."""

import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from delegations.models import Erasure
from delegations.office.urls import urlpatterns
from delegations.tests.desk.erasure.erased import NIGHT, at_night, came, over
from delegations.tests.offices import Browser, browser, page_of, text, words_of
from invitations.links import reply_url
from invitations.models import ReplyDraft, SavedPage
from invitations.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]
# The last day was 9 April 2020.
OPEN, ENDED = dt.datetime(2020, 5, 9, 21, tzinfo=dt.UTC), dt.datetime(2020, 5, 10, 1, tzinfo=dt.UTC)
TYPED = re.compile(r"Zenobia|fritz\.|diabetic|\+999 5550|Zenda")
PAGES = [one.name for one in urlpatterns if "<int:invitation_id>" in str(one.pattern)]


@pytest.fixture
def clock():
    with time_machine.travel(OPEN, tick=False) as traveller:
        yield traveller


@pytest.fixture
def invitation(clock):
    edition = over()
    came(edition)
    return edition.invitations.get()


def address_of(name, invitation):
    more = {"check": {"form_key": "0" * 8 + "-0000-4000-8000-" + "0" * 12}}
    match = next(one for one in urlpatterns if one.name == name)
    named = dict.fromkeys(match.pattern.converters, 1) | {"invitation_id": invitation.pk}
    if "form_key" in named:
        named["form_key"] = more["check"]["form_key"]
    return reverse(f"office:{name}", kwargs=named)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_that_was_open_before_shows_a_word_once_the_days_are_over(clock, invitation, name):
    client = browser(invitation)
    clock.move_to(ENDED)

    page = client.get(address_of(name, invitation))

    assert page.status_code == 410
    assert invitation.edition.contact_email in page.text
    assert not TYPED.search(page.text)


def test_on_the_last_of_the_days_the_office_still_reads_what_it_said(invitation):
    page = browser(invitation).get(page_of(invitation))

    assert "diabetic" in page.text


def test_neither_link_nor_code_opens_anything_once_the_days_are_over(clock, invitation):
    clock.move_to(ENDED)
    link = invitation.links.get()

    answers = [
        Browser().get(reply_url(link).removeprefix("http://testserver")),
        Browser().post(reverse("office:code"), {"code": link.code}),
    ]

    assert [one.status_code for one in answers] == [410, 410]
    assert not any("office-" in name for one in answers for name in one.cookies)
    assert all(invitation.edition.contact_email in one.text for one in answers)


def test_a_page_that_was_kept_for_a_day_is_not_shown_after_the_end(clock, invitation):
    clock.move_to(dt.datetime(2020, 4, 9, 20, tzinfo=dt.UTC))
    client = browser(invitation)
    kept = super(Browser, client).post(
        page_of(invitation), words_of(invitation, answer="", remarks="She is diabetic.")
    )
    invitation.edition.links_open_for = 0
    invitation.edition.save()
    clock.shift(dt.timedelta(hours=9))
    assert SavedPage.objects.exists()

    page = client.get(kept.url)

    assert (page.status_code, TYPED.search(page.text)) == (410, None)


def test_what_is_sent_after_the_end_is_shown_back_and_kept_nowhere(clock, invitation):
    client = browser(invitation)
    clock.move_to(ENDED)

    page = client.post(page_of(invitation), words_of(invitation, remarks="By train."))

    assert (page.status_code, "By train." in page.text) == (410, True)
    assert not TYPED.search(page.text)
    assert [*SavedPage.objects.all(), *ReplyDraft.objects.all()] == []


def test_several_states_name_none_whose_links_have_ended(clock, invitation):
    client = browser(invitation)
    client.post(reverse("office:states"), {"step": "together"})
    state = str(invitation.member_state)
    assert state in client.get(reverse("office:states")).text

    clock.move_to(ENDED)

    assert state not in client.get(reverse("office:states")).text


def test_an_erasure_that_begins_ends_them_before_its_first_row_goes(clock, invitation):
    client = browser(invitation)
    Erasure.objects.create(edition=invitation.edition)

    page = client.get(page_of(invitation, "recorded"))

    assert (page.status_code, TYPED.search(page.text)) == (410, None)


def test_what_a_person_asked_for_ends_them_once_it_cannot_be_taken_back(clock, invitation):
    client = browser(invitation)
    Erasure.objects.create(edition=invitation.edition, asked_by=UserFactory(), reason="Asked.")

    before = client.get(page_of(invitation, "recorded")).status_code
    clock.move_to(OPEN + dt.timedelta(hours=1))

    assert (before, client.get(page_of(invitation, "recorded")).status_code) == (200, 410)


def test_after_the_erasure_nothing_that_was_typed_is_read_by_link_or_staff(
    clock, invitation, admin_client
):
    invitation.edition.links_open_for = 300
    invitation.edition.save()
    at_night(clock, NIGHT)

    page = Browser().get(reply_url(invitation.links.get()).removeprefix("http://testserver"))
    looked_at = admin_client.get(page_of(invitation))

    assert page.status_code == 410
    assert "diabetic" not in looked_at.text + page.text


def test_a_postponed_edition_keeps_its_links(clock, invitation):
    invitation.edition.postponed_at = timezone.now()
    invitation.edition.save()
    clock.move_to(ENDED)

    assert browser(invitation).get(page_of(invitation)).status_code == 200


def test_the_desk_says_until_which_day_links_open(invitation, admin_client):
    page = reverse("desk:erasure", args=[invitation.edition.symbol])

    before = text(admin_client.get(page))
    invitation.edition.links_open_for = 1
    invitation.edition.save()

    assert "Links and codes of letters open until 9 May 2020" in before
    assert "have ended: they open nothing any more" in text(admin_client.get(page))
