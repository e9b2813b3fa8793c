"""What a token opens, for whom, until when; and what stays on file of it."""

import logging

import pytest
import time_machine
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db.models import ProtectedError
from django.test import Client

from delegations.models import ApiCall, ApiToken, Delegate, Delegation
from delegations.office import throttle
from delegations.tests.api.published import OF_EDITION, V1
from delegations.tests.api.tokens import made, released, superuser, with_token
from delegations.tests.offices import coming
from invitations.models import HeldChange, Reply
from invitations.outbox.credentials import release_credential, revoke_credential
from invitations.outbox.release import release_change
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    MissionFactory,
    ReplyFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_march")]


def office(edition, iso2, answer="in_person", **words):
    """An invited State with its answer, a mission and a delegate."""
    state = MemberStateFactory(iso2=iso2)
    minister = MinisterFactory(member_state=state, to_emails=f"{iso2.lower()}@example.org")
    invitation = InvitationFactory(edition=edition, minister=minister)
    MissionFactory(city=edition.mission_city, states=[state])
    of = Delegation.objects.create(edition=edition, member_state=state)
    Delegate.objects.create(delegation=of, name=f"Fritz of {iso2}", needs="SECRET", gender="m")
    if answer:
        ReplyFactory(invitation=invitation, answer=answer, remarks="SECRET", **words)
    return invitation


def read(client, scope, words, query=""):
    answer = client.get(f"{OF_EDITION}/{scope}{query}", **with_token(words))
    assert answer.status_code == 200, answer.content
    assert b"SECRET" not in answer.content
    return answer.json()


def status(client, scope, words):
    return client.get(f"{OF_EDITION}/{scope}", **with_token(words)).status_code


# Which token opens what


@pytest.mark.parametrize("scope", ApiToken.SCOPES)
def test_a_token_opens_its_scope_and_no_other(client, edition, scope):
    _token, words = released(edition, scope)

    opened = {asked for asked in ApiToken.SCOPES if status(client, asked, words) == 200}

    assert opened == {scope}
    assert client.get(f"{V1}/states", **with_token(words)).status_code == 200


@pytest.mark.parametrize("scope", ApiToken.SCOPES)
def test_without_a_token_nobody_reads_what_is_not_public_not_even_staff(client, edition, scope):
    staff = Client()
    staff.force_login(superuser())

    for browser in (client, staff):
        answer = browser.get(f"{OF_EDITION}/{scope}")
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert "token" in answer.json()["detail"]


def test_a_token_is_of_one_edition(client, edition):
    _token, words = released(EditionFactory(symbol="wsis-2028"), "answers")

    answer = client.get(f"{OF_EDITION}/answers", **with_token(words))

    assert answer.status_code == 403
    assert "answers of wsis-2028" in answer.json()["detail"]
    assert client.get(f"{V1}/editions/no/answers", **with_token(words)).status_code == 403


def test_a_token_opens_nothing_before_a_second_person_has_released_it(client, edition):
    token, words = made(edition, "answers")
    assert status(client, "answers", words) == 401

    release_credential(token, superuser())

    assert status(client, "answers", words) == 200


def test_a_token_that_was_revoked_opens_nothing_from_that_moment(client, edition):
    token, words = released(edition, "answers")
    assert status(client, "answers", words) == 200

    revoke_credential(token, token.made_by, "The contract ended.")

    assert status(client, "answers", words) == 401


@pytest.mark.parametrize("lost", ["is_active", "is_staff"])
def test_a_token_ends_with_the_account_that_made_it(client, edition, lost):
    token, words = released(edition, "answers")
    type(token.made_by).objects.filter(pk=token.made_by_id).update(**{lost: False})

    assert status(client, "answers", words) == 401
    with pytest.raises(ProtectedError):
        token.made_by.delete()


def test_who_lost_the_account_has_no_token_released(edition):
    token, _words = made(edition, "answers")
    type(token.made_by).objects.filter(pk=token.made_by_id).update(is_active=False)
    token.made_by.refresh_from_db()

    with pytest.raises(ValidationError, match="account that made this token is closed"):
        release_credential(token, superuser())


def test_a_token_is_valid_to_the_end_of_its_last_day(client, edition):
    _token, words = released(edition, "answers", days=1)

    with time_machine.travel("2027-03-11T22:59Z", tick=False):
        assert status(client, "answers", words) == 200
    with time_machine.travel("2027-03-11T23:01Z", tick=False):
        assert status(client, "answers", words) == 401


def test_who_tries_wrong_tokens_has_to_wait_and_right_ones_are_taken(client, edition):
    _token, words = released(edition, "answers")
    for _try in range(throttle.WRONG_FROM_ONE):
        assert status(client, "answers", "wsis_wrong") == 401

    refused = client.get(f"{OF_EDITION}/answers", **with_token("wsis_wrong"))

    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert status(client, "answers", words) == 200


# What is read


def test_answers_tell_how_each_invited_state_stands(client, edition):
    office(edition, "RB", "regrets")
    office(edition, "RA", None)
    InvitationFactory(edition=edition, status="draft")
    _token, words = released(edition, "answers")

    silent, regrets = read(client, "answers", words)["items"]

    assert (silent["state"], silent["answer"]) == ("RA", "silent")
    assert (regrets["state"], regrets["answer"]) == ("RB", "regrets")
    assert set(regrets) == {"state", "answer", "since"}
    (rest,) = read(client, "answers", words, "?after=RA")["items"]
    assert rest == regrets


def test_contacts_are_where_mail_goes_after_a_second_person_released_it(client, edition):
    minister = coming("Ruritania", edition=edition).minister
    mission = MissionFactory(city=edition.mission_city, states=[minister.member_state])
    HeldChange.objects.all().delete()
    before = minister.to_emails
    minister.to_emails = "elsewhere@example.org"
    minister.save()
    _token, words = released(edition, "contacts")

    (contact,) = read(client, "contacts", words)["items"]

    assert (contact["emails"], contact["minister"]) == ([before], str(minister))
    assert [one["emails"] for one in contact["missions"]] == [[mission.emails]]
    change = HeldChange.objects.waiting().get()
    release_change(change, superuser(), change.mark)
    assert read(client, "contacts", words)["items"][0]["emails"] == ["elsewhere@example.org"]


def test_delegates_are_those_who_come_today_without_needs_and_gender(client, edition):
    office(edition, "RA")
    office(edition, "RB", "regrets")
    _token, words = released(edition, "delegates")

    (delegate,) = read(client, "delegates", words)["items"]

    assert (delegate["state"], delegate["name"]) == ("RA", "Fritz of RA")
    assert not {"needs", "gender"} & set(delegate)


def test_a_delegate_whose_name_is_erased_is_left_out(client, edition):
    office(edition, "RA")
    _token, words = released(edition, "delegates")

    Delegate.objects.update(name="")

    assert read(client, "delegates", words)["items"] == []


def test_respondents_are_those_of_the_answers_that_stand(client, edition):
    invitation = office(edition, "RA", respondent_name="Flavia Elphberg")
    ReplyFactory(invitation=invitation, status="contested", respondent_name="Rupert")
    _token, words = released(edition, "respondents")

    (respondent,) = read(client, "respondents", words)["items"]

    assert (respondent["state"], respondent["name"]) == ("RA", "Flavia Elphberg")
    Reply.objects.update(status="superseded")
    assert read(client, "respondents", words)["items"] == []


@pytest.mark.parametrize("scope", ["contacts", "delegates", "respondents"])
def test_whoever_follows_next_reads_each_person_once(client, edition, scope):
    for code in ("RC", "RA", "RB"):
        office(edition, code)
    _token, words = released(edition, scope)
    part = read(client, scope, words, "?limit=2")

    rest = client.get(part["next"], **with_token(words)).json()

    assert [one["state"] for one in part["items"] + rest["items"]] == ["RA", "RB", "RC"]
    assert rest["next"] is None


@pytest.mark.parametrize("states", [1, 3])
def test_lists_take_as_many_queries_for_three_states_as_for_one(
    client, edition, states, django_assert_num_queries
):
    for _state in range(states):
        office(edition, f"R{_state}")
    _token, words = released(edition, *ApiToken.SCOPES)
    # The token with its edition, what waits of that, the rows, the call; of contacts also missions
    # and what is held.
    asked = {"answers": 4, "contacts": 6, "delegates": 4, "respondents": 4}

    for scope, queries in asked.items():
        with django_assert_num_queries(queries):
            read(client, scope, words)


# What stays on file


def test_each_call_says_which_system_asked_for_what_and_how_much_it_was_given(client, edition):
    office(edition, "RA")
    office(edition, "RB")
    token, words = released(edition, "delegates")

    read(client, "delegates", words, "?limit=1")
    status(client, "answers", words)

    calls = list(ApiCall.objects.order_by("pk").values_list("made_with", "asked", "status", "rows"))
    assert calls == [(token.pk, "delegates", 200, 1), (token.pk, "answers", 403, 0)]


def test_no_log_and_no_row_holds_the_token_or_a_name(client, edition, caplog):
    caplog.set_level(logging.DEBUG)
    office(edition, "RA")
    token, words = released(edition, "delegates")

    read(client, "delegates", words)
    status(client, "answers", words)
    status(client, "answers", "wsis_wrong")

    kept = str([*ApiToken.objects.values(), *ApiCall.objects.values(), *LogEntry.objects.values()])
    assert words not in kept + caplog.text
    assert "Fritz of RA" not in str([*ApiCall.objects.values()]) + caplog.text
    assert ApiToken.objects.get(pk=token.pk).digest in kept


def test_what_a_token_opened_is_kept_by_no_shared_cache(client, edition):
    _token, words = released(edition, "answers")

    answer = client.get(f"{OF_EDITION}/answers", **with_token(words))

    assert answer["Cache-Control"] == "no-cache, private"
    assert "Authorization" in answer["Vary"]


def test_each_address_that_is_described_is_public_or_asks_for_a_token(client, edition):
    described = client.get(f"{V1}/openapi.json").json()["paths"]

    asking = set()
    for address, methods in described.items():
        answer = client.get(address.replace("{symbol}", edition.symbol))
        assert ("security" in methods["get"]) == (answer.status_code == 401), address
        if answer.status_code == 401:
            asking.add(address.rpartition("/")[2])

    assert asking == set(ApiToken.SCOPES)
