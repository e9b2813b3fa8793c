"""A note verbale that did not arrive, over letters of which one was withdrawn since."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.admin.list_columns import change_url, list_url
from invitations.letters.circulars import plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter
from invitations.outbox.corrections.notes import forward_again, reason_not_to_forward_again
from invitations.outbox.decisions import reason_not_to_send_again
from invitations.tests.corrections import came_back_over_one_withdrawn
from invitations.tests.desk import browser_of, choose, of_group
from invitations.tests.factories import UserFactory
from invitations.tests.originals import approved

pytestmark = pytest.mark.django_db

BOTH = "chancery@example.org head@example.org"


def notes_of(note):
    return note.circular.letters.in_force().filter(kind="note").order_by("pk")


@pytest.mark.parametrize("state", ["bounced", "uncertain"])
def test_what_remains_is_forwarded_by_another_note_once_a_person_asks(state):
    note = came_back_over_one_withdrawn(state)
    assert list(notes_of(note)) == [note]

    anew = forward_again(note, UserFactory())
    compose_planned()

    assert list(notes_of(note)) == [anew]
    anew.refresh_from_db()
    assert (anew.state, anew.covers.get().state) == ("composed", "approved")
    assert [["to", one.address] for one in note.deliveries.all()] == anew.recipients
    assert approved(anew).deliveries.get().state == "queued"


def test_an_address_at_which_the_note_arrived_gets_no_other_one():
    note = came_back_over_one_withdrawn("bounced", emails=BOTH)
    arrived = note.deliveries.filter(address="chancery@example.org")
    arrived.update(state="handed_over", handed_over_at=timezone.now())

    anew = forward_again(note, UserFactory())
    compose_planned()

    anew.refresh_from_db()
    assert anew.recipients == [["to", "head@example.org"]]
    assert list(notes_of(note)) == [note, anew]


def test_who_asks_drafts_the_note_and_its_history_says_what_became_of_each_copy():
    note, by = came_back_over_one_withdrawn("uncertain"), UserFactory()

    anew = forward_again(note, by)

    copy = note.deliveries.get()
    assert (copy.state, copy.events.latest("pk").actor) == ("cancelled", by)
    assert (anew.composed_by, anew.events.get().actor) == (by, by)
    assert reason_not_to_send_again(copy) != ""


def test_a_note_that_arrived_is_not_forwarded_again():
    note = came_back_over_one_withdrawn("bounced")
    note.deliveries.update(state="handed_over", handed_over_at=timezone.now())

    with pytest.raises(ValidationError, match="No copy of it came back"):
        forward_again(note, UserFactory())


def test_a_note_over_letters_that_all_stand_is_sent_as_it_is_and_not_forwarded_again():
    note = came_back_over_one_withdrawn("bounced")
    note.covers.remove(*note.covers.filter(state="cancelled"))

    assert "Only a note verbale is forwarded anew" in reason_not_to_forward_again(note)


def test_the_page_of_the_mail_that_came_back_leads_there():
    note = came_back_over_one_withdrawn("bounced")
    drafter = browser_of(of_group("Drafters"))

    shown = drafter.get(change_url(note.deliveries.get())).content.decode()
    asked = choose(drafter, list_url(Letter), "forward_again", note)

    assert "Forward anew what remains" in shown
    assert asked.status_code == 200
    reader = browser_of(of_group("Readers"))
    page = reader.get(change_url(note.deliveries.get())).content.decode()
    assert "Forward anew what remains" not in page


def test_a_note_whose_copies_were_all_cancelled_as_they_left_is_planned_again():
    note = came_back_over_one_withdrawn("bounced")
    note.covers.remove(*note.covers.filter(state="cancelled"))
    assert plan_notes(note.circular) == 0

    note.deliveries.update(state="cancelled")

    assert plan_notes(note.circular) == 1
    assert notes_of(note).last().covers.get() == note.covers.get()
