"""A letter that says what is not so is refused; one whose days are doubtful needs a reason."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError

from invitations.letters.approval import approve_letter
from invitations.letters.channels import LAST_DAY_OVER, NOT_SO, reason_circular_is_untrue
from invitations.letters.checks.named_days import LAST_DAY_BEFORE_DATE, NOTHING_CHANGED
from invitations.letters.checks.warnings import approval_doubts
from invitations.letters.circulars import circular_audience, plan_circular
from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter
from invitations.tests.factories import CircularFactory, EditionFactory, UserFactory
from invitations.tests.reminding import geneva
from invitations.tests.unset import not_set_in_type

pytestmark = pytest.mark.django_db

# The edition of the factory asks for replies before 1 April 2027.
LAST_MINUTE, MIDNIGHT = geneva(31, 23, 59), geneva(1, 0, month=4)


def notice_of(edition, **fields):
    return CircularFactory(edition=edition, kind="notice", changes="New hours.", **fields)


@pytest.mark.parametrize(
    ("variant", "edition", "is_so"),
    [
        ("postponed", {}, False),
        ("postponed", {"postponed_at": geneva(1, 9)}, True),
        ("online", {}, False),
        ("online", {"is_online": True}, True),
        ("inperson", {"is_online": True}, False),
        ("inperson", {}, True),
        ("", {}, True),
    ],
)
def test_a_notice_of_a_move_that_is_not_in_force_is_refused(variant, edition, is_so):
    with time_machine.travel(geneva(8, 12), tick=False):
        notice = notice_of(EditionFactory(**edition), variant=variant)

        assert reason_circular_is_untrue(notice) == ("" if is_so else NOT_SO)


def test_nobody_is_planned_a_notice_that_says_what_is_not_so(reached):
    with time_machine.travel(geneva(8, 12), tick=False):
        notice = notice_of(reached().edition, variant="postponed")

        assert plan_circular(notice) == 0
        assert {one.reason for one in circular_audience(notice).left_out} == {NOT_SO}


def test_who_has_a_letter_is_left_out_for_that_once_the_last_day_is_over(reached):
    with time_machine.travel(geneva(8, 12), tick=False) as clock:
        circular = reached().letters.get().circular
        clock.move_to(MIDNIGHT)

        left_out = [one.reason for one in circular_audience(circular).left_out if one.invitation]

    assert left_out == ["has its letter already"]


@pytest.mark.parametrize("kind", ["invitation", "notice"])
def test_no_reply_is_asked_for_once_the_last_day_is_over_in_geneva(kind):
    circular = CircularFactory(kind=kind)

    with time_machine.travel(LAST_MINUTE, tick=False):
        before = reason_circular_is_untrue(circular)
    with time_machine.travel(MIDNIGHT, tick=False):
        after = reason_circular_is_untrue(circular)

    assert (before, after) == ("", LAST_DAY_OVER)


def test_letters_that_leave_later_than_the_last_day_are_refused_before(reached):
    with time_machine.travel(geneva(8, 12), tick=False):
        circular = CircularFactory(planned_at=geneva(2, 9, month=4))

        assert reason_circular_is_untrue(circular) == LAST_DAY_OVER


@pytest.mark.parametrize("edition", [{"awaits_last_day": True}, {"postponed_at": geneva(1, 9)}])
def test_without_a_last_day_none_is_over(edition):
    circular = CircularFactory(edition=EditionFactory(**edition))

    with time_machine.travel(geneva(2, 12, month=4), tick=False):
        assert reason_circular_is_untrue(circular) == ""


@pytest.fixture
def composed_of(reached, monkeypatch):
    """Compose a letter of that kind, which refers to the invitation that a minister has."""
    not_set_in_type(monkeypatch)

    def make(kind, **fields):
        edition = reached().edition
        circular = CircularFactory(edition=edition, kind=kind, changes="New hours.", **fields)
        plan_circular(circular)
        compose_planned(edition)
        return circular.letters.get()

    return make


def approved(letter, **words):
    hashes = letter.sha256, letter.message_sha256
    return approve_letter(letter, UserFactory(), *hashes, although_late=True, **words)


def test_a_letter_that_became_untrue_after_it_was_composed_is_not_approved(composed_of):
    with time_machine.travel(geneva(8, 12), tick=False) as clock:
        letter = composed_of("notice")
        clock.move_to(MIDNIGHT)

        with pytest.raises(ValidationError, match="last day to reply is over"):
            approved(letter, reason="It was signed.")


@pytest.mark.parametrize(
    ("kind", "fields", "doubt"),
    [
        ("notice", {}, NOTHING_CHANGED),
        ("corrigendum", {"dated_on": dt.date(2027, 4, 5)}, LAST_DAY_BEFORE_DATE),
    ],
)
def test_doubtful_days_are_approved_with_a_reason_that_is_kept(composed_of, kind, fields, doubt):
    with time_machine.travel(geneva(8, 12), tick=False):
        letter = composed_of(kind, **fields)
        assert approval_doubts([letter]).flawed[str(doubt)] == [letter]
        assert approval_doubts([letter]).unexplained == [letter]

        with pytest.raises(ValidationError, match="Say why you approve it all the same"):
            approved(letter)
        approved(letter, reason="The minister asked for it.")

    event = letter.events.get(state=Letter.State.APPROVED)
    assert event.reason == "The minister asked for it."


def test_a_corrigendum_after_the_last_day_needs_a_reason(composed_of):
    with time_machine.travel(geneva(2, 12, month=4), tick=False):
        letter = composed_of("corrigendum")

        with pytest.raises(ValidationError, match="before a day that is over"):
            approved(letter)


def test_an_invitation_whose_days_are_in_order_needs_no_reason(composed):
    with time_machine.travel(geneva(8, 12), tick=False):
        letter = composed()

        assert approved(letter).state == Letter.State.APPROVED
        assert letter.events.get(state=Letter.State.APPROVED).reason == ""
