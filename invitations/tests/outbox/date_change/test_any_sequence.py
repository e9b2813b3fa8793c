"""Whatever moves, is stopped, taken back or answered in whichever order, these things hold."""

import datetime as dt
from contextlib import suppress

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from invitations.models import CallListEntry, Delivery, ForumEdition, Letter, Reconfirmation, Reply
from invitations.outbox.date_change.proposal import DATES, take_back_move
from invitations.outbox.date_change.reconfirmations import confirm_answer
from invitations.reminders.planning import queue_reminders
from invitations.reminders.send_check import reason_reminder_must_wait
from invitations.replies import record_reply
from invitations.tests.databases import examples_of
from invitations.tests.factories import (
    CircularFactory,
    DeliveryFactory,
    InvitationFactory,
    LetterFactory,
    UserFactory,
)
from invitations.tests.moving import asked, in_force
from invitations.tests.reminding import edition_with_three_steps

BEGIN = dt.datetime(2027, 3, 1, 9, tzinfo=dt.UTC)
SENT = dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC)
OFFICES = st.integers(0, 2)


class Moves(RuleBasedStateMachine):
    @initialize()
    def begin(self):
        self.clock = time_machine.travel(BEGIN, tick=False)
        self.now = self.clock.start()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.edition = edition_with_three_steps()
        CircularFactory(edition=self.edition)
        self.offices = [reached(self.edition) for _one in range(3)]
        self.asker, self.other = UserFactory(), UserFactory()
        self.waiting, self.pages = None, {}
        # What was released last, and each reply as it was recorded.
        self.dates, self.said = self.public(), {}

    def teardown(self):
        if hasattr(self, "undone"):
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)
            self.clock.stop()

    def public(self):
        edition = ForumEdition.objects.get(pk=self.edition.pk)
        shown = {name: getattr(edition, name) for name in DATES}
        of_form = {"online": edition.is_online, "rests": edition.awaits_last_day}
        return shown | of_form | {"postponed": edition.postponed_at}

    @rule(
        kind=st.sampled_from(["moved", "postponed", "online", "in_person"]),
        days=st.just(0) | st.integers(-3, 60),
    )
    def one_asks(self, kind, days):
        try:
            self.waiting = asked(self.edition, kind, days, by=self.asker)
        except ValidationError:
            return

    @precondition(lambda self: self.waiting)
    @rule()
    def who_asked_cannot_release(self):
        with pytest.raises(ValidationError):
            in_force(self.waiting, by=self.asker)

    @precondition(lambda self: self.waiting)
    @rule()
    def another_releases(self):
        in_force(self.waiting, by=self.other)
        self.waiting, self.dates = None, self.public()

    @precondition(lambda self: self.waiting)
    @rule()
    def one_takes_it_back(self):
        take_back_move(self.waiting.change, self.asker, self.waiting.change.mark)
        self.waiting = None

    @rule(office=OFFICES)
    def an_office_opens_its_page(self, office):
        invitation = self.offices[office]
        reply = invitation.replies.standing().first()
        move = self.edition.moves.released().order_by("pk").last()
        marks = (str(reply.pk) if reply else "", str(move.pk) if move else "")
        self.pages[office] = marks

    @rule(
        office=OFFICES,
        answer=st.sampled_from(["in_person", "video", "regrets", "holding"]),
        channel=st.sampled_from(["online", "fax"]),
    )
    def an_office_replies(self, office, answer, channel):
        # By fax nobody has seen a page, and staff give the hour.
        _reply, dates = self.pages.get(office, (None, None)) if channel == "online" else ("", None)
        at = {"received_at": dt.datetime.now(dt.UTC)} if channel == "fax" else {}
        try:
            reply = record_reply(
                self.offices[office], {"answer": answer}, channel=channel, seen_dates=dates, **at
            )
        except ValidationError:
            return
        self.said.setdefault(reply.pk, answer)

    @precondition(lambda self: self.pages)
    @rule(data=st.data())
    def an_office_presses_the_button_of_a_page_it_opened(self, data):
        office = data.draw(st.sampled_from(sorted(self.pages)))
        replies = Reply.objects.count()
        with suppress(ValidationError):
            confirm_answer(self.offices[office], *self.pages[office])
        assert Reply.objects.count() == replies

    @rule(days=st.integers(1, 9))
    def days_pass(self, days):
        self.now.shift(dt.timedelta(days=days))

    @rule()
    def the_clock_plans_and_sends(self):
        stopped = ForumEdition.objects.get(pk=self.edition.pk).is_stopped
        calls = CallListEntry.objects.count()
        queue_reminders()
        sent = [letter for letter in self.planned_reminders() if self.leaves(letter)]
        if stopped:
            assert sent == []
            assert not self.planned_reminders()
            assert CallListEntry.objects.count() == calls
            assert not CallListEntry.objects.to_call().exists()

    def planned_reminders(self):
        left = Delivery.objects.left().values("letter")
        return list(Letter.objects.in_force().filter(kind="reminder").exclude(pk__in=left))

    def leaves(self, letter):
        now = dt.datetime.now(dt.UTC)
        if reason_reminder_must_wait(letter.invitation, letter, now):
            return False
        assert letter.reply_before == self.dates["reply_before"]
        standing = letter.invitation.replies.standing().first()
        offered = ForumEdition.objects.get(pk=self.edition.pk).answers_offered
        if standing is None:
            assert letter.variant not in ("reconfirm", "anew")
        else:
            assert letter.variant == ("reconfirm" if standing.answer in offered else "anew")
        DeliveryFactory(letter=letter, state="handed_over", handed_over_at=now, sending_at=now)
        return True

    @invariant()
    def the_public_reads_what_was_released(self):
        if hasattr(self, "dates"):
            assert self.public() == self.dates

    @invariant()
    def no_reply_is_lost_or_converted(self):
        if hasattr(self, "said"):
            of_edition = Reply.objects.filter(invitation__edition=self.edition)
            assert dict(of_edition.values_list("pk", "answer")) == self.said

    @invariant()
    def one_reply_stands_at_most(self):
        for invitation in getattr(self, "offices", []):
            assert invitation.replies.standing().count() <= 1

    @invariant()
    def who_re_confirmed_has_the_answer_that_was_asked_about(self):
        current = Reconfirmation.objects.current().select_related("reply")
        for question in current.filter(invitation__in=getattr(self, "offices", [])):
            standing = question.invitation.replies.standing().get()
            if question.said == "still_valid":
                assert standing.answer == question.reply.answer
            if question.said == "not_yet":
                assert standing == question.reply


def reached(edition):
    invitation = InvitationFactory(edition=edition)
    letter = LetterFactory(
        invitation=invitation, state="approved", sha256="0" * 64, composed_at=SENT, approved_at=SENT
    )
    DeliveryFactory(letter=letter, state="handed_over", handed_over_at=SENT)
    return invitation


@pytest.mark.django_db
def test_any_sequence_of_moves_and_replies_keeps_what_must_always_be_true():
    run_state_machine_as_test(
        Moves, settings=examples(max_examples=examples_of(25), stateful_step_count=25)
    )
