"""Whatever is put right or moves, in any order, with replies, holds and mail coming in between.

An invariant that nothing can break says nothing. So each rule of the product that it stands on was
taken away once, and the walk failed within its ordinary examples: docs/outbox.md has the list.
What would leave is asked of every waiting mail after each act, and undone: that finds within two
acts what otherwise takes the one order in which the mail leaves just then.
"""

from contextlib import suppress
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from invitations.letters.composing import after_the_move
from invitations.letters.issuing import issue_invitation, queue_approved_letter
from invitations.letters.planning import enqueue_letter
from invitations.links import NO_LINK, link_for_token, replace_link
from invitations.models import (
    Correspondence,
    Delivery,
    ForumEdition,
    HeldChange,
    Invitation,
    Letter,
    Minister,
    Reply,
    ReplyLink,
)
from invitations.outbox.corrections.addresses import correct_address
from invitations.outbox.corrections.replacing import replace_letters
from invitations.outbox.corrections.succession import DelegationChoice, LetterChoice, ReplyChoice
from invitations.outbox.corrections.waiting_letters import close_link, renew_link
from invitations.outbox.date_change.proposal import take_back_move
from invitations.outbox.release import release_change, take_back_change
from invitations.outbox.sending import begin_delivery
from invitations.reminders.planning import queue_reminders
from invitations.replies import mark_dealt_with, record_reply
from invitations.tests.corrections import BECAUSE, asked_for
from invitations.tests.databases import examples_of
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.moving import asked, in_force
from invitations.tests.outbox.deliveries import DAY, MINUTE, STEP_DAY

pytestmark = pytest.mark.django_db

ANSWERS = st.sampled_from(["in_person", "regrets", "holding"])
# With what a walk begins: what waits in the outbox, or which successor for a second person.
REPLACED, REMINDER = "a letter that is replaced", "a reminder"
SUCCESSOR, INVITED, LATE = "a new one", "one who is invited", "one before a late reply"
BEGUN = st.sampled_from(
    [REPLACED, REPLACED, REMINDER, REMINDER, SUCCESSOR, INVITED, INVITED, LATE, LATE]
)
WAITS = HeldChange.objects.filter(state="waiting")
UNREAD = Correspondence.objects.filter(dealt_with_at=None)
WRITTEN = {"sha256": "0" * 64, "message_sha256": "0" * 64, "message": "letter.eml"}


class Mending(RuleBasedStateMachine):
    """A State with two ministers; three people of the secretariat put things right."""

    @initialize(begun=BEGUN)
    def begin(self, begun):
        """Begin where something may break next: chance alone seldom comes so far."""
        self.clock = time_machine.travel(STEP_DAY, tick=False)
        self.clock.start()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.people = [UserFactory() for _person in range(3)]
        self.edition = EditionFactory()
        StepFactory(edition=self.edition)
        circular = CircularFactory(edition=self.edition)
        self.state, self.dead = MemberStateFactory(), set()
        first = self.draft(self.someone(), is_principal=True)
        Letter.objects.create(invitation=first, circular=circular, kind="invitation")
        self.other = self.draft(self.someone(), is_principal=False)
        Letter.objects.create(invitation=self.other, circular=circular, kind="invitation")
        self.letters_are_approved()
        if begun == REPLACED:
            self.letters_are_replaced(new_links=False)
        if begun == REMINDER:
            self.mail_leaves()
            self.the_clock_reminds_and_acknowledges()
        if begun in (SUCCESSOR, INVITED, LATE):
            record_reply(first, {"answer": "in_person"}, channel="fax")
            record_reply(self.other, {"answer": "regrets"}, channel="fax")
            self.a_successor_is_entered("carry", "now", "keep", begun == INVITED, False)
            if begun == LATE:
                record_reply(first, {"answer": "regrets"}, channel="fax")

    def teardown(self):
        if not hasattr(self, "undone"):
            return
        try:
            if not transaction.get_rollback():
                self.what_waits_is_decided_at_last()
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)
            self.clock.stop()

    def what_waits_is_decided_at_last(self):
        """So each walk on which a second person is asked comes there, unless it is taken back."""
        self.letters_are_approved()
        if WAITS.exists():
            self.a_second_person_decides(release_change)
        self.only_what_may_leave_would_leave()
        self.a_state_has_one_principal_invitation()
        self.one_reply_stands_at_most()
        self.no_dead_link_opens()

    def someone(self):
        number = Minister.objects.count()
        return MinisterFactory(member_state=self.state, given_name=f"Rupert {number}")

    def draft(self, minister, **fields):
        draft = {"status": "draft", "issued_at": None}
        return InvitationFactory(edition=self.edition, minister=minister, **fields, **draft)

    @property
    def live(self):
        return Invitation.objects.exclude(status="withdrawn")

    @property
    def principal(self):
        return self.live.principal().get()

    # A successor in office

    @rule(
        reply=st.sampled_from(ReplyChoice.values),
        letter=st.sampled_from(LetterChoice.values),
        delegation=st.sampled_from(DelegationChoice.values),
        is_invited=st.booleans(),
        other_is_principal=st.booleans(),
    )
    def a_successor_is_entered(self, reply, letter, delegation, is_invited, other_is_principal):
        leaves, choices = self.principal, {"reply": reply, "letter": letter}
        dying = set(leaves.links.current().values_list("token", flat=True))
        successor = self.other.minister if is_invited else self.someone()
        principal = self.other.pk if other_is_principal and not is_invited else None
        choices |= {"delegation": delegation, "principal": principal}
        with suppress(ValidationError):
            asked_for(leaves, self.people[0], successor, **choices)
            self.dead |= dying

    @precondition(lambda self: WAITS.exists())
    @rule(decision=st.sampled_from([release_change, release_change, take_back_change]))
    def a_second_person_decides(self, decision):
        for change in WAITS.all():
            with pytest.raises(ValidationError):
                release_change(change, self.people[0], change.mark)
            with suppress(ValidationError):
                decision(change, self.people[1], change.mark)
                if decision is release_change:
                    self.was_handed_over(change)

    def was_handed_over(self, change):
        """What stood when it was asked for is what was carried: no reply is lost in between."""
        if change.kind != "succession":
            return
        old = Invitation.objects.get(pk=change.object_id)
        stands = old.replies.filter(status="standing").values_list("pk", flat=True).first()
        assert (old.status, stands) == ("withdrawn", change.after["stands"])
        if stands and change.after["reply"] == "carry":
            new = self.live.get(minister=change.after["minister"])
            assert new.replies.filter(status="standing").count() == 1

    # Dates that move

    @rule(
        kind=st.sampled_from(["moved", "postponed", "online", "in_person"]),
        days=st.sampled_from([0, 21]),
        is_decided=st.sampled_from(["released", "released", "taken back", "not yet"]),
    )
    def dates_move(self, kind, days, is_decided):
        """What waits already gives way to the next move that is asked for."""
        with suppress(ValidationError):
            move = asked(self.edition, kind, days, by=self.people[0])
            if is_decided == "released":
                in_force(move, by=self.people[1])
            if is_decided == "taken back":
                take_back_move(move.change, self.people[0], move.change.mark)

    # What offices say

    @rule(answer=ANSWERS, channel=st.sampled_from(["fax", "letter", "online"]), of=st.booleans())
    def an_office_answers(self, answer, channel, of):
        """On paper, or by each of its links that opens."""
        invitation = self.other if of else self.principal
        links = ReplyLink.objects.filter(invitation=invitation).values_list("token", flat=True)
        opens = [token for token in links if not link_for_token(token).gone_reason]
        with suppress(ValidationError):
            if channel != "online" or opens:
                record_reply(invitation, {"answer": answer}, channel=channel)

    @rule()
    def something_comes_or_is_read(self):
        for one in UNREAD.all():
            mark_dealt_with(one, self.people[1])
            return
        something_comes(self.principal)

    # What the secretariat puts right

    @rule(verb=st.sampled_from([renew_link, renew_link, replace_link, close_link]))
    def a_link_is_replaced_or_ends(self, verb):
        """Also by the verb that leaves what waits as it is: then it is kept back."""
        with suppress(ValidationError):
            current = self.principal.links.current().first()
            version = current.version if current else NO_LINK
            verb(self.principal, version, self.people[0], BECAUSE)
            self.dead |= {current.token} if current else set()

    @rule(new_links=st.booleans())
    def letters_are_replaced(self, new_links):
        circular = CircularFactory(edition=self.edition, kind="replacement", changes="A name.")
        dying = set(ReplyLink.objects.current().values_list("token", flat=True))
        replace_letters(circular, self.live, self.people[0], BECAUSE, new_links=new_links)
        self.dead |= dying - set(ReplyLink.objects.current().values_list("token", flat=True))

    @precondition(lambda self: Delivery.objects.filter(state="handed_over").exists())
    @rule()
    def an_address_is_corrected(self):
        delivery, to = Delivery.objects.filter(state="handed_over").last(), uuid4().hex[:8]
        with suppress(ValidationError):
            correct_address(delivery, self.people[0], f"office{to}@example.org", BECAUSE)

    # What leaves

    @rule()
    def letters_are_approved(self):
        for letter in Letter.objects.planned().printed():
            if not letter.invitation.links.current().exists():
                continue
            self.write(letter)
            letter.refresh_from_db()
            is_draft = letter.invitation.status == "draft"
            (issue_invitation if is_draft else queue_approved_letter)(letter, self.people[2])

    @rule()
    def the_clock_reminds_and_acknowledges(self):
        queue_reminders()
        for letter in Letter.objects.planned().automatic():
            if letter.invitation.links.current().exists():
                self.write(letter)
                letter.refresh_from_db()
                enqueue_letter(letter)

    def write(self, letter):
        letter = Letter.objects.select_related("invitation__edition").get(pk=letter.pk)
        now, to = after_the_move(letter), letter.invitation.minister.to_emails
        written = WRITTEN | {"composed_at": now, "approved_at": now, "recipients": [["to", to]]}
        link = letter.invitation.links.current().get()
        # What the machine approves keeps nothing of what it was made of.
        behind = {} if letter.traits.automatic else {"ReplyLink": str(link.pk)}
        written |= {"mail": link.token, "composed_with": behind}
        Letter.objects.filter(pk=letter.pk).update(state="approved", **written)

    @precondition(lambda self: Delivery.objects.filter(state="queued").exists())
    @rule()
    def mail_leaves(self):
        """It is handed over at once; the letter, so long ago that its office may be reminded."""
        left = {"state": "handed_over", "handed_over_at": timezone.now() - 30 * DAY}
        for delivery in Delivery.objects.filter(state="queued"):
            if begins(delivery):
                Delivery.objects.filter(pk=delivery.pk).update(**left)

    @invariant()
    def only_what_may_leave_would_leave(self):
        for delivery in Delivery.objects.filter(state="queued"):
            with transaction.atomic():
                leaves, letter = begins(delivery), delivery.letter
                assert not leaves or may_leave(letter), (letter.kind, letter.invitation)
                # It is no test of holding back to hold back everything.
                assert leaves or letter.traits.automatic or not may_leave(letter)
                transaction.set_rollback(True)

    @invariant()
    def no_reminder_would_leave_after_a_hold(self):
        for delivery in Delivery.objects.filter(state="queued", letter__kind="reminder"):
            for hold in (it_answers, an_answer_will_follow, something_comes, a_move_waits):
                with transaction.atomic():
                    hold(delivery.letter.invitation)
                    assert not begins(delivery), hold
                    transaction.set_rollback(True)

    @invariant()
    def a_state_has_one_principal_invitation(self):
        assert self.live.principal().count() == 1

    @invariant()
    def one_reply_stands_at_most(self):
        standing = Reply.objects.filter(status="standing", invitation__in=self.live)
        offices = list(standing.values_list("invitation", flat=True))
        assert len(offices) == len(set(offices))
        assert not standing.filter(invitation__status="draft").exists()
        assert not standing.filter(carried_from__in=standing).exists()

    @invariant()
    def no_dead_link_opens(self):
        ended = ReplyLink.objects.filter(invitation__status="withdrawn")
        waits = WAITS.filter(kind="succession").values_list("object_id", flat=True)
        left = ReplyLink.objects.filter(invitation__in=[int(pk) for pk in waits])
        dead = self.dead | {link.token for link in ended | left}
        assert all(link_for_token(token).gone_reason for token in dead)


def it_answers(invitation, answer="regrets"):
    with suppress(ValidationError):
        record_reply(invitation, {"answer": answer}, channel="mail")


def an_answer_will_follow(invitation):
    it_answers(invitation, "holding")


def something_comes(invitation):
    now = timezone.now()
    Correspondence.objects.create(invitation=invitation, channel="fax", received_at=now)


def a_move_waits(invitation):
    edition = ForumEdition.objects.get(pk=invitation.edition_id)
    with suppress(ValidationError):
        asked(edition, "online")


def begins(delivery):
    """Let a worker claim it and begin, as the outbox does; return whether it leaves."""
    claimed = {"state": "claimed", "claim": uuid4(), "lease_ends_at": timezone.now() + 5 * MINUTE}
    Delivery.objects.filter(pk=delivery.pk).update(**claimed)
    return begin_delivery(Delivery.objects.get(pk=delivery.pk))


def may_leave(letter):
    """What the house promises of each letter, asked of the rows and of no rule of the product."""
    invitation = Invitation.objects.get(pk=letter.invitation_id)
    if invitation.status != "issued" or invitation.minister.successor_id:
        return False
    if letter.replaced_by.filter(kind="replacement", state="approved").exists():
        return False
    edition = ForumEdition.objects.get(pk=invitation.edition_id)
    if edition.moved_at and letter.composed_at < edition.moved_at:
        return False
    if not invitation.links.filter(token=letter.mail, replaced_at=None).exists():
        return False
    if letter.kind == "reminder":
        replies = invitation.replies.values_list("status", flat=True)
        unread = invitation.correspondence.filter(dealt_with_at=None)
        is_silent = not {"standing", "noted"} & {*replies} and not unread
        return invitation.is_principal and is_silent and not edition.is_stopped
    return not letter.reply or letter.reply.status not in ("superseded", "set_aside")


def test_what_must_always_hold_holds_after_each_act():
    run_state_machine_as_test(
        Mending, settings=settings(max_examples=examples_of(20), stateful_step_count=10)
    )
