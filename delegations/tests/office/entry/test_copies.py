"""A copy of the database: no link opens on it until it is armed, and nothing typed is lost."""

import pytest
from django.urls import reverse

from delegations.tests.offices import browser, invited, page_of, text, words_of
from invitations.models import Arming, Reply
from invitations.outbox.arming import arm, reason_sending_is_off
from wsis_forum.env import Mailbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(settings):
    settings.MAILBOX = Mailbox("smtp", "127.0.0.1", 9, "", "", "none")
    return invited("Ruritania")


def restored():
    """What the row of the arming says on a database that was restored elsewhere."""
    arm()
    Arming.objects.update(database="1/2")


def test_on_a_copy_no_link_opens_and_no_reply_is_taken(office):
    client = browser(office)
    words = words_of(office, remarks="By train.", step="record")
    restored()

    opened = client.get(reverse("office:open", args=[office.links.get().token]), follow=True)
    answered = client.post(page_of(office), words)

    assert (opened.status_code, answered.status_code) == (503, 503)
    assert answered["Retry-After"].isdecimal()
    assert "By train." in text(answered)
    assert not Reply.objects.exists()


def test_on_a_copy_that_takes_the_place_offices_answer_before_anything_leaves(office):
    restored()

    arm(links_only=True)

    assert browser(office).get(page_of(office)).status_code == 200
    assert "somebody stopped all sending" in reason_sending_is_off()
    arm()
    assert "has no ARMING_KEY" in reason_sending_is_off()


def test_where_sending_was_stopped_offices_answer(office):
    arm(links_only=True)

    assert browser(office).get(page_of(office)).status_code == 200


def test_where_nobody_ever_armed_links_open(office):
    assert browser(office).get(page_of(office)).status_code == 200


def test_where_mail_goes_to_a_folder_a_copy_is_for_practice(office, settings):
    restored()
    settings.MAILBOX = Mailbox("file", folder="/nowhere")

    assert browser(office).get(page_of(office)).status_code == 200
