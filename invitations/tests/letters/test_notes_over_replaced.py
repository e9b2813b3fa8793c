"""Of a note verbale over several letters those that no replacement cancels are forwarded still."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.letters.approval import recompose_letter
from invitations.letters.circulars import call_back_circular, plan_notes
from invitations.letters.composing_queue import compose_planned
from invitations.models import Invitation, Letter
from invitations.models.held.outdated import OVER_REPLACED, outdated_letters
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.mending.notes import forward_anew
from invitations.outbox.mending.replacing import replace_letters
from invitations.tests.factories import CircularFactory, UserFactory
from invitations.tests.letters.drafts import under_one_note
from invitations.tests.originals import approved
from invitations.tests.unset import not_set_in_type

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch):
    not_set_in_type(monkeypatch)


@pytest.fixture
def letters():
    """Two letters and the note above them to two addresses, all approved, which wait to leave."""
    circular = under_one_note(emails="chancery@example.org head@example.org")
    return [approved(one) for one in circular.letters.in_force().order_by("pk")]


def replaced(letter):
    """Approve a replacement of the letter, which leaves tomorrow; return its circular."""
    circular = CircularFactory(
        edition=letter.circular.edition,
        kind="replacement",
        changes="A name.",
        planned_at=timezone.now() + dt.timedelta(days=1),
    )
    whose = Invitation.objects.filter(pk=letter.invitation_id)
    replace_letters(circular, whose, UserFactory(), "A name.")
    compose_planned()
    approved(circular.letters.get())
    return circular


def notes_of(circular):
    return circular.letters.in_force().filter(kind="note").order_by("pk")


def states(note):
    return set(note.deliveries.values_list("state", flat=True))


def test_the_others_are_forwarded_by_a_note_without_the_one_that_is_replaced(peer, letters):
    first, second, note = letters
    replaced(first)
    dispatch_outbox()
    assert states(note) == {"missed"}

    recompose_letter(note, UserFactory())
    compose_planned()
    anew = notes_of(note.circular).last()
    assert list(anew.covers.all()) == [second]
    approved(anew)
    dispatch_outbox()

    assert states(anew) == {"handed_over"}


def test_a_note_is_planned_over_none_that_is_replaced(letters):
    first, second, note = letters
    replaced(first)
    note.deliveries.update(state="cancelled")

    plan_notes(note.circular)

    assert list(notes_of(note.circular).last().covers.all()) == [second]


def test_what_another_note_has_brought_meanwhile_is_kept_for_nobody(peer, letters):
    first, second, note = letters
    here, there = note.deliveries.order_by("pk")
    note.deliveries.filter(pk=here.pk).update(state="handed_over", handed_over_at=timezone.now())
    circular = replaced(first)
    dispatch_outbox()
    assert states(note) == {"handed_over", "missed"}

    anew = forward_anew(note, UserFactory())
    compose_planned()
    anew.refresh_from_db()
    assert (anew.recipients, anew.covers.get()) == ([["to", there.address]], second)
    call_back_circular(circular, UserFactory(), "The name was right.")

    assert states(note) == {"handed_over", "cancelled"}


def test_a_note_over_a_letter_that_was_replaced_meanwhile_is_not_approved():
    circular = under_one_note()
    *letters, note = circular.letters.in_force().order_by("pk")
    first, second = [approved(one) for one in letters]
    replaced(first)

    with pytest.raises(ValidationError, match="replaced one that it covers: compose the note anew"):
        approved(note)
    assert outdated_letters(Letter.objects.all())[note.pk].because == OVER_REPLACED
    recompose_letter(note, UserFactory())
    compose_planned()

    anew = notes_of(circular).get()
    assert list(anew.covers.all()) == [second]
    assert approved(anew).state == "approved"
