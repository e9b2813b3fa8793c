"""Speakers are moved to the end of a session, and swapped, each for a reason that is kept."""

import datetime as dt

import pytest
import time_machine
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from delegations.models import HighLevelSession, SpeakingSlot
from delegations.programme.calling import pass_over, running_order
from delegations.tests.places import order_of, session_of, speaking
from invitations.tests.desk import told
from invitations.tests.factories import EditionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

SLOTS = reverse("admin:delegations_speakingslot_changelist")
LATE = "The minister’s plane is late."


@pytest.fixture
def session():
    return session_of(EditionFactory())


@pytest.fixture
def afternoon(session):
    hours = dt.timedelta(hours=4)
    return session_of(
        session.edition, starts_at=session.starts_at + hours, ends_at=session.ends_at + hours
    )


def listed(session, *names):
    return [
        SpeakingSlot.objects.create(
            session=session, delegation=speaking(session.edition, name), position=place
        )
        for place, name in enumerate(names, 1)
    ]


def called_in_vain(slot):
    with time_machine.travel(slot.session.starts_at, tick=False):
        pass_over(slot)


def do(client, action, *slots, **words):
    chosen = {"action": action, "_selected_action": [one.pk for one in slots]}
    return client.post(SLOTS, chosen | {"answered": "yes", "reason": LATE} | words, follow=True)


def test_who_comes_late_speaks_at_the_end_of_the_own_session(admin_client, session):
    late, *_others = listed(session, "Armenia", "Belgium", "Chad")

    page = do(admin_client, "move_selected", late, session=session.pk)

    assert order_of(session) == [(1, "Belgium"), (2, "Chad"), (3, "Armenia")]
    late.refresh_from_db()
    assert late.move_reason == LATE
    assert told(page) == ["1 speaker is moved."]


def test_a_session_that_runs_over_is_split_with_one_press(admin_client, session, afternoon):
    _first, *rest = listed(session, "Armenia", "Belgium", "Chad")
    listed(afternoon, "Denmark")

    page = do(admin_client, "move_selected", *reversed(rest), session=afternoon.pk)

    assert order_of(session) == [(1, "Armenia")]
    assert order_of(afternoon) == [(1, "Denmark"), (2, "Belgium"), (3, "Chad")]
    assert told(page) == ["2 speakers are moved."]


def test_two_speakers_take_each_others_places(admin_client, session, afternoon):
    one, _other, _third = listed(session, "Armenia", "Belgium", "Chad")
    _fourth, two = listed(afternoon, "Denmark", "Estonia")

    do(admin_client, "swap_selected", two, one)

    assert order_of(session) == [(1, "Estonia"), (2, "Belgium"), (3, "Chad")]
    assert order_of(afternoon) == [(1, "Denmark"), (2, "Armenia")]
    assert {*SpeakingSlot.objects.exclude(move_reason="")} == {one, two}
    entry = LogEntry.objects.get_for_object(one).latest("pk")
    assert entry.changes["position"] == ["1", "2"]
    assert entry.actor.is_superuser


def test_history_tells_of_a_swap_what_has_changed_alone(admin_client, session):
    one, two = listed(session, "Armenia", "Belgium")

    do(admin_client, "swap_selected", one, two)

    entry = LogEntry.objects.get_for_object(two).latest("pk")
    assert entry.changes == {"position": ["2", "1"], "move_reason": ["", LATE]}


@pytest.mark.parametrize("action", ["move_selected", "swap_selected"])
def test_who_was_called_in_vain_is_called_in_turn_in_another_session(
    admin_client, session, afternoon, action
):
    late, _other = listed(session, "Armenia", "Belgium")
    there, *_rest = listed(afternoon, "Chad", "Denmark", "Estonia")
    called_in_vain(late)

    do(admin_client, action, late, *chosen_with(action, there), session=afternoon.pk)

    late.refresh_from_db()
    assert late.session == afternoon
    order = running_order(afternoon, afternoon.starts_at)
    assert order.to_call[0].at == afternoon.starts_at
    assert [one.slot.position for one in order.to_call] == sorted(
        one.slot.position for one in order.to_call
    )
    assert "passed_over_at" in LogEntry.objects.get_for_object(late).latest("pk").changes


def test_a_swap_gives_who_was_called_in_vain_the_other_place(admin_client, session):
    late, _second, third, _last = listed(session, "Armenia", "Belgium", "Chad", "Denmark")
    called_in_vain(late)

    do(admin_client, "swap_selected", late, third)

    order = running_order(session, session.starts_at)
    assert [str(one.slot.delegation.member_state) for one in order.to_call] == [
        "Chad", "Belgium", "Armenia", "Denmark",
    ]  # fmt: skip


def chosen_with(action, other):
    return [other] if action == "swap_selected" else []


@pytest.mark.parametrize("action", ["move_selected", "swap_selected"])
def test_a_place_in_a_session_that_is_called_off_becomes_no_second_one(
    admin_client, session, afternoon, action
):
    called_off = session_of(session.edition, is_called_off=True)
    [standing] = listed(session, "Armenia")
    left = SpeakingSlot.objects.create(
        session=called_off, delegation=standing.delegation, position=1
    )
    [there] = listed(afternoon, "Belgium")

    page = do(admin_client, action, left, *chosen_with(action, there), session=afternoon.pk)

    assert "It has a place on the list of speakers already." in " ".join(told(page))
    of_state = SpeakingSlot.objects.in_public_sessions().filter(delegation=standing.delegation)
    assert of_state.get() == standing


def test_no_swap_takes_a_state_into_a_session_that_is_called_off(admin_client, session, afternoon):
    [left], [there] = listed(session, "Armenia"), listed(afternoon, "Belgium")
    HighLevelSession.objects.filter(pk=session.pk).update(is_called_off=True)

    page = do(admin_client, "swap_selected", left, there)

    assert order_of(afternoon) == [(1, "Belgium")]
    assert "Dialogues is called off, and nobody gets a place in it." in " ".join(told(page))


@pytest.mark.parametrize("number", [1, 3])
def test_one_swaps_two_and_no_other_number(admin_client, session, number):
    slots = listed(session, "Armenia", "Belgium", "Chad")
    before = order_of(session)

    page = do(admin_client, "swap_selected", *slots[:number])

    assert told(page) == ["Choose two speakers: each takes the other’s place."]
    assert order_of(session) == before


@pytest.mark.parametrize("action", ["move_selected", "swap_selected"])
def test_nobody_is_moved_without_a_reason(admin_client, session, action):
    slots = listed(session, "Armenia", "Belgium")
    before = order_of(session)

    do(admin_client, action, *slots, session=session.pk, reason=" ")

    assert order_of(session) == before


@pytest.mark.parametrize("action", ["move_selected", "swap_selected"])
def test_who_has_spoken_stays(admin_client, session, action):
    slots = listed(session, "Armenia", "Belgium")
    SpeakingSlot.objects.filter(pk=slots[0].pk).update(heard_at=timezone.now())

    page = do(admin_client, action, *slots, session=session.pk)

    assert any("has spoken" in sentence for sentence in told(page))
    assert order_of(session) == [(1, "Armenia"), (2, "Belgium")]


def test_nobody_is_moved_to_another_edition(admin_client, session):
    [slot] = listed(session, "Armenia")
    elsewhere = session_of(EditionFactory())

    page = do(admin_client, "move_selected", slot, session=elsewhere.pk)

    assert "another edition" in " ".join(told(page))
    assert order_of(elsewhere) == []


@pytest.mark.parametrize(("said", "found"), [("yes", ["Armenia"]), ("no", ["Belgium"])])
def test_who_has_spoken_is_one_list_and_who_has_not_another(admin_client, session, said, found):
    spoken, _waiting = listed(session, "Armenia", "Belgium")
    SpeakingSlot.objects.filter(pk=spoken.pk).update(heard_at=timezone.now())

    shown = admin_client.get(SLOTS, {"heard": said}).context["cl"].result_list

    assert [str(slot.delegation.member_state) for slot in shown] == found
