"""The page on which an edition moves, and what becomes of sessions and calendars."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from delegations.models import Delegation, HighLevelSession, SpeakingSlot
from delegations.tests.offices import browser, coming, invited, page_of, text
from delegations.tests.rows import all_rows
from invitations.admin.list_columns import change_url, state_url
from invitations.letters.channels import reason_to_hold_back
from invitations.models import (
    DateChange,
    ForumEdition,
    HeldChange,
    Letter,
    Reconfirmation,
    SessionHours,
)
from invitations.models.held.outdated import outdated_letters
from invitations.outbox.date_change.reconfirmations import confirm_answer
from invitations.outbox.decisions import resend
from invitations.outbox.envelopes import refuse_unprintable
from invitations.replies import record_reply
from invitations.tests.desk import as_sent, choose, composed_letter, of_group
from invitations.tests.desk import page_of as record_of
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    HoursFactory,
    InvitationFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.moving import asked, later, moved

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

CHANGES = "admin:invitations_heldchange_changelist"


@pytest.fixture
def edition():
    return EditionFactory()


@pytest.fixture
def drafter():
    return of_group("Drafters")


@pytest.fixture
def approver():
    return of_group("Approvers")


def session_of(edition, **fields):
    hours = HoursFactory(edition=edition, **fields)
    return HighLevelSession.objects.create(
        edition=edition, segment="opening", title="Opening segment", room=hours.room,
        starts_at=hours.starts_at, ends_at=hours.ends_at, hours=hours,
    )  # fmt: skip


def dates_page(edition):
    return reverse("admin:invitations_forumedition_dates", args=[edition.pk])


def typed(edition, kind="moved", days=21, **more):
    dates = {name: day.isoformat() for name, day in later(edition, days).items()}
    sessions = [one.pk for one in edition.sessions.all()]
    what = {"kind": kind, "days": days, "sessions": sessions, "stops": "on"}
    return {**dates, **what, "drafts_notice": "on", "reason": "The hall is repaired.", **more}


def released(client, approver):
    """What the second person does: the list of held changes, and its confirmation."""
    client.force_login(approver)
    change = HeldChange.objects.waiting_dates().get()
    sent = {"answered": "yes", "reason": "", "marks": f"{change.pk}:{change.mark}"}
    return choose(client, reverse(CHANGES), "release_selected", change, **sent)


# Saving moved dates


def test_dates_that_offices_know_are_not_saved_but_lead_to_their_page(client, edition, drafter):
    invited("Ruritania", edition=edition)
    client.force_login(drafter)
    sent = as_sent(client.get(record_of(edition)))
    new = {name: day.isoformat() for name, day in later(edition).items()}

    answer = client.post(record_of(edition), {**sent, **new, "website": "https://new.example.org"})

    was = edition.opens_on
    edition.refresh_from_db()
    assert (edition.opens_on, edition.website) == (was, "https://new.example.org")
    page = client.get(answer.url)
    [told] = [str(message) for message in page.context["messages"]]
    assert "The dates are not changed yet" in told
    assert "a second person releases it. All else is saved; automatic mail says it once" in told
    assert answer.url.startswith(dates_page(edition))
    assert page.context["form"]["opens_on"].value() == later(edition)["opens_on"]
    assert page.context["form"]["days"].value() is None
    assert "10–14 May 2027" in text(page)
    assert "31 May 2027 – 4 June 2027" in text(page)


def test_dates_that_nobody_was_told_are_saved_at_once(client, edition, drafter):
    client.force_login(drafter)
    sent = as_sent(client.get(record_of(edition)))
    new = {name: day.isoformat() for name, day in later(edition).items()}

    answer = client.post(record_of(edition), {**sent, **new})

    was = edition.opens_on
    edition.refresh_from_db()
    assert edition.opens_on == was + dt.timedelta(days=21)
    assert "dates" not in answer.url


def test_saving_the_page_of_an_edition_as_it_is_holds_nothing(client, drafter):
    edition = EditionFactory(original_ranks=["HOG", "HOS"])
    invited("Ruritania", edition=edition)
    client.force_login(drafter)

    client.post(record_of(edition), as_sent(client.get(record_of(edition))))

    assert not HeldChange.objects.exists()


# The page


def test_the_page_says_what_hangs_on_the_dates(client, edition, drafter):
    coming("Ruritania", edition=edition)
    invited("Zenda", edition=edition)
    session_of(edition)
    StepFactory(edition=edition)
    for asks, days in (("head", 28), ("speaker", 42)):
        StepFactory(
            edition=edition, asks_for=asks, variant=asks, audience="focal", days_before=days
        )
    client.force_login(drafter)

    page = text(client.get(dates_page(edition), later(edition)))

    assert "2 offices are invited and know what was announced before." in page
    assert "The last day to reply is the day before." in page
    assert "1 answer is on file: it stays valid, and its office is asked again." in page
    assert "11 May 2027" in page
    assert "1 June 2027" in page
    steps = [page.index(f"{days} days before the") for days in (21, 42, 28)]
    assert steps == sorted(steps), "They stand in the order of their days."


def test_who_releases_a_move_reads_its_days_in_words(client, edition, approver):
    change = asked(edition).change
    client.force_login(approver)

    page = text(client.get(change_url(change)))

    opens = later(edition)["opens_on"]
    assert f"{opens:%-d %B %Y}" in page
    assert f"{opens:%Y-%m-%d}" not in page


def test_sessions_move_with_the_track_unless_other_days_are_typed(client, edition, drafter):
    session_of(edition)
    client.force_login(drafter)
    sent = typed(edition, days=21) | {"days": "", "look": "yes"}

    assert "1 June 2027" in text(client.post(dates_page(edition), sent))
    client.post(dates_page(edition), typed(edition, days=21) | {"days": ""})

    assert DateChange.objects.get().days == 21


def test_what_follows_leaves_a_session_that_is_unticked_on_its_day(client, edition, drafter):
    session_of(edition)
    client.force_login(drafter)

    page = client.post(dates_page(edition), typed(edition, sessions=[], look="yes"))

    assert "1 session would lie outside the days of the High-Level Track." in text(page)


def test_a_postponement_leaves_sessions_where_they_are(client, edition, drafter, approver):
    session = session_of(edition)
    client.force_login(drafter)
    client.post(dates_page(edition), typed(edition, "postponed", days=21))

    released(client, approver)

    was = session.starts_at
    session.refresh_from_db()
    assert session.starts_at == was


def test_sessions_that_stay_behind_are_outside_the_track(client, edition, drafter):
    session_of(edition)
    client.force_login(drafter)

    page = client.post(dates_page(edition), typed(edition, days=21) | {"days": 0, "look": "yes"})

    assert "1 session would lie outside the days of the High-Level Track." in text(page)
    assert not HeldChange.objects.exists()


def test_looking_at_the_page_changes_nothing(client, edition, drafter):
    coming("Ruritania", edition=edition)
    client.force_login(drafter)
    before = {name: rows for name, rows in all_rows().items() if "session" not in name.lower()}

    client.get(dates_page(edition), {**later(edition), "kind": "postponed"})
    client.get(dates_page(edition), {"opens_on": "never", "kind": "never heard of"})

    after = all_rows()
    assert {name: after[name] for name in before} == before


def test_a_move_that_is_refused_loses_nothing_that_was_typed(client, edition, drafter):
    client.force_login(drafter)

    page = client.post(dates_page(edition), typed(edition, days=0, reason="No reason."))
    none = client.post(dates_page(edition), typed(edition, reason=""))

    assert "Nothing moves: this is how it stands already." in text(page)
    assert page.context["form"]["reason"].value() == "No reason."
    assert none.context["form"].errors["reason"]
    assert not DateChange.objects.exists()


def test_who_only_reads_sees_the_page_and_asks_for_nothing(client, edition):
    client.force_login(of_group("Readers"))

    assert client.get(dates_page(edition)).context["form"] is None
    assert client.post(dates_page(edition), typed(edition)).status_code == 403


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_takes_as_many_queries_for_three_sessions_as_for_one(
    client, edition, drafter, django_assert_num_queries, number
):
    for _one in range(number):
        coming(f"Ruritania {_one}", edition=edition)
        session_of(edition)
        StepFactory(edition=edition, days_before=_one + 1)
    client.force_login(drafter)
    client.get(dates_page(edition))

    with django_assert_num_queries(17):
        client.get(dates_page(edition))


def test_a_postponement_is_said_to_ask_no_office_and_to_move_no_slot(client, edition, drafter):
    state = coming("Ruritania", edition=edition).member_state
    delegation, _made = Delegation.objects.get_or_create(edition=edition, member_state=state)
    SpeakingSlot.objects.create(session=session_of(edition), delegation=delegation, position=1)
    client.force_login(drafter)

    moves = text(client.post(dates_page(edition), typed(edition, look="yes")))
    rests = text(client.post(dates_page(edition), typed(edition, "postponed", look="yes")))

    assert "its office is asked again" in moves
    assert "1 speaking slot moves with its session." in moves
    assert "1 answer is on file: it stays valid, and its office is asked nothing." in rests
    assert "speaking slot" not in rests


def test_beside_a_move_that_waits_what_is_typed_is_shown_too(client, edition, drafter):
    client.force_login(drafter)
    client.post(dates_page(edition), typed(edition, days=21))
    waiting = client.get(dates_page(edition))

    page = client.post(dates_page(edition), typed(edition, days=28, look="yes"))

    assert waiting.context["dates"][0][2] == "31 May 2027 – 4 June 2027"
    assert page.context["dates"][0][2] == "7–11 June 2027"


def test_what_is_postponed_already_is_not_offered_to_be_postponed(client, edition, drafter):
    client.force_login(drafter)
    offered = client.get(dates_page(edition)).context["form"]["kind"]
    moved(edition, "postponed")

    left = client.get(dates_page(edition)).context["form"]["kind"]

    assert "postponed" in dict(offered.field.choices)
    assert "postponed" not in dict(left.field.choices)


# Asked, and released


def test_one_asks_another_releases_and_all_changes_at_once(client, edition, drafter, approver):
    ruritania = coming("Ruritania", edition=edition)
    session = session_of(edition)
    office = browser(ruritania)
    client.force_login(drafter)

    client.post(dates_page(edition), typed(edition))

    assert "10–14 May 2027" in text(office.get(page_of(ruritania)))
    session.refresh_from_db()
    assert session.starts_at.date() == dt.date(2027, 5, 11)

    released(client, approver)

    assert "31 May 2027 – 4 June 2027" in text(office.get(page_of(ruritania)))
    session.refresh_from_db()
    hours = SessionHours.objects.get()
    assert session.starts_at == hours.starts_at == dt.datetime(2027, 6, 1, 7, 30, tzinfo=dt.UTC)
    assert hours.sequence == 1
    assert Reconfirmation.objects.get().said == "not_yet"


def test_sessions_that_are_unticked_stay(client, edition, drafter, approver):
    stays, moves = session_of(edition), session_of(edition)
    client.force_login(drafter)
    client.post(dates_page(edition), typed(edition) | {"sessions": [moves.pk]})

    released(client, approver)

    days = dict(HighLevelSession.objects.values_list("pk", "starts_at__date"))
    assert days == {stays.pk: dt.date(2027, 5, 11), moves.pk: dt.date(2027, 6, 1)}
    assert dict(SessionHours.objects.values_list("pk", "sequence")) == {
        stays.hours_id: 0, moves.hours_id: 1,
    }  # fmt: skip


def test_sessions_keep_their_hour_by_the_clock_when_summer_ends(client, edition, drafter, approver):
    session = session_of(edition)
    client.force_login(drafter)
    client.post(dates_page(edition), typed(edition, days=180))

    released(client, approver)

    session.refresh_from_db()
    assert f"{session.starts_at.astimezone(edition.zone):%H:%M}" == "09:30"


def test_who_asked_does_not_release_though_they_may_release_others(client, edition, drafter):
    drafter.groups.add(Group.objects.get(name="Approvers"))
    client.force_login(drafter)
    client.post(dates_page(edition), typed(edition))

    page = released(client, drafter)

    assert "A second person has to release it: you changed it." in text(page)
    assert ForumEdition.objects.get().moved_at is None


def test_a_drafter_takes_their_move_back(client, edition, drafter):
    client.force_login(drafter)
    client.post(dates_page(edition), typed(edition, "postponed"))
    change = HeldChange.objects.get()
    sent = {"answered": "yes", "reason": "", "marks": f"{change.pk}:{change.mark}"}

    choose(client, reverse(CHANGES), "take_back_selected", change, **sent)

    edition.refresh_from_db()
    change.refresh_from_db()
    assert (change.state, edition.is_stopped) == ("taken_back", False)


def test_the_move_that_waits_stands_on_its_page_and_on_that_of_the_edition(
    client, edition, drafter, approver
):
    client.force_login(drafter)
    client.post(dates_page(edition), typed(edition, "postponed"))
    client.force_login(approver)

    of_dates, of_edition = client.get(dates_page(edition)), client.get(record_of(edition))

    for page in (of_dates, of_edition):
        assert "until a second person releases the move; then all changes at once" in text(page)
        assert dates_page(edition) in text(page)
    assert "postponed; new dates will be announced" in text(of_dates)
    assert "Reminders and the deadline rest" in text(of_dates)


def test_what_is_online_is_asked_with_the_answers_that_stay(client, edition, drafter, approver):
    ruritania = coming("Ruritania", edition=edition)
    client.force_login(drafter)
    none = client.post(dates_page(edition), typed(edition, "online", answers_offered=[]))
    assert "answers_offered" in none.context["form"].errors

    shown = typed(edition, "online", days=0, answers_offered=["video", "regrets"])
    page = client.post(dates_page(edition), shown | {"look": "yes"})
    assert "1 of the answers would not be offered any more" in text(page)
    client.post(dates_page(edition), shown)
    released(client, approver)

    edition.refresh_from_db()
    assert (edition.is_online, edition.answers_offered) == (True, ["video", "regrets"])
    assert ruritania.replies.standing().get().answer == "in_person"


# What the desk then reads


def counted(page):
    return [(one["words"], one["count"]) for one in page.context["reconfirmed"]]


def test_the_board_counts_who_has_re_confirmed_changed_and_not_yet(client, edition):
    offices = [coming(state, edition=edition) for state in ("Ruritania", "Zenda", "Strelsau")]
    invited("Hentzau", edition=edition)
    move = moved(edition)
    first = offices[0].replies.get()
    confirm_answer(offices[0], str(first.pk), str(move.pk))
    record_reply(offices[1], {"answer": "regrets"})
    client.force_login(UserFactory(is_superuser=True))

    page = client.get(reverse("desk:board"))

    assert counted(page) == [
        ("Re-confirmed", 1),
        ("Answer changed", 1),
        ("Not re-confirmed yet", 1),
    ]
    for one in page.context["reconfirmed"]:
        assert client.get(one["url"]).context["cl"].result_count == 1


def test_the_first_page_names_answers_that_are_not_re_confirmed_until_the_last_is(client, edition):
    ruritania = coming("Ruritania", edition=edition)
    client.force_login(of_group("Registrars"))
    title = "answer not re-confirmed since the dates moved"
    assert title not in text(client.get(reverse("admin:index")))

    move = moved(edition)
    assert title in text(client.get(reverse("admin:index")))

    confirm_answer(ruritania, str(ruritania.replies.get().pk), str(move.pk))
    assert title not in text(client.get(reverse("admin:index")))


def test_the_page_of_the_state_tells_that_its_office_re_confirmed(client, edition):
    ruritania = coming("Ruritania", edition=edition)
    move = moved(edition)
    confirm_answer(ruritania, str(ruritania.replies.get().pk), str(move.pk))
    client.force_login(UserFactory(is_superuser=True))

    page = client.get(state_url(edition, ruritania.member_state))

    assert "The office re-confirmed its answer after the dates had moved" in text(page)


def test_board_and_first_page_say_that_a_forum_is_postponed(client, edition):
    moved(edition, "postponed")
    client.force_login(UserFactory(is_superuser=True))

    for page in (reverse("desk:board"), reverse("admin:index")):
        assert "The event is postponed without a new date" in text(client.get(page))
    assert "postponed" in text(
        client.get(reverse("admin:invitations_forumedition_reminders", args=[edition.pk]))
    )


# Mail and paper with the earlier dates


def approved_letter(edition):
    invitation = invited("Zenda", edition=edition)
    invitation.letters.update(composed_at=timezone.now() - dt.timedelta(days=1))
    letter = invitation.letters.get()
    return letter, DeliveryFactory(letter=letter)


def test_an_approved_letter_with_earlier_dates_is_kept_back(edition):
    letter, delivery = approved_letter(edition)
    moved(edition)

    letter.refresh_from_db()
    letter.invitation.edition.refresh_from_db()
    assert "names the earlier ones" in str(reason_to_hold_back(letter))
    with pytest.raises(ValidationError, match="names the earlier ones"):
        resend(delivery, UserFactory())
    with pytest.raises(ValidationError, match="names the earlier ones"):
        refuse_unprintable(letter)


def test_a_composed_letter_with_earlier_dates_is_outdated(edition):
    draft = InvitationFactory(edition=edition, status="draft", issued_at=None)
    letter = composed_letter(invitation=draft)
    assert not outdated_letters(Letter.objects.all())

    moved(edition, "postponed")

    assert set(outdated_letters(Letter.objects.all())) == {letter.pk}
