"""An edition moves: asked by one, in force once a second person releases it."""

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.letters.approval import recompose_letter
from invitations.letters.channels import MOVED_AGAIN, reason_to_hold_back
from invitations.letters.circulars import circular_audience, plan_circular
from invitations.letters.composing import compose_letter
from invitations.letters.composing_queue import (
    compose_or_say_why,
    compose_planned,
)
from invitations.letters.released import renamed_at
from invitations.models import (
    Circular,
    DateChange,
    ForumEdition,
    HeldChange,
    Language,
    Letter,
    LetterTemplate,
    Reconfirmation,
    Reply,
)
from invitations.outbox.date_change.proposal import (
    ProposedDateChange,
    propose_date_change,
    take_back_move,
)
from invitations.outbox.release import release_change, take_back_change
from invitations.replies import record_reply
from invitations.tests.desk import letter_in_force
from invitations.tests.factories import (
    CircularFactory,
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    ReplyFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import claimed
from invitations.tests.moving import ONLINE, asked, in_force, later, moved

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return EditionFactory()


def days_of(edition):
    edition.refresh_from_db()
    return [edition.opens_on, edition.closes_on, edition.reply_before]


def test_nothing_of_a_move_holds_before_a_second_person_releases_it(edition):
    before = days_of(edition)

    move = asked(edition)

    assert days_of(edition) == before
    assert (move.change.kind, move.change.state) == ("dates", "waiting")

    in_force(move)

    assert days_of(edition) == [day + dt.timedelta(days=21) for day in before]
    assert edition.moved_at >= DateChange.objects.get().released_at
    assert HeldChange.objects.get().state == "released"


def test_whoever_asks_for_a_move_does_not_release_it(edition):
    drafter = UserFactory()
    move = asked(edition, by=drafter)

    with pytest.raises(ValidationError, match="A second person has to release it"):
        in_force(move, by=drafter)

    assert edition.moved_at is None


def test_what_was_looked_at_is_what_is_released(edition):
    move = asked(edition)
    HeldChange.objects.update(after={**move.change.after, "opens_on": "2027-06-01"})

    with pytest.raises(ValidationError, match="It was changed again since you looked at it"):
        in_force(move)


def test_a_move_is_released_once(edition):
    move = asked(edition)
    in_force(move)

    with pytest.raises(ValidationError, match="This was decided already"):
        in_force(move)


def test_a_move_says_why_and_moves_something(edition):
    asker = UserFactory()
    with pytest.raises(ValidationError, match="Say why it moves"):
        propose_date_change(
            edition, ProposedDateChange(DateChange.Kind.MOVED, later(edition)), asker, " "
        )
    with pytest.raises(ValidationError, match="Nothing moves"):
        propose_date_change(
            edition, ProposedDateChange(DateChange.Kind.MOVED, later(edition, 0)), asker, "Because."
        )

    assert not HeldChange.objects.exists()


def test_dates_out_of_order_are_refused_when_they_are_asked_for(edition):
    dates = later(edition) | {"closes_on": edition.opens_on}

    with pytest.raises(ValidationError, match="The deadline comes before the opening"):
        propose_date_change(
            edition, ProposedDateChange(DateChange.Kind.MOVED, dates), UserFactory(), "Because."
        )


def test_another_move_takes_the_place_of_the_one_that_waits(edition):
    first = asked(edition)

    second = asked(edition, days=7)

    first.change.refresh_from_db()
    assert first.change.state == "taken_back"
    assert list(HeldChange.objects.waiting_dates()) == [second.change]


def test_a_postponement_stops_the_deadline_at_once_and_tells_nobody_yet(edition):
    asked(edition, "postponed")

    edition.refresh_from_db()
    assert edition.is_stopped
    assert not edition.is_late(edition.deadline + dt.timedelta(days=1))
    assert edition.postponed_at is None
    assert "2027" in edition.forum_days("en")


def test_a_move_that_is_taken_back_lets_the_deadline_hold_again(edition):
    change = asked(edition, "postponed").change

    take_back_move(change, UserFactory(), change.mark)

    edition.refresh_from_db()
    assert not edition.is_stopped
    assert edition.is_late(edition.deadline)


def test_a_reply_that_came_while_a_move_waited_is_late_by_the_only_day_that_was_told(edition):
    """Its letter named that day, and a move that was taken back never told another one."""
    change = asked(edition).change
    invitation = InvitationFactory(edition=ForumEdition.objects.get(pk=edition.pk))
    with time_machine.travel(edition.deadline + dt.timedelta(days=1), tick=False):
        reply = record_reply(invitation, {"answer": "in_person"})
        assert not reply.is_late
        take_back_move(change, UserFactory(), change.mark)

    assert Reply.objects.get().is_late


def test_new_dates_end_a_postponement(edition):
    moved(edition, "postponed")
    assert edition.forum_days("en") == "postponed; new dates will be announced"
    assert not edition.is_late(edition.deadline)

    moved(edition)

    assert edition.postponed_at is None
    assert edition.forum_days("en") != "postponed; new dates will be announced"
    assert edition.is_late(edition.deadline)


def test_a_forum_that_is_postponed_stays_at_hand_after_its_earlier_days(edition):
    EditionFactory()
    edition.opens_on = edition.closes_on = edition.track_opens_on = dt.date(2020, 5, 4)
    edition.track_closes_on = edition.reply_before = dt.date(2020, 5, 4)
    edition.save()
    manager = type(edition).objects
    assert edition not in manager.at_hand()

    moved(edition, "postponed")

    assert edition in manager.at_hand()


def test_online_the_answers_offered_change_and_the_place_is_online(edition):
    moved(edition, "online")

    assert edition.answers_offered == ["attends_only", "video", "written", "regrets"]
    assert (edition.is_online, edition.venue) == (True, "online")


def test_a_move_is_not_decided_as_what_automatic_mail_says(edition):
    change = asked(edition).change

    for verb in (release_change, take_back_change):
        with pytest.raises(ValidationError, match="decided on their own page"):
            verb(change, UserFactory(), change.mark)


def test_another_change_of_the_edition_that_waits_has_the_new_dates_too(edition):
    LetterFactory(
        invitation=InvitationFactory(edition=edition), state="approved", sha256="0" * 64,
        composed_at="2027-02-01T09:00Z", approved_at="2027-02-01T09:00Z",
    )  # fmt: skip
    edition.contact_email = "elsewhere@example.org"
    edition.save()
    waiting = HeldChange.objects.waiting().get()

    moved(edition)

    waiting.refresh_from_db()
    assert waiting.state == "waiting"
    assert set(waiting.changed) == {"contact_email"}
    assert edition.as_released.opens_on == edition.opens_on


# What hangs on it


def test_each_answer_that_stands_is_asked_about_and_stays_as_it_is(edition):
    standing = ReplyFactory(invitation=InvitationFactory(edition=edition))
    InvitationFactory(edition=edition)
    ReplyFactory()
    before = type(standing).objects.values().get(pk=standing.pk)

    move = moved(edition)

    question = Reconfirmation.objects.get()
    assert (question.move, question.reply, question.said) == (move, standing, "not_yet")
    assert type(standing).objects.values().get(pk=standing.pk) == before


def test_a_deadline_that_moves_alone_asks_nobody_again(edition):
    ReplyFactory(invitation=InvitationFactory(edition=edition))
    dates = later(edition, 0) | {"reply_before": edition.reply_before + dt.timedelta(days=5)}

    in_force(
        propose_date_change(
            edition, ProposedDateChange(DateChange.Kind.MOVED, dates), UserFactory(), "More time."
        )
    )

    assert not Reconfirmation.objects.exists()


def test_a_postponement_asks_nobody_and_the_questions_of_an_earlier_move_are_overtaken(edition):
    ReplyFactory(invitation=InvitationFactory(edition=edition))
    moved(edition)
    assert Reconfirmation.objects.current().count() == 1

    moved(edition, "postponed")

    assert Reconfirmation.objects.count() == 1
    assert not Reconfirmation.objects.current().exists()


def frozen(edition, kind="invitation", state="approved", **fields):
    at = dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC)
    invitation = fields.pop("invitation", None) or InvitationFactory(edition=edition)
    letter = LetterFactory(
        invitation=invitation, kind=kind, state=state, sha256="0" * 64, message_sha256="0" * 64,
        composed_at=at, approved_at=at if state == "approved" else None, **fields,
    )  # fmt: skip
    return letter, DeliveryFactory(letter=letter)


@pytest.mark.parametrize("seconds", [0, 90])
def test_a_letter_of_a_server_whose_clock_is_ahead_is_still_of_the_earlier_dates(edition, seconds):
    letter, _delivery = frozen(edition)
    ahead = timezone.now() + dt.timedelta(seconds=seconds)
    Letter.objects.filter(pk=letter.pk).update(composed_at=ahead, approved_at=ahead)

    moved(edition)

    letter.refresh_from_db()
    assert letter.is_of_earlier_dates
    assert reason_to_hold_back(letter)


def test_a_letter_composed_after_the_move_by_a_clock_that_is_behind_names_the_new_dates(composed):
    edition = composed().invitation.edition
    moved(edition)
    behind = timezone.now() - dt.timedelta(seconds=90)

    with time_machine.travel(behind, tick=False):
        recompose_letter(Letter.objects.get(), UserFactory())
        compose_planned()

    assert not Letter.objects.get(state="composed").is_of_earlier_dates


def test_an_acknowledgement_that_has_not_left_is_composed_again(edition):
    reply = ReplyFactory(invitation=InvitationFactory(edition=edition))
    letter, delivery = frozen(
        edition, "acknowledgement", invitation=reply.invitation, reply=reply, variant="answer"
    )

    moved(edition)

    letter.refresh_from_db()
    delivery.refresh_from_db()
    again = Letter.objects.exclude(pk=letter.pk).get()
    assert (letter.state, delivery.state) == ("cancelled", "cancelled")
    assert (again.state, again.reply, again.variant) == ("planned", reply, "answer")


def test_the_notice_is_drafted_in_six_languages_and_not_sent(edition):
    inviting = CircularFactory(edition=edition, kind="invitation", reference="CL-27/1")

    move = moved(edition)

    notice = Circular.objects.exclude(pk=inviting.pk).get()
    assert move.notice == notice
    assert (notice.kind, notice.reference, notice.variant) == ("notice", "CL-27/1/Add.1", "")
    assert notice.signatory_name == inviting.signatory_name
    assert all(getattr(notice, f"changes_{one.replace('-', '_')}") for one in Language.values)
    assert "10–14 May 2027" in notice.changes_en
    assert not Letter.objects.exists()


def test_the_notice_of_a_postponement_names_no_new_date(edition):
    CircularFactory(edition=edition, kind="invitation")

    notice = moved(edition, "postponed").notice

    assert notice.variant == "postponed"
    assert "has been postponed" in notice.changes_en


@pytest.mark.parametrize("days", [0, 21])
def test_the_notice_of_a_move_online_speaks_of_no_new_dates_in_its_subject(edition, days):
    CircularFactory(edition=edition, kind="invitation")

    notice = moved(edition, "online", days=days).notice

    assert notice.variant == "online"
    text = LetterTemplate.objects.get(kind="notice", variant="online", language="en")
    assert "dates" not in text.subject


def test_what_came_back_in_person_offers_what_was_offered_and_converts_nothing(edition):
    CircularFactory(edition=edition, kind="invitation")
    reply = ReplyFactory(invitation=InvitationFactory(edition=edition), answer="video")
    moved(edition, "online", days=0)

    move = moved(edition, "in_person", days=0)

    assert (edition.is_online, move.notice.variant) == (False, "inperson")
    # Its days and its place stand once, in the letter below.
    told = "The WSIS Forum 2027 will be held in person again."
    assert move.notice.changes_en == told
    assert "in_person" in edition.answers_offered
    assert Reconfirmation.objects.current().get().reply == reply
    reply.refresh_from_db()
    assert (reply.answer, reply.status) == ("video", "standing")


def test_the_notice_of_new_dates_after_a_postponement_names_no_earlier_ones(edition):
    CircularFactory(edition=edition)
    moved(edition, "postponed")

    move = moved(edition)

    told = "The WSIS Forum 2027, which was postponed, has new dates: 31 May 2027 – 4 June 2027."
    assert move.notice.changes_en == told


@pytest.mark.parametrize("kind", ["moved", "postponed"])
def test_no_sentence_of_a_notice_ends_twice(edition, kind):
    CircularFactory(edition=edition)

    notice = moved(edition, kind).notice

    for language in Language.values:
        assert ".." not in getattr(notice, f"changes_{language.replace('-', '_')}")


def test_what_is_in_person_already_does_not_come_back(edition):
    with pytest.raises(ValidationError, match="Nothing moves"):
        asked(edition, "in_person")


def test_no_notice_is_drafted_where_none_is_wanted_or_nobody_was_invited(edition):
    assert moved(edition).notice is None
    CircularFactory(edition=edition, kind="invitation")

    assert moved(edition, drafts_notice=False).notice is None


@pytest.mark.parametrize("language", Language.values)
@pytest.mark.parametrize(
    ("kind", "days"),
    [("moved", 21), ("postponed", 0), ("online", 21), ("online", 0), ("in_person", 0)],
)
def test_the_letters_of_the_drafted_notice_can_be_composed(edition, kind, days, language):
    inviting = CircularFactory(edition=edition, kind="invitation")
    invitation = InvitationFactory(edition=edition, minister__language=language)
    first, _delivery = frozen(edition, invitation=invitation, circular=inviting)
    if kind == "in_person":
        moved(edition, "online", days=0)
    notice = moved(edition, kind, days=days).notice
    letter = LetterFactory(
        invitation=invitation, circular=notice, kind="notice", replaces=first, language=language
    )

    assert compose_or_say_why(claimed(letter.pk))

    letter.refresh_from_db()
    assert letter.state == "composed", letter.waiting_reason


def test_a_receipt_that_has_not_left_is_made_again(frozen_letter, queued):
    letter = frozen_letter()
    own = {"invitation": letter.invitation, "circular": letter.circular}
    ReplyFactory(invitation=letter.invitation)
    filed = {"en": "Flavia Elphberg"}
    receipt = frozen_letter(kind="receipt", variant="delegation", filed=filed, **own)
    queued(receipt)

    moved(letter.invitation.edition)

    again = letter.invitation.letters.in_force().get(kind="receipt")
    assert (again.state, again.variant, again.filed) == ("planned", "delegation", filed)


def test_of_two_receipts_that_have_not_left_the_later_one_is_made_again(frozen_letter, queued):
    letter = frozen_letter()
    own = {"invitation": letter.invitation, "circular": letter.circular, "variant": "delegation"}
    ReplyFactory(invitation=letter.invitation)
    for name in ("Flavia Elphberg", "Antoinette de Mauban"):
        queued(frozen_letter(kind="receipt", filed={"en": name}, **own))

    moved(letter.invitation.edition)

    again = letter.invitation.letters.in_force().get(kind="receipt")
    assert (again.state, again.filed) == ("planned", {"en": "Antoinette de Mauban"})


def test_what_does_not_move_stays_as_it_is_by_now(edition):
    move = asked(edition)
    ForumEdition.objects.filter(pk=edition.pk).update(answers_offered=ONLINE)

    in_force(move)

    edition.refresh_from_db()
    assert edition.answers_offered == ONLINE


@pytest.mark.parametrize("kind", ["moved", "postponed"])
def test_days_that_were_changed_meanwhile_are_looked_at_first(kind, edition):
    move = asked(edition, kind)
    day = edition.reply_before + dt.timedelta(days=3)
    ForumEdition.objects.filter(pk=edition.pk).update(reply_before=day)

    with pytest.raises(ValidationError, match="was changed after this move was asked for"):
        in_force(move)

    edition.refresh_from_db()
    assert (edition.reply_before, edition.postponed_at) == (day, None)


def test_a_move_online_releases_no_deadline_that_waits(frozen_letter):
    edition = frozen_letter().invitation.edition
    was = edition.reply_before
    edition.reply_before += dt.timedelta(days=3)
    edition.save()

    moved(edition, "online", days=0)

    waiting = HeldChange.objects.waiting().get()
    assert waiting.before["reply_before"] == was.isoformat()


def test_calendars_count_a_move_among_what_was_released(edition):
    moved(edition, "online", days=0)

    assert renamed_at(edition) == [HeldChange.objects.get().decided_at]


def test_nobody_gets_the_notice_of_a_move_once_dates_moved_again(edition):
    CircularFactory(edition=edition)
    office = InvitationFactory(edition=edition)
    letter_in_force(invitation=office)
    first = moved(edition).notice
    assert plan_circular(first) == 1

    last = moved(edition, days=7).notice

    left_out = circular_audience(first).left_out
    assert {str(one.reason) for one in left_out if one.invitation} == {MOVED_AGAIN}
    assert [one.pk for one in circular_audience(last).addressed] == [office.pk]
    with pytest.raises(ValidationError, match="moved again since this notice"):
        compose_letter(first.letters.get())


def test_a_deadline_that_moves_alone_leaves_a_notice_true(edition):
    CircularFactory(edition=edition)
    notice = moved(edition).notice

    moved(edition, dates={"reply_before": edition.reply_before + dt.timedelta(days=2)})

    assert not DateChange.objects.overtook(notice)
