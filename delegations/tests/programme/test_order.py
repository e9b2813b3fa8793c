"""The order in which speakers are inscribed."""

import datetime as dt

import pytest
from django.utils import timezone

from delegations.models import Delegation, PolicyStatement
from delegations.programme.order import in_order_of_speaking
from invitations.models import MemberState, Rank
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    ReplyFactory,
)

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def edition():
    return EditionFactory()


def announced(edition, state, rank="MIN", asked_at=NOON, answer="in_person"):
    """Announce a statement for a State, which asked for the floor at that hour."""
    state = MemberStateFactory(short_name=state, sort_key_fr=state)
    invitation = InvitationFactory(edition=edition, minister=MinisterFactory(member_state=state))
    ReplyFactory(
        invitation=invitation,
        answer=answer,
        substitute_name="Sapt" if answer == "represented" else "",
        received_at=asked_at,
        recorded_at=timezone.now(),
    )
    delegation = Delegation.objects.create(edition=edition, member_state=state)
    rank = rank and Rank.objects.get(code=rank)
    PolicyStatement.objects.create(delegation=delegation, speaker_name="Sapt", speaker_rank=rank)
    return invitation


def in_order(edition):
    statements = PolicyStatement.objects.filter(delegation__edition=edition)
    return [str(one.delegation.member_state) for one in in_order_of_speaking(statements)]


def test_the_higher_rank_speaks_first_and_one_that_is_not_said_last(edition):
    announced(edition, "Armenia", None)
    announced(edition, "Belgium", "VMIN")
    announced(edition, "Chad", "MIN")

    assert in_order(edition) == ["Chad", "Belgium", "Armenia"]


@pytest.mark.parametrize("rank", ["VMIN", "SECST"])
def test_a_deputy_minister_counts_as_minister_where_the_minister_does_not_come(edition, rank):
    announced(edition, "Chad", "MIN", asked_at=NOON)
    announced(edition, "Armenia", rank, asked_at=NOON - dt.timedelta(hours=1), answer="represented")

    assert in_order(edition) == ["Armenia", "Chad"]


def test_an_ambassador_does_not_count_as_the_minister_who_stays_away(edition):
    announced(edition, "Armenia", "AMB", answer="represented")
    announced(edition, "Belgium", "VMIN")

    assert in_order(edition) == ["Belgium", "Armenia"]


def test_a_deputy_beside_a_minister_who_only_attends_keeps_the_own_rank(edition):
    announced(edition, "Armenia", "VMIN", answer="represented")
    state = announced(edition, "Belgium", "VMIN", answer="represented").member_state
    minister = MinisterFactory(member_state=state, family_name="Rassendyll")
    other = InvitationFactory(edition=edition, minister=minister, is_principal=False)
    ReplyFactory(invitation=other, answer="attends_only")
    announced(edition, "Chad", "MIN", asked_at=NOON + dt.timedelta(hours=1))

    assert in_order(edition) == ["Armenia", "Chad", "Belgium"]


def test_an_ambassador_who_comes_too_is_not_the_minister_who_stays_away(edition):
    state = announced(edition, "Belgium", "VMIN", answer="represented").member_state
    ambassador = MinisterFactory(member_state=state, rank_id="AMB", family_name="Rassendyll")
    other = InvitationFactory(edition=edition, minister=ambassador, is_principal=False)
    ReplyFactory(invitation=other, answer="attends_only")
    announced(edition, "Chad", "MIN", asked_at=NOON + dt.timedelta(hours=1))

    assert in_order(edition) == ["Belgium", "Chad"]


def test_of_who_asked_at_one_hour_observers_speak_after_member_states(edition):
    observer = announced(edition, "Armenia").member_state
    MemberState.objects.filter(pk=observer.pk).update(status="observer")
    announced(edition, "Zenda")

    assert in_order(edition) == ["Zenda", "Armenia"]


def test_within_a_rank_who_asked_first_speaks_first(edition):
    announced(edition, "Armenia", asked_at=NOON)
    announced(edition, "Belgium", asked_at=NOON - dt.timedelta(hours=1))

    assert in_order(edition) == ["Belgium", "Armenia"]


def test_who_asked_at_one_hour_speaks_in_the_french_alphabet(edition):
    announced(edition, "Chad")
    announced(edition, "Armenia")

    assert in_order(edition) == ["Armenia", "Chad"]


def test_a_request_counts_from_the_first_standing_reply_that_speaks(edition):
    announced(edition, "Belgium", asked_at=NOON)
    late = announced(edition, "Armenia", asked_at=NOON + dt.timedelta(hours=1))
    colleague = MinisterFactory(member_state=late.member_state, family_name="Rassendyll")
    other = InvitationFactory(edition=edition, minister=colleague, is_principal=False)
    ReplyFactory(invitation=other, answer="regrets", received_at=NOON - dt.timedelta(hours=1))

    assert in_order(edition) == ["Belgium", "Armenia"]


def answered_again(invitation, at, **words):
    """Let a later reply take the place of the one that stands, as on the office's page."""
    invitation.replies.filter(status="standing").update(status="superseded")
    return ReplyFactory(invitation=invitation, received_at=at, recorded_at=timezone.now(), **words)


def test_who_corrects_a_telephone_number_keeps_the_place_of_the_first_request(edition):
    first = announced(edition, "Belgium", asked_at=NOON)
    announced(edition, "Armenia", asked_at=NOON + dt.timedelta(hours=1))

    answered_again(first, NOON + dt.timedelta(hours=2), respondent_phone="+41 22 730 51 11")

    assert in_order(edition) == ["Belgium", "Armenia"]


def test_who_took_the_request_back_asks_again(edition):
    first = announced(edition, "Belgium", asked_at=NOON)
    announced(edition, "Armenia", asked_at=NOON + dt.timedelta(hours=1))

    answered_again(first, NOON + dt.timedelta(hours=2), answer="regrets")
    answered_again(first, NOON + dt.timedelta(hours=3), answer="in_person")

    assert in_order(edition) == ["Armenia", "Belgium"]
