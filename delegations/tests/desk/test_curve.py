"""The curve of answers, with what was sent, and beside it the edition before."""

import datetime as dt

import pytest
from django.urls import reverse

from delegations.desk.board.curve import curve_of
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    ReplyFactory,
    StepFactory,
)

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2027, 2, 10, 9, tzinfo=dt.UTC)


def february(day, hour=9):
    return dt.datetime(2027, 2, day, hour, tzinfo=dt.UTC)


@pytest.fixture
def edition():
    return EditionFactory(reply_before=dt.date(2027, 2, 15))


def answer(edition, at, **fields):
    invitation = InvitationFactory(edition=edition)
    return ReplyFactory(invitation=invitation, received_at=at, recorded_at=at, **fields)


def test_answers_add_up_day_by_day_until_today(in_february, edition):
    answer(edition, february(3))
    answer(edition, february(3))
    answer(edition, february(6), answer="regrets")

    curve = curve_of(edition, NOW)

    assert (curve.days[0], curve.days[-1]) == (dt.date(2027, 2, 3), dt.date(2027, 2, 14))
    assert curve.answered == [2, 2, 2, 3, 3, 3, 3, 3]


def test_an_answer_counts_on_the_day_of_the_first_in_the_edition_s_zone(in_february, edition):
    first = answer(edition, february(2, hour=23), status="superseded")
    ReplyFactory(invitation=first.invitation, received_at=february(8), recorded_at=february(8))

    curve = curve_of(edition, NOW)

    assert curve.days[0] == dt.date(2027, 2, 3)
    assert curve.answered[0] == 1


def test_a_last_day_far_ahead_leaves_no_answer_out(in_february):
    edition = EditionFactory(
        reply_before=dt.date(2028, 9, 1),
        **dict.fromkeys(
            ["opens_on", "closes_on", "track_opens_on", "track_closes_on"], dt.date(2028, 11, 1)
        ),
    )
    answer(edition, february(3))
    answer(edition, february(9))

    curve = curve_of(edition, NOW)

    assert curve.answered == [1, 1, 1, 1, 1, 1, 2, 2]
    assert (curve.days[0], len(curve.days)) == (dt.date(2027, 2, 3), 401)


@pytest.mark.parametrize(
    "fields",
    [
        {"answer": "holding", "status": "noted"},
        {"status": "set_aside"},
        {"invitation__status": "withdrawn"},
        {"invitation__is_principal": False},
    ],
)
def test_what_is_no_answer_of_a_state_does_not_count(in_february, edition, fields):
    ReplyFactory(**{"invitation__edition": edition, "received_at": february(3), **fields})

    assert curve_of(edition, NOW).answered == []


def test_letters_and_reminders_are_counted_on_the_day_they_left(in_february, edition):
    invitation = InvitationFactory(edition=edition)
    letter = LetterFactory(invitation=invitation)
    for address in ("office@example.org", "mission@example.org"):
        left = {"state": "handed_over", "handed_over_at": february(1, hour=23)}
        DeliveryFactory(letter=letter, address=address, **left)
    due = {
        "step": StepFactory(edition=edition),
        "reply_before": edition.reply_before,
        "leave_before": edition.deadline,
    }
    reminder = LetterFactory(invitation=invitation, kind="reminder", **due)
    DeliveryFactory(letter=reminder, state="handed_over", handed_over_at=february(4))

    curve = curve_of(edition, NOW)

    assert (curve.letters, curve.reminders) == (
        {dt.date(2027, 2, 2): 1},
        {dt.date(2027, 2, 4): 1},
    )


def test_the_edition_before_is_set_beside_it_by_its_own_last_day(in_february, edition):
    answer(edition, february(3))
    before = EditionFactory(
        name="WSIS Forum 2026",
        opens_on=dt.date(2026, 5, 10),
        track_opens_on=dt.date(2026, 5, 10),
        track_closes_on=dt.date(2026, 5, 10),
        closes_on=dt.date(2026, 5, 10),
        reply_before=dt.date(2026, 3, 1),
    )
    a_year_ago = dt.datetime(2026, 2, 26, 9, tzinfo=dt.UTC)
    answer(before, a_year_ago)
    answer(before, a_year_ago - dt.timedelta(days=90))

    curve = curve_of(edition, NOW)

    assert curve.previous == before
    # Two days before the last one, which was 28 February, and is 14 February now.
    assert curve.days[-3:] == [dt.date(2027, 2, day) for day in (12, 13, 14)]
    assert curve.before == [1] * 9 + [2, 2, 2]

    edition.awaits_last_day = True
    assert curve_of(edition, NOW).previous is None


def test_page_shows_the_curve_as_a_table_too(in_february, admin_client, edition):
    answer(edition, february(3))
    letter = LetterFactory(invitation__edition=edition)
    DeliveryFactory(letter=letter, state="handed_over", handed_over_at=february(2))

    page = admin_client.get(reverse("desk:board"))

    rows = [
        (row["day"], row["letters"], row["answered"], row["is_last_day"])
        for row in page.context["curve_rows"]
    ]
    assert rows == [
        ("2 February 2027", 1, 0, False),
        ("3 February 2027", 0, 1, False),
        ("14 February 2027", 0, None, True),
    ]
    assert 'id="curve-data" type="application/json"' in page.content.decode()
    assert "1 State has answered so far." in page.content.decode()


def test_page_without_letters_says_when_the_curve_begins(admin_client, edition):
    page = admin_client.get(reverse("desk:board")).content.decode()

    assert "the curve begins with either" in page
    assert "curve-data" not in page
