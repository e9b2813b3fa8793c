"""What an office reads and can do once the event is over."""

import datetime as dt
import uuid

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from delegations.models import Delegate, Delegation, PolicyStatement
from delegations.nominations import nominate_delegates
from delegations.statements import statement_mark
from delegations.tests.offices import browser, coming, page_of, words_of

pytestmark = pytest.mark.django_db
JUNE = "2027-06-10T09:00Z"


@pytest.fixture
def office():
    """An office that came in May, and opens its link in June."""
    invitation = coming("Ruritania")
    with time_machine.travel(JUNE, tick=False):
        yield invitation


def delegation_of(office):
    return Delegation.objects.create(edition=office.edition, member_state=office.member_state)


def shown(invitation, name="answer"):
    return browser(invitation).get(page_of(invitation, name))


def test_page_of_a_silent_office_asks_nothing_once_the_event_is_over(invitation):
    with time_machine.travel(JUNE, tick=False):
        page = shown(invitation)

    assert page.status_code == 410
    assert "is over" in page.text
    assert "remains welcome" not in page.text
    assert "Check the reply" not in page.text


def test_office_reads_its_answer_once_the_event_is_over(office):
    page = shown(office)

    assert office.replies.get().get_answer_display() in page.text.lower()
    assert "Name the delegation" not in page.text
    assert "to be announced" not in page.text


def test_nothing_is_recorded_online_once_the_event_is_over(office):
    browser(office).post(page_of(office), words_of(office, answer="regrets"))

    assert office.replies.get().answer == "in_person"


def test_last_day_of_the_event_still_takes_an_answer(invitation):
    with time_machine.travel("2027-05-14T20:00Z", tick=False):
        browser(invitation).post(page_of(invitation), words_of(invitation))

        assert invitation.replies.get().answer == "in_person"


def test_postponed_event_is_never_over(invitation):
    with time_machine.travel(JUNE, tick=False):
        invitation.edition.postponed_at = dt.datetime(2027, 4, 1, tzinfo=dt.UTC)
        invitation.edition.save()

        assert shown(invitation).status_code == 200


def test_nobody_is_named_once_the_event_is_over(office):
    with pytest.raises(ValidationError, match="is over"):
        nominate_delegates(office, [{"role": "adviser", "name": "Flavia"}], uuid.uuid4())

    assert not Delegate.objects.exists()


def test_delegation_stands_to_be_read_and_not_to_be_changed(office):
    delegation = delegation_of(office)
    flavia = Delegate.objects.create(delegation=delegation, role="head", name="Flavia Elphberg")

    page = shown(office, "delegation")

    assert "Flavia Elphberg" in page.text
    assert "is over" in page.text
    for act, *of in (("person", flavia.pk), ("take_off", flavia.pk), ("add",), ("list",)):
        assert reverse(f"office:{act}", args=[office.pk, *of]) not in page.text
    assert "member of the secretariat" not in page.text
    assert "named yet" not in page.text


def test_statement_stands_to_be_read_and_not_to_be_saved(office):
    statement = PolicyStatement.objects.create(
        delegation=delegation_of(office), speaker_name="Flavia Elphberg"
    )
    typed = {"invitation": office.pk, "seen": statement_mark(statement), "speaker_name": "Rupert"}

    page = shown(office, "statement")
    saved = browser(office).post(page_of(office, "statement"), typed | {"mode": "in_person"})

    assert "Flavia Elphberg" in page.text
    assert "Save the statement" not in page.text
    assert "is over" in saved.text
    statement.refresh_from_db()
    assert statement.speaker_name == "Flavia Elphberg"


def test_office_that_named_nobody_is_not_led_to_name_somebody(office):
    assert page_of(office, "delegation") not in shown(office).text
    assert not Delegation.objects.exists()


def test_front_page_asks_for_no_reply_once_the_event_is_over(office):
    page = browser().get(reverse("office:home")).text

    assert "This event is over" in page
    assert "Confirm with your code" not in page
    assert reverse("office:code") in page
