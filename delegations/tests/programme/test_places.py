"""Places on the list of speakers, as the desk gives and moves them."""

import datetime as dt

import pytest
import time_machine
from auditlog.models import LogEntry
from django.urls import reverse

from delegations.models import Delegation, HighLevelSession, PolicyStatement, SpeakingSlot
from delegations.programme import speakers
from delegations.programme.calling import note_heard, pass_over
from delegations.programme.inscribing import inscribe
from delegations.programme.turns import neighbours_of
from delegations.tests.lists import take_out_url
from delegations.tests.offices import text
from delegations.tests.places import announced, approve, order_of, session_of, speaking
from invitations.admin.list_columns import list_url
from invitations.tests.desk import told
from invitations.tests.factories import EditionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

ADD = reverse("admin:delegations_speakingslot_add")
WHY = "The minister leaves on the first day."


@pytest.fixture
def edition():
    return EditionFactory(speaking_minutes=5)


@pytest.fixture
def session(edition):
    return session_of(edition)


def listed(session, *names):
    """Let these States speak in this order."""
    return [
        SpeakingSlot.objects.create(
            session=session, delegation=speaking(session.edition, name), position=place
        )
        for place, name in enumerate(names, 1)
    ]


def page_url(row):
    return reverse(f"admin:delegations_{row._meta.model_name}_change", args=[row.pk])


def words_of(slot, **words):
    own = {"session": slot.session_id, "delegation": slot.delegation_id, "minutes": slot.minutes}
    return own | {"position": slot.position, "move_reason": slot.move_reason} | words


def test_a_speaker_is_not_moved_without_a_reason(admin_client, session):
    slot, _other = listed(session, "Ruritania", "Zenda")

    refused = admin_client.post(page_url(slot), words_of(slot, position=4))

    slot.refresh_from_db()
    assert slot.position == 1
    assert "Say why the speaker is moved." in text(refused)


def test_the_reason_of_an_earlier_move_is_none_for_the_next(admin_client, session):
    (slot,) = listed(session, "Ruritania")
    admin_client.post(page_url(slot), words_of(slot, position=4, move_reason=WHY))
    slot.refresh_from_db()

    refused = admin_client.post(page_url(slot), words_of(slot, position=2))

    slot.refresh_from_db()
    assert (slot.position, slot.move_reason) == (4, WHY)
    assert "Say why the speaker is moved." in text(refused)


def test_the_page_of_a_place_says_who_speaks_before_and_after(admin_client, session):
    first, second, third = listed(session, "Ruritania", "Zenda", "Strelsau")
    SpeakingSlot.objects.filter(pk=second.pk).update(minutes=5)

    page = text(admin_client.get(page_url(second)))

    assert "Before: " in page
    assert f'href="{page_url(first)}">{hours(session, 0, 3)}, Ruritania' in page
    assert f"<strong>{hours(session, 3, 8)}, Zenda" in page
    assert f'After: <a class="text-link" href="{page_url(third)}">{hours(session, 8, 11)}' in page
    assert "Before: nobody: the session begins" in text(admin_client.get(page_url(first)))
    assert "After: nobody: the last of the session" in text(admin_client.get(page_url(third)))
    assert "who speaks before" not in text(admin_client.get(ADD)).lower()


def hours(session, *minutes):
    """Return so many minutes after the beginning, by the clock of the edition."""
    begins = session.starts_at.astimezone(session.edition.zone)
    return "–".join(f"{begins + dt.timedelta(minutes=one):%H:%M}" for one in minutes)


def test_a_neighbour_whose_state_is_heard_no_more_is_passed_over(admin_client, session):
    first, second, third = listed(session, "Ruritania", "Zenda", "Strelsau")
    second.delegation.member_state.invitations.get().replies.update(answer="regrets")

    page = text(admin_client.get(page_url(third)))

    assert f'Before: <a class="text-link" href="{page_url(first)}">' in page
    assert f"<strong>{hours(session, 3, 6)}, Strelsau" in page


def test_neighbours_are_those_of_the_room_with_its_hours(session):
    first, second, third, last = listed(session, "Ruritania", "Zenda", "Strelsau", "Tarlenheim")
    ended = session.starts_at + dt.timedelta(minutes=25)
    note_heard(first, ended)
    with time_machine.travel(ended, tick=False):
        pass_over(second)

    found = neighbours_of(third, ended)

    assert (found.before.slot, found.before.ends_at) == (first, ended)
    assert (found.own.begins_at, found.after.slot) == (ended, last)
    assert neighbours_of(second, ended).before.slot == last


def test_the_hours_of_a_place_are_those_that_two_people_approved(session):
    [slot] = listed(session, "Ruritania")
    approved = session.starts_at
    approve(session)
    HighLevelSession.objects.update(starts_at=approved + dt.timedelta(minutes=30))
    slot.refresh_from_db()

    assert neighbours_of(slot, approved).own.begins_at == approved


def test_who_has_spoken_is_not_moved_by_hand_either(admin_client, session):
    slot, _other = listed(session, "Ruritania", "Zenda")
    note_heard(slot, session.starts_at)

    page = admin_client.post(page_url(slot), words_of(slot, position=2, move_reason=WHY))

    assert "It is on file already that this State has spoken." in text(page)
    assert order_of(session) == [(1, "Ruritania"), (2, "Zenda")]


def test_other_minutes_need_no_reason(admin_client, session):
    (slot,) = listed(session, "Ruritania")

    admin_client.post(page_url(slot), words_of(slot, minutes=7))

    slot.refresh_from_db()
    assert slot.minutes == 7


def test_who_is_moved_into_a_taken_place_pushes_the_others_back(admin_client, session):
    *_others, last = listed(session, "Armenia", "Belgium", "Chad", "Denmark")

    admin_client.post(page_url(last), words_of(last, position=2, move_reason=WHY))

    assert order_of(session) == [(1, "Armenia"), (2, "Denmark"), (3, "Belgium"), (4, "Chad")]


def test_nobody_is_pushed_further_than_to_the_next_free_place(session):
    listed(session, "Armenia", "Belgium")
    far = SpeakingSlot.objects.create(
        session=session, delegation=speaking(session.edition, "Chad"), position=9
    )
    new = SpeakingSlot(session=session, delegation=speaking(session.edition, "Denmark"), position=1)

    speakers.place_speaker(new)

    far.refresh_from_db()
    assert order_of(session) == [(1, "Denmark"), (2, "Armenia"), (3, "Belgium"), (9, "Chad")]


@pytest.mark.parametrize(
    ("place", "order"),
    [
        (3, [(1, "Armenia"), (2, "Chad"), (3, "Belgium"), (4, "Denmark")]),
        (4, [(1, "Armenia"), (2, "Chad"), (3, "Denmark"), (4, "Belgium")]),
        (9, [(1, "Armenia"), (2, "Chad"), (3, "Denmark"), (9, "Belgium")]),
    ],
)
def test_who_is_moved_to_a_later_place_speaks_after_those_between(
    admin_client, session, place, order
):
    _first, second, *_others = listed(session, "Armenia", "Belgium", "Chad", "Denmark")

    admin_client.post(page_url(second), words_of(second, position=place, move_reason=WHY))

    assert order_of(session) == order


def test_history_says_who_stepped_forward_and_of_nobody_behind(session):
    first, second, third = listed(session, "Armenia", "Belgium", "Chad")
    first.position = 2

    speakers.place_speaker(first)

    def moves(slot):
        entries = LogEntry.objects.get_for_object(slot).filter(action=LogEntry.Action.UPDATE)
        return [one.changes["position"] for one in entries]

    assert (moves(second), moves(third)) == ([["2", "1"]], [])


def test_those_between_step_forward_by_one_place_and_not_to_the_next_free_one(session):
    (slot, *_others) = listed(session, "Armenia", "Belgium")
    for place, name in ((4, "Chad"), (6, "Denmark")):
        SpeakingSlot.objects.create(
            session=session, delegation=speaking(session.edition, name), position=place
        )
    slot.position = 5

    speakers.place_speaker(slot)

    assert order_of(session) == [(1, "Belgium"), (3, "Chad"), (5, "Armenia"), (6, "Denmark")]


def test_a_speaker_moves_into_another_session_between_two_others(admin_client, edition, session):
    listed(session, "Armenia", "Belgium")
    (slot,) = listed(session_of(edition, title="Evening"), "Chad")

    words = words_of(slot, session=session.pk, position=2, move_reason=WHY)
    admin_client.post(page_url(slot), words)

    assert order_of(session) == [(1, "Armenia"), (2, "Chad"), (3, "Belgium")]


def test_history_keeps_from_where_to_where_each_was_moved(admin_client, session):
    first, last = listed(session, "Armenia", "Belgium")

    admin_client.post(page_url(last), words_of(last, position=1, move_reason=WHY))

    for slot, places in ((last, ["2", "1"]), (first, ["1", "2"])):
        entry = LogEntry.objects.get_for_object(slot).filter(action=LogEntry.Action.UPDATE).get()
        assert entry.changes["position"] == places


def test_a_new_slot_comes_last_and_has_the_minutes_of_its_edition(admin_client, session):
    listed(session, "Armenia", "Belgium")
    delegation = speaking(session.edition, "Chad")

    words = {"session": session.pk, "delegation": delegation.pk, "position": "", "minutes": ""}
    admin_client.post(ADD, words)

    slot = delegation.slots.get()
    assert (slot.position, slot.minutes) == (3, 5)


def test_no_state_speaks_in_a_session_of_another_edition(admin_client, session):
    earlier = speaking(EditionFactory(), "Ruritania")

    words = {"session": session.pk, "delegation": earlier.pk, "position": 1, "minutes": 3}
    refused = admin_client.post(ADD, words)

    assert not SpeakingSlot.objects.exists()
    assert "This delegation is of another edition than the session." in text(refused)


def test_a_session_with_speakers_stays_in_its_edition(admin_client, session):
    listed(session, "Ruritania")
    hours = {
        f"{name}_{part}": words
        for name, hour in (("starts_at", "11:00"), ("ends_at", "12:00"))
        for part, words in enumerate(("2027-05-11", hour))
    }
    words = {"segment": "dialogues", "title_en": "Dialogues", "seats": 0, **hours}

    refused = admin_client.post(page_url(session), words | {"edition": EditionFactory().pk})

    session.refresh_from_db()
    assert session.edition.speaking_minutes == 5
    assert "its speakers are delegations of this edition" in text(refused)


def test_a_preferred_session_is_one_of_the_same_edition(admin_client, session):
    delegation = speaking(session.edition, "Ruritania")
    other = session_of(EditionFactory(), title="Of last year")

    refused = admin_client.post(
        reverse("admin:delegations_policystatement_add"),
        {
            "delegation": delegation.pk, "speaker_name": "Flavia Elphberg", "mode": "in_person",
            "first_choice": other.pk, "texts-TOTAL_FORMS": 0, "texts-INITIAL_FORMS": 0,
        },
    )  # fmt: skip

    assert not hasattr(Delegation.objects.get(pk=delegation.pk), "statement")
    assert "This session is of another edition than the delegation." in text(refused)


def test_a_session_that_is_shorter_than_its_speakers_need_is_told(admin_client, session):
    listed(session, "Armenia", "Belgium", "Chad")
    SpeakingSlot.objects.update(minutes=15)
    hours = {
        f"{name}_{part}": words
        for name, hour in (("starts_at", "11:00"), ("ends_at", "11:30"))
        for part, words in enumerate(("2027-05-11", hour))
    }
    words = {"segment": "dialogues", "title_en": "Dialogues", "seats": 2, **hours}

    saved = admin_client.post(
        page_url(session), words | {"edition": session.edition_id}, follow=True
    )

    assert "Dialogues: its speakers have 45 minutes, and it lasts 30." in told(saved)
    assert "Dialogues: it has 3 speakers, and speaking slots for 2." in told(saved)


def test_the_list_says_who_does_not_speak_any_more(admin_client, session):
    (slot,) = listed(session, "Armenia")
    regrets = speaking(session.edition, "Belgium", "regrets")
    free = SpeakingSlot.objects.create(session=session, delegation=regrets, position=2)

    def found(stands):
        page = admin_client.get(list_url(SpeakingSlot), {"stands": stands})
        return [one.pk for one in page.context["cl"].result_list]

    assert found("yes") == [slot.pk]
    assert found("no") == [free.pk]


def test_who_does_not_speak_any_more_takes_no_minutes(admin_client, session):
    (slot,) = listed(session, "Armenia")
    regrets = speaking(session.edition, "Belgium", "regrets")
    SpeakingSlot.objects.create(session=session, delegation=regrets, position=2, minutes=60)

    saved = admin_client.post(page_url(slot), words_of(slot, minutes=60), follow=True)

    assert not any("minutes" in sentence for sentence in told(saved))


def test_a_statement_in_writing_alone_leaves_the_list_and_its_minutes(session):
    inscribe(announced(session, "Armenia"))
    PolicyStatement.objects.update(mode="written")

    assert not SpeakingSlot.objects.standing().exists()
    assert speakers.taken_of(session).number == 0


def test_no_state_gets_a_second_place_in_another_session(admin_client, edition, session):
    (slot,) = listed(session, "Armenia")
    other = session_of(edition)
    words = {"session": other.pk, "delegation": slot.delegation_id, "position": "", "minutes": ""}

    refused = admin_client.post(ADD, words)

    assert list(SpeakingSlot.objects.all()) == [slot]
    assert "It has a place on the list of speakers already." in text(refused)


def test_a_state_whose_session_is_called_off_gets_a_place_in_another(
    admin_client, edition, session
):
    (slot,) = listed(session, "Armenia")
    other = session_of(edition)
    HighLevelSession.objects.filter(pk=session.pk).update(is_called_off=True)
    words = {"session": other.pk, "delegation": slot.delegation_id, "position": "", "minutes": ""}

    admin_client.post(ADD, words)

    assert slot.delegation.slots.filter(session=other).exists()


def test_no_place_is_given_in_a_session_that_is_called_off(admin_client, edition, session):
    (slot,) = listed(session, "Armenia")
    off = session_of(edition, title="Round table", is_called_off=True)

    words = words_of(slot, session=off.pk, position=1, move_reason=WHY)
    refused = admin_client.post(page_url(slot), words)

    slot.refresh_from_db()
    assert slot.session == session
    assert "Round table is called off, and nobody gets a place in it." in text(refused)


def test_the_list_and_its_file_say_who_speaks(admin_client, session):
    inscribe(announced(session, "Armenia", speaker_function="Minister of Roads"))

    page = admin_client.get(list_url(SpeakingSlot))
    file = admin_client.post(take_out_url(SpeakingSlot), {"kind": "csv"})

    assert "Sapt, Minister of Roads" in text(page)
    assert "Sapt, Minister of Roads" in file.getvalue().decode()
