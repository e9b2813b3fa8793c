"""Who is moved while the list is public waits for a call, and no mail leaves by itself."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from delegations.models import PolicyStatement, SpeakingSlot
from delegations.programme.inscribing import inscribe
from delegations.programme.speakers import move_to_end, swap_speakers
from delegations.tests.places import announced, session_of
from invitations.models import Letter, TelephoneCall
from invitations.tests.desk import told
from invitations.tests.factories import EditionFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

SLOTS = reverse("admin:delegations_speakingslot_changelist")
LATE = "The minister’s plane is late."
TO_TELL = "speaker moved since the list is public, and whose office nobody has reached since"


@pytest.fixture
def session():
    """Three speakers on a list that is public since an hour."""
    edition = EditionFactory(speakers_published_at=timezone.now() - dt.timedelta(hours=1))
    session = session_of(edition)
    for name in ("Armenia", "Belgium", "Chad"):
        inscribe(announced(session, name))
    return session


def to_inform():
    slots = SpeakingSlot.objects.to_inform(timezone.now())
    return {str(one.delegation.member_state) for one in slots}


def first(session):
    return session.slots.get(delegation__member_state__short_name_en="Armenia")


def call(slot, outcome):
    invitation = slot.delegation.member_state.invitations.get()
    TelephoneCall.objects.create(invitation=invitation, by=UserFactory(), outcome=outcome)


def test_who_is_moved_waits_for_a_call_and_who_steps_forward_does_not(session):
    move_to_end(first(session), session, LATE)

    assert to_inform() == {"Armenia"}
    assert not Letter.objects.filter(kind=Letter.Kind.CALENDAR).exists()


def test_both_who_are_swapped_wait_for_a_call(session):
    swap_speakers(first(session), session.slots.get(position=3), LATE)

    assert to_inform() == {"Armenia", "Chad"}


@pytest.mark.parametrize(("outcome", "waiting"), [("reached", set()), ("no_answer", {"Armenia"})])
def test_who_was_reached_since_waits_no_more(session, outcome, waiting):
    move_to_end(first(session), session, LATE)

    call(first(session), outcome)

    assert to_inform() == waiting


def test_who_is_moved_again_waits_again(session):
    move_to_end(first(session), session, LATE)
    call(first(session), "reached")
    SpeakingSlot.objects.update(moved_at=timezone.now() + dt.timedelta(minutes=5))

    assert "Armenia" in to_inform()


def test_who_gets_a_place_in_place_of_one_in_a_session_called_off_waits_for_a_call(session):
    statement = PolicyStatement.objects.get(delegation=first(session).delegation)
    session.is_called_off = True
    session.save()

    inscribe(statement, session_of(session.edition, title="Round table"))

    assert to_inform() == {"Armenia"}


def test_before_the_list_is_public_nobody_has_to_be_told(session):
    session.edition.speakers_published_at = timezone.now() + dt.timedelta(hours=1)
    session.edition.save()

    move_to_end(first(session), session, LATE)

    assert to_inform() == set()


def test_after_the_session_nobody_has_to_be_told(session):
    move_to_end(first(session), session, LATE)

    assert not SpeakingSlot.objects.to_inform(session.ends_at).exists()


def test_the_desk_is_told_to_call_and_the_overview_counts_who_is_to_be_called(
    admin_client, session
):
    chosen = {"action": "move_selected", "_selected_action": [first(session).pk]}
    words = {"answered": "yes", "reason": LATE, "session": session.pk}

    page = admin_client.post(SLOTS, chosen | words, follow=True)

    assert any("no mail tells of the move" in sentence for sentence in told(page))
    items = admin_client.get(reverse("admin:index")).context["to_do"]
    [item] = [one for one in items if str(one["title"]) == TO_TELL]
    listed = admin_client.get(item["url"]).context["cl"].result_list
    assert [one.pk for one in listed] == [first(session).pk]
    assert item["count"] == 1
