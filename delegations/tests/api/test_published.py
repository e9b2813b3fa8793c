"""What everybody may read, and what nobody may work out of it."""

import datetime as dt

import pytest

from delegations.models import HighLevelSession
from delegations.tests.api.published import (
    OF_EDITION,
    V1,
    session_of,
    speaker_of,
)
from delegations.tests.offices import coming
from invitations.models import ForumEdition, HeldChange, MemberState, Reply, SessionHours
from invitations.models.held.proposals import save_or_propose
from invitations.outbox.release import release_change
from invitations.tests.factories import (
    AnnouncedEditionFactory,
    HoursFactory,
    InvitationFactory,
    MemberStateFactory,
    ReplyFactory,
    UserFactory,
)
from invitations.tests.moving import moved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_march")]


def read(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return answer.json()


def refused(client, address, status):
    answer = client.get(address)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    return answer.json()["detail"]


# States


def test_states_have_their_codes_and_their_names_in_six_languages(client):
    MemberStateFactory(iso2="RT", iso3="RTA", short_name_fr="Ruritanie", short_name_en="Ruritania")

    (state,) = read(client, f"{V1}/states")["items"]

    assert (state["iso2"], state["iso3"], state["status"]) == ("RT", "RTA", "member")
    assert (state["name"]["fr"], state["name"]["en"]) == ("Ruritanie", "Ruritania")
    assert list(state["name"]) == ["ar", "zh", "en", "fr", "ru", "es"]


def test_a_state_that_is_not_invited_is_not_listed(client):
    MemberStateFactory(invited_by_default=False)

    assert read(client, f"{V1}/states")["items"] == []


def test_a_state_that_got_no_letter_is_told_as_a_second_person_released_it(client):
    state = MemberStateFactory(short_name_en="Zenda")
    coming("Ruritania")

    state.short_name_en = "Greater Zenda"
    save_or_propose(state)

    assert "Greater" not in client.get(f"{V1}/states").text
    change = HeldChange.objects.waiting().of(state).get()
    assert list(change.states.all()) == [state]
    release_change(change, UserFactory(), change.mark)
    assert "Greater Zenda" in client.get(f"{V1}/states").text


def test_nothing_of_a_state_s_correspondence_is_told(client):
    MemberStateFactory(language_confidence="SECRET", sources="SECRET")

    assert b"SECRET" not in client.get(f"{V1}/states").content


# Parts of a list


def test_whoever_follows_next_reads_each_row_once(client):
    for code in ("RC", "RA", "RB", "RE", "RD"):
        MemberStateFactory(iso2=code)

    found, address = [], f"{V1}/states?limit=2"
    while address:
        part = read(client, address)
        found += [state["iso2"] for state in part["items"]]
        address = part["next"]

    assert found == ["RA", "RB", "RC", "RD", "RE"]


def test_a_row_that_comes_meanwhile_shifts_no_other(client):
    for code in ("RB", "RC", "RD"):
        MemberStateFactory(iso2=code)
    following = read(client, f"{V1}/states?limit=2")["next"]

    MemberStateFactory(iso2="RA")

    assert [state["iso2"] for state in read(client, following)["items"]] == ["RD"]


@pytest.mark.parametrize("key", ["ZZ", "R", "7", "\u0667", "9" * 30])
def test_a_key_that_no_row_has_is_told_in_a_sentence(client, edition, key):
    for listed in (f"{V1}/states", f"{V1}/editions", f"{OF_EDITION}/sessions"):
        assert "begin again" in refused(client, f"{listed}?after={key}", 404)


@pytest.mark.parametrize("limit", ["0", "501", "many"])
def test_a_part_that_is_too_large_or_no_number_is_told_in_a_sentence(client, limit):
    assert "limit" in refused(client, f"{V1}/states?limit={limit}", 422)


# Editions


def test_an_edition_is_told_as_a_second_person_released_it(client, edition):
    coming("Ruritania", edition=edition)
    before = read(client, OF_EDITION)["place"]

    edition.place_en = "Palexpo, Geneva"
    edition.save()

    assert read(client, OF_EDITION)["place"] == before
    assert read(client, f"{V1}/editions")["items"][0]["place"] == before
    change = HeldChange.objects.waiting().of(edition).get()
    release_change(change, UserFactory(), change.mark)
    assert read(client, OF_EDITION)["place"]["en"] == "Palexpo, Geneva"


def test_an_edition_tells_nothing_of_how_it_is_prepared(client, edition):
    told = client.get(OF_EDITION).content.decode()

    for secret in (edition.contact_name, edition.contact_email, "2027-04-01"):
        assert secret not in told


def test_a_postponed_edition_names_no_day_and_no_hour(client, edition):
    session_of(edition)
    assert read(client, OF_EDITION)["opens_on"] == "2027-05-10"

    moved(edition, "postponed")

    told = read(client, OF_EDITION)
    assert told["is_postponed"] is True
    assert told["opens_on"] is told["track_closes_on"] is None
    (session,) = read(client, f"{OF_EDITION}/sessions")["items"]
    assert session["starts_at"] is session["ends_at"] is None


@pytest.mark.parametrize("what", ["", "/sessions", "/speakers", "/totals"])
def test_an_edition_that_is_not_there_is_told_in_a_sentence(client, what):
    assert "No edition has this symbol" in refused(client, f"{V1}/editions/no{what}", 404)


# Sessions and speakers


def test_sessions_are_those_that_calendars_have_by_their_hours(client, edition):
    late, early = session_of(edition, 14), session_of(edition, 8, is_called_off=True)
    HoursFactory()
    HighLevelSession.objects.create(
        edition=edition, segment="dialogues", title="Planned",
        starts_at=late.starts_at, ends_at=late.ends_at,
    )  # fmt: skip
    HighLevelSession.objects.filter(pk=late.pk).update(room="Not approved")

    first, second = read(client, f"{OF_EDITION}/sessions")["items"]

    assert (first["title"]["en"], second["title"]["en"]) == ("At 8", "At 14")
    assert (first["is_called_off"], second["is_called_off"]) == (True, False)
    assert (second["starts_at"], second["room"]) == ("2027-05-11T14:00:00Z", "Room A")
    assert first["id"] == early.hours_id


def test_parts_of_the_sessions_follow_their_hours_and_not_their_keys(client, edition):
    for hour in (14, 8, 11):
        session_of(edition, hour)
    part = read(client, f"{OF_EDITION}/sessions?limit=2")

    (last,) = read(client, part["next"])["items"]

    assert [one["title"]["en"] for one in part["items"]] == ["At 8", "At 11"]
    assert last["title"]["en"] == "At 14"


@pytest.mark.parametrize("at", [None, dt.datetime(2027, 3, 10, 9, 1, tzinfo=dt.UTC)])
def test_before_its_hour_there_is_no_list_of_speakers(client, edition, at):
    ForumEdition.objects.update(speakers_published_at=at)

    assert "not public" in refused(client, f"{OF_EDITION}/speakers", 404)


def test_speakers_stand_in_the_order_of_sessions_and_places(client, edition):
    late, early = session_of(edition, 14), session_of(edition, 8)
    speaker_of(late, MemberStateFactory(iso2="RA"))
    speaker_of(early, MemberStateFactory(iso2="RB"), 2, speaker_function="Minister")
    speaker_of(early, MemberStateFactory(iso2="RC"), 1, "video", mode="video")

    part = read(client, f"{OF_EDITION}/speakers?limit=2")
    rest = read(client, part["next"])

    told = part["items"] + rest["items"]
    assert [one["state"] for one in told] == ["RC", "RB", "RA"]
    assert [one["by_video"] for one in told] == [True, False, False]
    assert told[1]["speaker"], told[1]["function"] == ("Flavia Elphberg", "Minister")
    assert rest["next"] is None


def test_who_does_not_speak_any_more_has_left_the_list(client, edition):
    session = session_of(edition)
    regrets = speaker_of(session, MemberStateFactory(iso2="RA"))
    speaker_of(session, MemberStateFactory(iso2="RB"), 2)
    speaker_of(session_of(edition, 14, is_called_off=True), MemberStateFactory(iso2="RC"))

    regrets.replies.update(status=Reply.Status.SUPERSEDED)
    ReplyFactory(invitation=regrets, answer="regrets")

    told = read(client, f"{OF_EDITION}/speakers")["items"]
    assert [one["state"] for one in told] == ["RB"]


def test_who_only_hands_in_a_written_statement_is_on_no_list(client, edition):
    session = session_of(edition)
    speaker_of(session, MemberStateFactory(iso2="RA"), 1, "written")
    speaker_of(session, MemberStateFactory(iso2="RB"), 2, "video")

    told = read(client, f"{OF_EDITION}/speakers")["items"]

    assert [one["state"] for one in told] == ["RB"]


def test_speakers_stand_by_the_hours_and_titles_that_two_people_approved(client, edition):
    late, early = session_of(edition, 14), session_of(edition, 8)
    off = session_of(edition, 11)
    for session, code in ((late, "RA"), (early, "RB"), (off, "RC")):
        speaker_of(session, MemberStateFactory(iso2=code))
    HighLevelSession.objects.filter(pk=late.pk).update(
        title_en="Not approved", starts_at=early.starts_at - dt.timedelta(hours=1)
    )
    SessionHours.objects.filter(pk=off.hours_id).update(is_called_off=True)

    part = read(client, f"{OF_EDITION}/speakers?limit=1")
    (last,) = read(client, part["next"])["items"]

    assert [one["session"]["en"] for one in (*part["items"], last)] == ["At 8", "At 14"]


# Totals


def test_each_state_counts_once_by_how_it_stands(client, edition):
    for answer in ("in_person", "in_person", "regrets"):
        ReplyFactory(invitation=InvitationFactory(edition=edition), answer=answer)
    InvitationFactory(edition=edition)
    InvitationFactory(edition=edition, status="draft")
    ReplyFactory(answer="video")

    told = read(client, f"{OF_EDITION}/totals")

    assert (told["invited"], told["answered"], told["silent"]) == (4, 3, 1)
    assert (told["in_person"], told["regrets"], told["video"]) == (2, 1, 0)


def test_totals_name_no_state_and_count_no_person(client, edition):
    assert set(read(client, f"{OF_EDITION}/totals")) == {
        "invited", "answered", "silent",
        "in_person", "represented", "attends_only", "video", "written", "regrets",
    }  # fmt: skip


# How much an answer costs


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_take_as_many_queries_for_three_rows_as_for_one(
    client, edition, rows, django_assert_num_queries
):
    session = session_of(edition)
    for place in range(rows):
        speaker_of(session, MemberStateFactory(), place + 1)
        if place:
            session_of(edition, 10 + place)
            AnnouncedEditionFactory()
    asked = {
        # The rows, and the proposed changes of editions.
        f"{V1}/states": 1,
        f"{V1}/editions": 2,
        OF_EDITION: 2,
        # The edition, what waits for a second person where it is told, then the rows.
        f"{OF_EDITION}/sessions": 3,
        f"{OF_EDITION}/speakers": 2,
        # The edition, its invitations with their answers, the States.
        f"{OF_EDITION}/totals": 3,
        f"{V1}/openapi.json": 0,
    }

    for address, queries in asked.items():
        with django_assert_num_queries(queries):
            assert client.get(address).status_code == 200, address


def test_the_last_state_of_a_long_list_costs_no_more_than_one_query_to_find(
    client, django_assert_num_queries
):
    MemberState.objects.bulk_create(
        MemberStateFactory.build(iso2=f"{a}{b}", iso3=f"{a}{b}X") for a in "QXZ" for b in "ABCDEFGH"
    )

    with django_assert_num_queries(2):
        client.get(f"{V1}/states?after=XH")
