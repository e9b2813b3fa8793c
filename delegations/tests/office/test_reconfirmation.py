"""Once dates have moved, the office's page shows them and asks with one button."""

import re

import pytest
from django.utils import translation

from delegations.tests.offices import browser, coming, invited, page_of, text, token_in, words_of
from delegations.tests.rows import all_rows
from invitations.models import Answer, Reconfirmation, Reply
from invitations.tests.moving import asked, moved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

BUTTON = "Our reply is still valid"


@pytest.fixture
def invitation():
    return coming("Ruritania")


@pytest.fixture
def office(invitation):
    return browser(invitation)


def sent_by_button(page):
    return dict(re.findall(r'name="(reply|dates)" value="([^"]*)"', page.content.decode()))


def pressed(office, invitation, page=None):
    page = page or office.get(page_of(invitation))
    return office.post(page_of(invitation, "still_valid"), sent_by_button(page), follow=True)


def test_before_a_move_is_released_the_page_asks_nothing(invitation, office):
    asked(invitation.edition)

    page = text(office.get(page_of(invitation)))

    assert BUTTON not in page
    assert "10–14 May 2027" in page


def test_the_page_shows_both_dates_and_asks_with_one_button(invitation, office):
    moved(invitation.edition)

    page = text(office.get(page_of(invitation)))

    assert "The dates of the event have changed" in page
    assert "10–14 May 2027" in page
    assert "31 May 2027 – 4 June 2027" in page
    assert page.count(BUTTON) == 1


def test_one_press_re_confirms_and_another_changes_nothing_more(invitation, office):
    moved(invitation.edition)
    page = office.get(page_of(invitation))

    thanked = text(pressed(office, invitation, page))
    again = text(pressed(office, invitation, page))

    assert "We thank you: your answer is re-confirmed" in thanked
    assert "Your reply has been given or re-confirmed for these dates" in again
    assert BUTTON not in again
    assert Reconfirmation.objects.get().said == "still_valid"
    assert Reply.objects.count() == 1


def test_a_get_of_the_button_changes_nothing(invitation, office):
    moved(invitation.edition)
    before = all_rows()

    answer = office.get(page_of(invitation, "still_valid"))

    assert answer.url == page_of(invitation)
    assert all_rows() == before


def test_a_press_without_token_is_refused_and_the_button_stays(invitation):
    moved(invitation.edition)
    office = browser(invitation, enforce_csrf_checks=True)
    page = office.get(page_of(invitation))
    said = sent_by_button(page)

    refused = office.post(page_of(invitation, "still_valid"), said)
    assert "open too long" in text(refused)
    assert Reconfirmation.objects.get().said == "not_yet"

    said["csrfmiddlewaretoken"] = token_in(refused)
    office.post(page_of(invitation, "still_valid"), said)
    assert Reconfirmation.objects.get().said == "still_valid"


def test_a_press_on_a_page_with_earlier_dates_shows_the_new_ones(invitation, office):
    moved(invitation.edition)
    earlier = office.get(page_of(invitation))
    moved(invitation.edition, days=7)

    page = pressed(office, invitation, earlier)

    assert "The dates have changed since you opened the page" in text(page)
    assert "7 June 2027 – 11 June 2027" in text(page) or "7–11 June 2027" in text(page)
    assert not Reconfirmation.objects.exclude(said="not_yet").exists()
    pressed(office, invitation, page)
    assert Reconfirmation.objects.current().get().said == "still_valid"


def test_a_form_filled_before_the_move_is_shown_with_the_new_dates_and_keeps_its_words(office):
    invitation = invited("Zenda")
    office = browser(invitation)
    page = office.get(page_of(invitation))
    shown = re.search(r'name="dates" value="([^"]*)"', page.content.decode())[1]
    moved(invitation.edition)
    words = words_of(invitation, remarks="With regards.", seen="", dates=shown)

    refused = office.post(page_of(invitation), words)

    assert "The dates have changed since you opened the page" in text(refused)
    assert "With regards." in text(refused)
    assert not Reply.objects.filter(invitation=invitation).exists()
    words["dates"] = re.search(r'name="dates" value="([^"]*)"', refused.content.decode())[1]
    office.post(page_of(invitation), words)
    assert Reply.objects.get(invitation=invitation).remarks == "With regards."


def test_an_answer_that_is_offered_no_more_has_no_button_but_a_way_to_another(invitation, office):
    moved(invitation.edition, "online")

    page = text(office.get(page_of(invitation)))
    form = office.get(page_of(invitation, "change"))

    assert "The event is held online" in page
    assert "is not offered any more. It stays on file as you gave it" in page
    assert BUTTON not in page
    assert page_of(invitation, "change") in page
    assert not re.search(r'name="answer"[^>]*checked', form.content.decode())


def test_a_postponement_takes_no_pressure_and_asks_nothing(invitation, office):
    moved(invitation.edition, "postponed")

    page = text(office.get(page_of(invitation)))

    assert "The event has been postponed" in page
    assert "nothing is asked of you now" in page
    assert BUTTON not in page
    assert "May 2027" not in page


def test_a_silent_office_reads_that_there_is_no_deadline_while_it_is_postponed():
    invitation = invited("Zenda")
    moved(invitation.edition, "postponed")

    page = text(browser(invitation).get(page_of(invitation)))

    assert "Until then there is no date before which to reply" in page
    assert "Please reply before" not in page
    assert "2027" not in page.replace("WSIS Forum 2027", "").partition("<footer>")[0]


def test_staff_who_look_see_the_question_and_no_button(invitation, admin_client):
    moved(invitation.edition)

    page = text(admin_client.get(page_of(invitation)))

    assert "The dates of the event have changed" in page
    assert BUTTON not in page
    assert admin_client.post(page_of(invitation, "still_valid")).status_code == 403


def test_a_closed_edition_takes_no_re_confirmation(invitation, office):
    moved(invitation.edition)
    page = office.get(page_of(invitation))
    type(invitation.edition).objects.update(replies_closed_at="2027-02-01T00:00Z")

    assert pressed(office, invitation, page).status_code == 410
    assert Reconfirmation.objects.get().said == "not_yet"


@pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "ru", "zh-hans"])
def test_the_question_speaks_the_language_of_the_letter(language):
    invitation = coming("Ruritania")
    type(invitation.minister).objects.update(language=language)
    moved(invitation.edition)

    page = browser(invitation).get(page_of(invitation)).content.decode()

    with translation.override(language):
        assert str(Answer.IN_PERSON.label)[1:] in page
    assert f'<html lang="{language}"' in page
    assert 'name="dates"' in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_question_takes_as_many_queries_however_often_dates_moved(
    invitation, office, number, django_assert_num_queries
):
    for _one in range(number):
        moved(invitation.edition)
    office.get(page_of(invitation))

    with django_assert_num_queries(9):
        office.get(page_of(invitation))


def test_a_page_of_an_edition_that_never_moved_asks_the_database_nothing_more(
    invitation, office, django_assert_num_queries
):
    office.get(page_of(invitation))

    with django_assert_num_queries(6):
        office.get(page_of(invitation))


def test_an_answer_given_again_on_the_page_is_a_re_confirmation(invitation, office):
    moved(invitation.edition)
    form = office.get(page_of(invitation, "change")).content.decode()
    marks = dict(re.findall(r'name="(seen|dates|form_key)" value="([^"]*)"', form))

    office.post(page_of(invitation), words_of(invitation, **{**marks, "answer": "regrets"}))

    assert Reconfirmation.objects.get().said == "changed"
