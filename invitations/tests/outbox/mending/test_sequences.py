"""Whatever is put right, in any order, with replies coming in between."""

import datetime as dt
from contextlib import suppress
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from invitations.letters.issuing import issue_invitation, release_letter
from invitations.links import link_for_token
from invitations.models import Delivery, HeldChange, Invitation, Letter, Minister, ReplyLink
from invitations.outbox.mending.corrected import correct_address
from invitations.outbox.mending.replacing import replace_letters
from invitations.outbox.mending.succession import DelegationChoice, LetterChoice, ReplyChoice
from invitations.outbox.release import release_change, take_back_change
from invitations.outbox.sending import begin_delivery
from invitations.replies import record_reply
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MinisterFactory,
    UserFactory,
)
from invitations.tests.mending import BECAUSE, asked_for

pytestmark = pytest.mark.django_db

ANSWERS = st.sampled_from(["in_person", "regrets", "video"])
CHANNELS = st.sampled_from(["fax", "mail", "letter"])


class Mending(RuleBasedStateMachine):
    """A State with a minister in office; three people of the secretariat put things right."""

    def __init__(self):
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.people = [UserFactory() for _person in range(3)]
        self.edition = EditionFactory()
        CircularFactory(edition=self.edition)
        self.state = MemberStateFactory()
        self.written_to_who_left = []
        self.dead = set()
        first = self.draft(self.someone(), is_principal=True)
        self.approve_letter_of(first)

    def teardown(self):
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def someone(self):
        number = Minister.objects.count()
        return MinisterFactory(member_state=self.state, given_name=f"Rupert {number}")

    def draft(self, minister, **fields):
        draft = {"status": "draft", "issued_at": None}
        return InvitationFactory(edition=self.edition, minister=minister, **fields, **draft)

    def approve_letter_of(self, invitation):
        """Its letter waits in the outbox: whatever comes first, it leaves in between or not."""
        circular = self.edition.circulars.get(kind="invitation")
        Letter.objects.create(invitation=invitation, circular=circular, kind="invitation")
        self.letters_are_approved()

    @property
    def live(self):
        return Invitation.objects.exclude(status="withdrawn")

    @property
    def principal(self):
        return self.live.principal().get()

    @rule(
        reply=st.sampled_from(ReplyChoice.values),
        letter=st.sampled_from(LetterChoice.values),
        delegation=st.sampled_from(DelegationChoice.values),
    )
    def a_successor_is_entered(self, reply, letter, delegation):
        dying = set(self.principal.links.current().values_list("token", flat=True))
        choices = {"reply": reply, "letter": letter, "delegation": delegation}
        with suppress(ValidationError):
            asked_for(self.principal, self.people[0], self.someone(), **choices)
            self.dead |= dying

    @rule(person=st.integers(0, 2))
    def a_change_is_released(self, person):
        for change in HeldChange.objects.filter(state="waiting"):
            with suppress(ValidationError):
                release_change(change, self.people[person], change.mark)

    @rule()
    def a_change_is_taken_back(self):
        for change in HeldChange.objects.filter(state="waiting"):
            with suppress(ValidationError):
                take_back_change(change, self.people[1], change.mark)

    @rule(answer=ANSWERS, channel=CHANNELS)
    def a_reply_comes_on_paper(self, answer, channel):
        for invitation in self.live:
            with suppress(ValidationError):
                record_reply(invitation, {"answer": answer}, channel=channel)

    @rule(answer=ANSWERS)
    def whoever_has_a_link_tries_it(self, answer):
        for token in ReplyLink.objects.values_list("token", flat=True):
            link = link_for_token(token)
            if not link.gone_reason:
                with suppress(ValidationError):
                    record_reply(link.invitation, {"answer": answer})

    @rule(new_links=st.booleans())
    def letters_are_replaced(self, new_links):
        circular = CircularFactory(edition=self.edition, kind="replacement", changes="A name.")
        dying = set(ReplyLink.objects.current().values_list("token", flat=True))
        replace_letters(circular, self.live, self.people[0], BECAUSE, new_links=new_links)
        self.dead |= dying - set(ReplyLink.objects.current().values_list("token", flat=True))

    @rule()
    def an_address_is_corrected(self):
        for delivery in Delivery.objects.filter(state="handed_over"):
            with suppress(ValidationError):
                correct_address(
                    delivery, self.people[0], f"office{uuid4().hex[:8]}@example.org", BECAUSE
                )

    @rule()
    def letters_are_approved(self):
        for letter in Letter.objects.planned().filter(kind__in=["invitation", "replacement"]):
            now = timezone.now()
            Letter.objects.filter(pk=letter.pk).update(
                state="approved", sha256="0" * 64, message_sha256="0" * 64, message="letter.eml",
                composed_at=now, approved_at=now,
                recipients=[["to", letter.invitation.minister.to_emails]],
            )  # fmt: skip
            letter.refresh_from_db()
            is_draft = letter.invitation.status == "draft"
            (issue_invitation if is_draft else release_letter)(letter, self.people[2])

    @rule()
    def mail_leaves(self):
        soon = timezone.now() + dt.timedelta(minutes=5)
        queued = Delivery.objects.filter(state="queued", channel="email")
        for pk in list(queued.values_list("pk", flat=True)):
            claimed = {"state": "claimed", "claim": uuid4(), "lease_ends_at": soon}
            Delivery.objects.filter(pk=pk).update(**claimed)
            delivery = Delivery.objects.get(pk=pk)
            if begin_delivery(delivery):
                minister = Minister.objects.get(invitations__letters=delivery.letter)
                self.written_to_who_left += [delivery] if minister.successor_id else []
                Delivery.objects.filter(pk=delivery.pk).update(
                    state="handed_over", handed_over_at=timezone.now()
                )

    @invariant()
    def a_state_has_one_principal_invitation(self):
        assert self.live.principal().count() == 1

    @invariant()
    def at_most_one_reply_stands(self):
        standing = self.live.filter(replies__status="standing")
        assert standing.count() <= 1
        assert not self.live.filter(status="draft", replies__status="standing").exists()

    @invariant()
    def nothing_left_to_a_person_out_of_office(self):
        assert self.written_to_who_left == []

    @invariant()
    def no_dead_link_opens(self):
        assert all(link_for_token(token).gone_reason for token in self.dead)
        withdrawn = ReplyLink.objects.filter(invitation__status="withdrawn")
        assert all(link_for_token(link.token).gone_reason for link in withdrawn)


def test_what_must_always_hold_holds_after_each_act():
    run_state_machine_as_test(Mending, settings=settings(max_examples=20, stateful_step_count=12))
