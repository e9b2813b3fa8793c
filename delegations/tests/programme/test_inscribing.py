"""Speakers are inscribed from what their offices announced: by rank, request and alphabet."""

import datetime as dt

import pytest
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from delegations.models import HighLevelSession, PolicyStatement, SpeakingSlot
from delegations.programme.inscribing import inscribe, inscribe_all
from delegations.tests.offices import text
from delegations.tests.places import announced, order_of, session_of
from invitations.admin.list_columns import list_url
from invitations.tests.desk import of_group, told
from invitations.tests.factories import EditionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

STATEMENTS = reverse("admin:delegations_policystatement_changelist")


@pytest.fixture
def edition():
    return EditionFactory(speaking_minutes=5)


@pytest.fixture
def session(edition):
    return session_of(edition, seats=3)


def ask(client, *statements, **words):
    chosen = {"action": "inscribe_selected", "_selected_action": [one.pk for one in statements]}
    return client.post(STATEMENTS, chosen | words, follow=True)


def do(client, *statements, **words):
    return ask(client, *statements, answered="yes", **words)


def test_speakers_stand_by_rank_whatever_order_they_were_chosen_in(admin_client, session):
    ambassador = announced(session, "Armenia", "AMB")
    minister = announced(session, "Belgium")
    head = announced(session, "Chad", "HOG")

    page = do(admin_client, ambassador, minister, head)

    assert order_of(session) == [(1, "Chad"), (2, "Belgium"), (3, "Armenia")]
    assert {slot.minutes for slot in session.slots.all()} == {5}
    assert told(page) == ["3 speakers are inscribed."]


@pytest.mark.parametrize("number", [1, 3])
def test_the_question_takes_as_many_queries_for_many_statements(
    admin_client, session, django_assert_num_queries, number
):
    inscribe(announced(session, "Armenia"))
    chosen = [PolicyStatement.objects.get()]
    chosen += [announced(session, name) for name in ("Belgium", "Chad", "Denmark")[:number]]
    text(ask(admin_client, *chosen))

    with django_assert_num_queries(10):
        page = ask(admin_client, *chosen)

    assert len(page.context["rows"]) == number


@pytest.mark.parametrize(("number", "queries"), [(1, 19), (3, 23)])
def test_many_are_inscribed_in_one_pass(
    admin_client, session, django_assert_num_queries, number, queries
):
    text(admin_client.get(STATEMENTS))
    chosen = [announced(session, name) for name in ("Armenia", "Belgium", "Chad")[:number]]
    words = {"action": "inscribe_selected", "_selected_action": [one.pk for one in chosen]}

    # Of each its place, and the line of its history.
    with django_assert_num_queries(queries):
        admin_client.post(STATEMENTS, words | {"answered": "yes"})

    assert SpeakingSlot.objects.count() == number


def test_in_one_pass_all_get_the_places_that_they_get_one_by_one(session):
    list_with_all_sorts_of_places(session)
    other = session_of(session.edition, title="Round table", seats=2)
    more = {"second_choice": other}
    late = announced(session, "Haiti", "AMB", **more)
    chosen = [late, *(announced(session, name, **more) for name in ("India", "Japan", "Kenya"))]

    with transaction.atomic():
        for one in chosen:
            inscribe(one)
        one_by_one = [order_of(one) for one in (session, other)]
        transaction.set_rollback(True)
    inscribe_all(chosen)

    assert [order_of(one) for one in (session, other)] == one_by_one
    assert len(one_by_one[1]) == 2


def list_with_all_sorts_of_places(session):
    """Let one have moved, one regret, one stand apart, and one be of a lower rank since."""
    session.seats = 7
    session.save()
    names = ("Armenia", "Belgium", "Chad", "Denmark", "Estonia", "Fiji")
    slots = {name: inscribe(announced(session, name)) for name in names}
    regrets = slots["Armenia"].delegation.member_state.invitations.get()
    regrets.replies.update(answer="regrets")
    places = SpeakingSlot.objects.filter(session=session)
    places.filter(pk=slots["Belgium"].pk).update(move_reason="The minister leaves at ten.")
    places.filter(pk=slots["Fiji"].pk).update(position=9)
    lower = PolicyStatement.objects.filter(delegation=slots["Denmark"].delegation)
    lower.update(speaker_rank="AMB")


def test_who_makes_room_for_several_is_written_down_once(session):
    last = inscribe(announced(session, "Armenia", "AMB"))

    inscribe_all([announced(session, name) for name in ("Belgium", "Chad")])

    [entry] = LogEntry.objects.get_for_object(last).filter(action=LogEntry.Action.UPDATE)
    assert entry.changes == {"position": ["1", "3"]}


def test_nobody_is_inscribed_before_it_is_confirmed(admin_client, session):
    minister, head = announced(session, "Belgium"), announced(session, "Chad", "HOG")

    page = text(ask(admin_client, minister, head))

    assert page.index("Chad") < page.index("Belgium")
    assert f"Dialogues, {session.edition}" in page
    assert "preferred session: Dialogues" in page
    assert not SpeakingSlot.objects.exists()


def test_a_higher_rank_comes_before_those_inscribed_earlier(session):
    inscribe(announced(session, "Armenia", "AMB"))
    inscribe(announced(session, "Belgium"))

    inscribe(announced(session, "Chad", "HOG"))

    assert order_of(session) == [(1, "Chad"), (2, "Belgium"), (3, "Armenia")]


def test_whoever_was_moved_by_hand_is_no_measure_for_others(session):
    ambassador = inscribe(announced(session, "Armenia", "AMB"))
    ambassador.move_reason = "The ambassador leaves at ten."
    ambassador.save()

    inscribe(announced(session, "Belgium"))

    assert order_of(session) == [(1, "Armenia"), (2, "Belgium")]


def test_whose_rank_was_put_right_later_lets_nobody_before_who_comes_first(session):
    later = inscribe(announced(session, "Armenia"))
    inscribe(announced(session, "Belgium"))
    PolicyStatement.objects.filter(delegation=later.delegation).update(speaker_rank="AMB")

    inscribe(announced(session, "Chad"))

    assert order_of(session) == [(1, "Armenia"), (2, "Belgium"), (3, "Chad")]


def test_who_says_regrets_later_lets_nobody_before_who_comes_first(session):
    regrets = inscribe(announced(session, "Armenia"))
    inscribe(announced(session, "Belgium"))
    regrets.delegation.member_state.invitations.get().replies.update(answer="regrets")

    inscribe(announced(session, "Chad"))

    assert order_of(session) == [(1, "Armenia"), (2, "Belgium"), (3, "Chad")]


def test_the_second_preference_takes_whom_the_first_has_no_slot_for(session):
    other = session_of(session.edition, title="Round table", seats=9)
    for name in ("Armenia", "Belgium", "Chad"):
        inscribe(announced(session, name))

    slot = inscribe(announced(session, "Denmark", second_choice=other))

    assert slot.session == other


def test_the_second_preference_takes_whom_the_first_has_no_time_for(edition):
    short = session_of(edition, seats=9)
    short.ends_at = short.starts_at + dt.timedelta(minutes=9)
    short.save()
    other = session_of(edition, title="Round table")
    inscribe(announced(short, "Armenia"))

    slot = inscribe(announced(short, "Belgium", second_choice=other))

    assert slot.session == other


def test_without_room_the_speaker_waits_and_the_desk_is_told(admin_client, session):
    chosen = [announced(session, name) for name in ("Armenia", "Belgium", "Chad", "Denmark")]

    page = do(admin_client, *chosen)

    assert told(page) == [
        f"{chosen[3]}: There is no room for another speaker: Dialogues.",
        "3 speakers are inscribed.",
    ]


def test_who_says_regrets_later_leaves_room(session):
    statements = [announced(session, name) for name in ("Armenia", "Belgium", "Chad")]
    slots = [inscribe(one) for one in statements]
    slots[0].delegation.member_state.invitations.get().replies.update(answer="regrets")

    assert inscribe(announced(session, "Denmark")).session == session


def test_the_desk_chooses_a_session_for_whoever_prefers_none(admin_client, session):
    statement = announced(session, "Armenia", first_choice=None)
    refused = do(admin_client, statement)
    assert "choose one" in told(refused)[0]

    do(admin_client, statement, session=session.pk)

    assert order_of(session) == [(1, "Armenia")]


def test_a_session_of_another_edition_takes_nobody(session):
    elsewhere = session_of(EditionFactory(), seats=9)

    with pytest.raises(ValidationError, match="in its edition"):
        inscribe(announced(session, "Armenia"), elsewhere)


def test_a_session_that_is_called_off_takes_nobody_and_gives_its_speakers_back(session):
    statement = announced(session, "Armenia")
    inscribe(statement)
    other = session_of(session.edition, title="Round table")
    HighLevelSession.objects.filter(pk=session.pk).update(is_called_off=True)

    with pytest.raises(ValidationError, match="choose one"):
        inscribe(PolicyStatement.objects.get())
    assert inscribe(statement, other).session == other


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"mode": "written"}, "not delivered in a session"),
        ({"answer": "regrets"}, "not delivered in a session"),
        ({"answer": "written"}, "not delivered in a session"),
    ],
)
def test_who_is_not_heard_is_not_asked_about(admin_client, session, more, refusal):
    statement = announced(session, "Armenia", **more)

    page = ask(admin_client, statement)

    assert refusal in told(page)[0]
    with pytest.raises(ValidationError, match=refusal):
        inscribe(statement)


def test_nobody_gets_two_places(admin_client, session):
    statement = announced(session, "Armenia")
    inscribe(statement)

    assert "has a place" in told(ask(admin_client, statement))[0]
    assert "has a place" in told(do(admin_client, statement))[0]
    assert SpeakingSlot.objects.count() == 1


def test_the_desk_is_told_that_the_list_is_public_already(admin_client, session):
    session.edition.speakers_published_at = timezone.now()
    session.edition.save()

    assert "public" in told(do(admin_client, announced(session, "Armenia")))[-1]


def test_the_list_finds_who_has_no_place_yet(admin_client, session):
    inscribed, waiting = announced(session, "Armenia"), announced(session, "Belgium")
    announced(session, "Chad", mode="written")
    inscribe(inscribed)

    for place, found in {"yes": inscribed, "no": waiting}.items():
        page = admin_client.get(list_url(PolicyStatement, place=place))
        assert list(page.context["cl"].queryset) == [found]


def test_only_the_speakers_desk_inscribes(client, session):
    statement = announced(session, "Armenia")
    client.force_login(of_group("Registrars"))

    do(client, statement)

    assert not SpeakingSlot.objects.exists()
