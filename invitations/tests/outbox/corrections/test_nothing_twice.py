"""Whatever is withdrawn, replaced or comes back, no address gets a letter twice, and none is lost.

Words and paper are left out: which letters a note forwards, and to which addresses, is chosen, and
recorded, as the product does.
"""

from collections import Counter
from contextlib import suppress
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from invitations.letters.approval import approve_letter, recompose_letter
from invitations.letters.circulars import (
    call_back_circular,
    not_forwarded,
    plan_circular,
    plan_notes,
)
from invitations.letters.composing import (
    choose_channel,
    choose_covered,
    reason_letter_is_idle,
    recipients_of,
    record_composed,
    refuse_uncomposed,
)
from invitations.letters.issuing import withdraw_invitation
from invitations.letters.notes.covering import tidy_waiting_notes
from invitations.letters.planning import call_back_letters
from invitations.models import Delivery, Invitation, Letter, Minister, Mission
from invitations.models.held.proposals import write_states
from invitations.outbox.another_address import addresses_not_tried, send_to_another_address
from invitations.outbox.corrections.notes import forward_again
from invitations.outbox.corrections.replacing import replace_letters
from invitations.outbox.decisions import decide_uncertain, resend
from invitations.outbox.release import release_change
from invitations.outbox.sending import begin_delivery
from invitations.replies import record_reply
from invitations.tests.corrections import BECAUSE, asked_for
from invitations.tests.databases import examples_of
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    MinisterFactory,
    MissionFactory,
    UserFactory,
)
from invitations.tests.letters.drafts import claimed, drafted
from invitations.tests.outbox.deliveries import MINUTE

pytestmark = pytest.mark.django_db

EMAILS = "chancery@example.org head@example.org"
WRITTEN = {"sha256": "0" * 64, "paper": "Words.", "subject": "Words."}
MAILED = {"message": "letter.eml", "message_sha256": "0" * 64, "mail": "Words."}
CAME = ("handed_over", "handed_over", "handed_over", "uncertain", "failed", "bounced", "missed")
NUMBERS = st.integers(0, 5)


class NothingTwice(RuleBasedStateMachine):
    """Three States of one mission, which has two addresses, and people who put things right."""

    @initialize(is_joined=st.booleans())
    def begin(self, is_joined):
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.people = [UserFactory() for _person in range(3)]
        self.edition = EditionFactory()
        self.circular = CircularFactory(edition=self.edition)
        self.mission = MissionFactory(emails=EMAILS)
        # What was handed over, or may have been, by address and letter; what staff asked for twice.
        self.handed, self.asked_for = Counter(), Counter()
        # What was off the file for a while is promised nothing that went meanwhile.
        self.always = set(EMAILS.split())
        for _state in range(2):
            self.another_state_is_invited()
        self.letters_are_written()
        self.people_approve()
        plan_notes(self.circular)
        self.letters_are_written()
        self.people_approve()
        if is_joined:
            self.a_note_is_half_out_and_joins_the_next_one()

    def a_note_is_half_out_and_joins_the_next_one(self):
        """One address has it; another State has a note planned, and an invitation is withdrawn."""
        self.leaves(Delivery.objects.filter(letter__kind="note").earliest("pk"), "handed_over")
        self.another_state_is_invited()
        self.letters_are_written()
        self.people_approve()
        plan_notes(self.circular)
        self.an_invitation_is_withdrawn(0)

    def teardown(self):
        if hasattr(self, "undone"):
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    # What people do

    @rule()
    def another_state_is_invited(self):
        draft = drafted(edition=self.edition)
        served = self.mission.states.values_list("pk", flat=True)
        write_states(self.mission, [*served, draft.member_state_id])
        plan_circular(self.circular, by=self.people[0])

    @rule(number=NUMBERS)
    def notes_are_planned(self, number):
        circulars = list(self.edition.circulars.order_by("pk"))
        plan_notes(circulars[number % len(circulars)], self.people[0])

    @rule()
    def letters_are_written(self):
        tidy_waiting_notes()
        is_note = {"kind": "note"}
        for letters in (Letter.objects.exclude(**is_note), Letter.objects.filter(**is_note)):
            own = letters.planned().printed()
            for key in own.order_by("pk").values_list("pk", flat=True):
                write(key)

    @rule()
    def people_approve(self):
        composed = Letter.objects.filter(state="composed")
        is_note = {"kind": "note"}
        for letters in (composed.exclude(**is_note), composed.filter(**is_note)):
            for one in letters.order_by("pk"):
                with suppress(ValidationError):
                    hashes = (one.sha256, one.message_sha256)
                    approve_letter(one, self.people[1], *hashes, although_late=True)

    @rule(number=NUMBERS)
    def an_invitation_is_withdrawn(self, number):
        if invitation := one_of(Invitation.objects.exclude(status="withdrawn"), number):
            withdraw_invitation(invitation, self.people[2], BECAUSE)

    @rule(number=NUMBERS)
    def an_invitation_is_handed_over(self, number):
        if invitation := one_of(Invitation.objects.issued().in_office(), number):
            with suppress(ValidationError):
                change = asked_for(invitation, self.people[0], successor_in(invitation))
                release_change(change, self.people[1], change.mark)

    @rule(number=NUMBERS)
    def a_letter_is_replaced(self, number):
        if invitation := one_of(Invitation.objects.issued(), number):
            circular = CircularFactory(edition=self.edition, kind="replacement", changes="A name.")
            chosen = Invitation.objects.filter(pk=invitation.pk)
            replace_letters(circular, chosen, self.people[0], BECAUSE)

    @rule(number=NUMBERS)
    def a_circular_is_called_back(self, number):
        if circular := one_of(self.edition.circulars.all(), number):
            with suppress(ValidationError):
                call_back_circular(circular, self.people[2], BECAUSE)

    @rule(number=NUMBERS)
    def a_letter_is_composed_again(self, number):
        states = ["composed", "approved"]
        letters = Letter.objects.filter(state__in=states).printed()
        if letter := one_of(letters, number):
            with suppress(ValidationError):
                recompose_letter(letter, self.people[0])

    @rule(number=NUMBERS)
    def an_office_answers(self, number):
        if invitation := one_of(Invitation.objects.issued(), number):
            with suppress(ValidationError):
                record_reply(invitation, {"answer": "regrets"}, channel="fax")

    @rule(emails=st.sampled_from([EMAILS, EMAILS.title(), "head@example.org", f"{EMAILS} c@d.org"]))
    def the_mission_has_other_addresses(self, emails):
        Mission._base_manager.filter(pk=self.mission.pk).update(emails=emails)
        self.always &= set(emails.lower().split())

    @rule(number=NUMBERS)
    def an_office_has_another_address(self, number):
        if invitation := one_of(Invitation.objects.all(), number):
            ministers = Minister._base_manager.filter(pk=invitation.minister_id)
            ministers.update(to_emails=f"office{uuid4().hex[:6]}@example.org")

    @rule(number=NUMBERS)
    def a_letter_goes_to_another_address(self, number):
        letter = one_of(Letter.objects.approved().printed(), number)
        for email in addresses_not_tried(letter) if letter else ():
            with suppress(ValidationError):
                send_to_another_address(letter, self.people[0], email)
                self.is_asked_for(letter, email)

    @rule(number=NUMBERS)
    def what_did_not_leave_is_sent_again(self, number):
        stuck = Delivery.objects.filter(state__in=["failed", "missed"])
        if delivery := one_of(stuck, number):
            with suppress(ValidationError):
                resend(delivery, self.people[0])
                self.is_asked_for(delivery.letter, delivery.address)

    @rule(number=NUMBERS, went=st.booleans())
    def what_is_uncertain_is_decided(self, number, went):
        if delivery := one_of(Delivery.objects.filter(state="uncertain"), number):
            with suppress(ValidationError):
                decide_uncertain(delivery, self.people[0], went=went)
                if not went:
                    self.is_asked_for(delivery.letter, delivery.address)

    @rule(number=NUMBERS)
    def what_remains_is_forwarded_again(self, number):
        if note := one_of(Letter.objects.approved().filter(kind="note"), number):
            copies = list(note.deliveries.filter(state__in=["bounced", "uncertain", "failed"]))
            with suppress(ValidationError):
                forward_again(note, self.people[0])
                for copy in copies:
                    self.is_asked_for(note, copy.address)

    def is_asked_for(self, letter, address):
        self.asked_for.update(what_it_brings(letter, address))

    # What becomes of mail

    @rule(number=NUMBERS, came=st.sampled_from(CAME))
    def a_mail_leaves(self, number, came):
        waiting = Delivery.objects.filter(state="queued", channel="email")
        if delivery := one_of(waiting, number):
            self.leaves(delivery, came)

    def leaves(self, delivery, came):
        if begins(delivery):
            at = timezone.now()
            Delivery.objects.filter(pk=delivery.pk).update(state=came, handed_over_at=at)
            if came not in ("failed", "missed"):
                self.handed.update(what_it_brings(delivery.letter, delivery.address))

    @rule(came=st.sampled_from(CAME))
    def all_mail_leaves(self, came):
        for _mail in Delivery.objects.filter(state="queued", channel="email"):
            self.a_mail_leaves(0, came)

    @rule(number=NUMBERS)
    def a_mail_comes_back(self, number):
        if delivery := one_of(Delivery.objects.filter(state="handed_over"), number):
            Delivery.objects.filter(pk=delivery.pk).update(state="bounced")

    @rule()
    def what_is_planned_goes_out(self):
        self.letters_are_written()
        self.people_approve()
        self.all_mail_leaves("handed_over")

    # What always holds

    @invariant()
    def no_address_is_handed_a_letter_twice_unless_staff_asked_for_it(self):
        twice = {
            what: times
            for what, times in getattr(self, "handed", {}).items()
            if times > 1 + self.asked_for[what]
        }
        assert twice == {}

    @invariant()
    def each_letter_that_stands_is_on_its_way_or_a_need(self):
        if hasattr(self, "handed"):
            standing = Letter.objects.standing().exclude(invitation__in=unreached())
            for letter in standing.filter(invitation__status="issued"):
                assert letter.deliveries.exclude(state="cancelled").exists(), letter.pk

    @invariant()
    def each_letter_under_a_note_is_forwarded_to_each_address_or_is_a_need(self):
        if hasattr(self, "handed"):
            for email in self.always:
                assert [one.pk for one in self.forwarded() if self.is_lost(one, email)] == []

    def forwarded(self):
        """Return what notes cover, and stands in force to who holds office and has not answered."""
        answered = Invitation.objects.answered().values("pk")
        standing = Letter.objects.standing().to_who_holds_office().exclude(invitation__in=answered)
        issued = standing.filter(invitation__status="issued", by_original=False)
        return issued.filter(notes__kind="note").distinct()

    def is_lost(self, letter, email):
        if self.handed[(email, "note", letter.pk)]:
            return False
        if letter.notes.planned().exists() or can_be_planned(letter):
            return False
        composed = letter.notes.filter(state="composed")
        if any(email in addresses(note) for note in composed):
            return False
        copies = Delivery.objects.filter(letter__in=letter.notes.all(), address__iexact=email)
        return not copies.exclude(state="cancelled").exists()


def one_of(rows, number):
    found = list(rows.order_by("pk"))
    return found[number % len(found)] if found else None


def successor_in(invitation):
    name = f"Rupert {uuid4().hex[:6]}"
    return MinisterFactory(member_state=invitation.member_state, given_name=name)


def write(key):
    """Compose the letter as the product does, but for its words and paper."""
    letter = claimed(key)
    choose_channel(letter)
    choose_covered(letter)
    try:
        refuse_uncomposed(letter)
    except ValidationError:
        return Letter.objects.filter(pk=key).update(composing_until=None)
    if reason := reason_letter_is_idle(letter):
        return call_back_letters(Letter.objects.filter(pk=key), reason)
    letter.recipients, letter.composed_at = recipients_of(letter), timezone.now()
    for name, words in (WRITTEN | (MAILED if letter.recipients else {})).items():
        setattr(letter, name, words)
    return record_composed(letter)


def begins(delivery):
    """Let a worker claim it and begin, as the outbox does; return whether it leaves."""
    under_way = {"state": "claimed", "claim": uuid4(), "lease_ends_at": timezone.now() + 5 * MINUTE}
    Delivery.objects.filter(pk=delivery.pk).update(**under_way)
    return begin_delivery(Delivery.objects.get(pk=delivery.pk))


def what_it_brings(letter, address):
    """Return what counts once at an address: a letter of its circular, or one under a note."""
    email = address.lower()
    if letter.kind == "note":
        return [(email, "note", pk) for pk in letter.covers.values_list("pk", flat=True)]
    return [(email, letter.kind, letter.invitation_id, letter.circular_id)]


def unreached():
    return Invitation.objects.unreached().values("pk")


def can_be_planned(letter):
    return any(letter in letters for letters in not_forwarded(letter.circular).values())


def addresses(note):
    return [email.lower() for _line, email in note.recipients]


def test_no_letter_reaches_an_address_twice_and_none_is_lost():
    run_state_machine_as_test(
        NothingTwice, settings=settings(max_examples=examples_of(40), stateful_step_count=14)
    )
