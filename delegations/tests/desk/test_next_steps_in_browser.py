"""What goes out next in a browser, once replies are over: what is asked after a yes."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from delegations.tests.desk.person import signed_in_person
from delegations.tests.desk.silent import silent_state
from delegations.tests.measures import RULES, bring_axe, faults_within
from invitations.models import Filed, ForumEdition
from invitations.tests.factories import ReplyFactory, StepFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def said_yes(edition):
    """An office that answered a month ago; the last day to reply was yesterday."""
    invitation = silent_state(edition, "Africa", 40, focal_point_email="focal@example.org")
    at = timezone.now() - dt.timedelta(days=30)
    ReplyFactory(invitation=invitation, answer="in_person", received_at=at)
    ForumEdition.objects.update(reply_before=timezone.localdate())
    StepFactory(
        edition=edition, days_before=20, asks_for="speaker", variant="speaker", audience="focal"
    )
    return invitation


def test_a_reader_is_led_from_what_goes_out_next_to_who_is_asked_what(chromium, site, said_yes):
    with signed_in_person(chromium, site, "sapt", "Readers") as reader:
        bring_axe(reader.page)
        reader.begin()
        reader.sees("Nobody is reminded of the reply: the deadline has passed.")
        reader.sees("mail, name the speaker: focal point, or the mission where there is none")

        reader.link("Reminders to come")
        reader.click(reader.page.locator("details.day summary"))

        day = reader.page.locator("details.day")
        expect(day).to_contain_text(str(said_yes.member_state.listed_as))
        expect(day).to_contain_text("focal@example.org")
        expect(day).not_to_contain_text(said_yes.minister.to_emails or "minister@")
        assert faults_within(reader.page, ".desk", runOnly=RULES) == []


def test_once_it_is_filed_nothing_goes_out(chromium, site, said_yes):
    state = said_yes.member_state
    Filed.objects.create(edition=said_yes.edition, member_state=state, what="speaker")

    with signed_in_person(chromium, site, "sapt", "Readers") as reader:
        reader.begin()

        reader.sees("Nobody is reminded: the deadline has passed.")
        expect(reader.page.get_by_text("name the speaker")).to_have_count(0)
