"""An edition in which anything may happen, in any order, by the verbs of the product alone."""

import datetime as dt
from contextlib import suppress
from functools import partial
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from delegations.date_change import release_move
from delegations.models import Delegation, HighLevelSession, SpeakingSlot
from delegations.nominations import nominate_delegate
from delegations.programme.sessions import approve_session
from delegations.programme.speakers import next_place, place_speaker
from delegations.statements import submit_statement
from delegations.succession import release_hand_over
from delegations.tests.states import PERSON, STATEMENT
from invitations.inbox.reopening import take_up_again
from invitations.letters.issuing import withdraw_invitation
from invitations.models import DateChange, Delivery, Minister
from invitations.outbox.date_change.reconfirmations import confirm_answer
from invitations.outbox.transitions import transit
from invitations.reminders.calls import note_call
from invitations.reminders.planning import queue_reminders
from invitations.replies import file_correspondence, record_reply, settle_contested
from invitations.tests.corrections import BECAUSE, asked_for, successor_of
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    MinisterFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.moving import asked

DAY = dt.timedelta(days=1)
# Chance alone seldom comes so far: one State speaks, another one has two answers and is telephoned.
BEGUN = [
    ("answers", 0, 0),
    ("announces_a_statement", 0, 0),
    ("names_somebody", 0, 0),
    ("is_inscribed", 0, 0),
    ("is_telephoned", 2, 0),
    ("answers", 2, 1),
    ("answers_on_paper", 2, 5),
]


class History:
    """Three States: one in no region, one an observer; each has a minister invited by courtesy."""

    def __init__(self):
        self.edition = EditionFactory(speakers_published_at=timezone.now())
        for days in (2, 1):
            StepFactory(edition=self.edition, days_before=days, medium="call", variant="")
        self.one, self.other = UserFactory(), UserFactory()
        self.states = [
            MemberStateFactory(region="Africa"),
            MemberStateFactory(region=""),
            MemberStateFactory(region="Africa", status="observer"),
        ]
        for state in self.states:
            for is_principal in (True, False):
                self.invite(state, is_principal=is_principal)
        draft = MinisterFactory(member_state=MemberStateFactory(region="Europe"))
        InvitationFactory(edition=self.edition, minister=draft, status="draft")
        self.sessions = [self.session(hour) for hour in (9, 11)]
        for act, state, choice in BEGUN:
            self.happens(act, state, 0, choice)

    def invite(self, state, **fields):
        minister = MinisterFactory(member_state=state, given_name=str(fields))
        invitation = InvitationFactory(edition=self.edition, minister=minister, **fields)
        now = timezone.now()
        said = {"state": "approved", "sha256": "0" * 64, "composed_at": now, "approved_at": now}
        letter = LetterFactory(invitation=invitation, **said)
        DeliveryFactory(letter=letter, state="handed_over", handed_over_at=now - 9 * DAY)

    def session(self, hour):
        begins = dt.datetime.combine(self.edition.track_opens_on, dt.time(hour), dt.UTC)
        hours = {"starts_at": begins, "ends_at": begins + dt.timedelta(hours=1)}
        said = {"edition": self.edition, "segment": "dialogues", "title": f"At {hour}"}
        session = HighLevelSession.objects.create(**said, **hours)
        self.approve(session)
        return session

    def approve(self, session):
        for person in (self.one, self.other):
            session.refresh_from_db()
            approve_session(session, person, session.mark)

    def happens(self, act, state, which, choice):
        """Let it happen to an office of the State, if one is invited and the product takes it."""
        live = self.edition.invitations.filter(member_state=self.states[state])
        offices = list(live.exclude(status="withdrawn").order_by("-is_principal", "pk"))
        if offices:
            with suppress(ValidationError), transaction.atomic():
                ACTS[act](self, offices[which % len(offices)], choice)
        self.edition.refresh_from_db()


ANSWERS = ["in_person", "represented", "attends_only", "video", "written", "regrets"]


def said(choice):
    is_interested = choice % 2 == 1
    words = {"answer": ANSWERS[choice % 6], "partnership_interest": is_interested}
    return words | {"substitute_name": "Colonel Sapt"}


def answers(_history, office, choice):
    record_reply(office, said(choice))


def answers_on_paper(history, office, choice):
    filed = partial(file_correspondence, office, history.one, "fax", timezone.now())
    filed(reply_words=said(choice))


def will_answer(_history, office, _choice):
    record_reply(office, {"answer": "holding"})


def writes(history, office, _choice):
    file_correspondence(office, history.one, "letter", timezone.now())


def is_settled(history, office, choice):
    for contested in office.replies.contested()[:1]:
        settle_contested(contested, history.one, BECAUSE, stands=choice % 2 == 1)


def paper_is_taken_up(history, office, _choice):
    for filed in office.correspondence.exclude(dealt_with_at=None)[:1]:
        take_up_again(filed, history.one, BECAUSE)


def is_withdrawn(history, office, _choice):
    withdraw_invitation(office, history.one, BECAUSE)


def is_succeeded(history, office, choice):
    successor = successor_of(office, given_name=f"Rupert {Minister.objects.count()}")
    reply = "carry" if choice % 2 else "ask"
    change = asked_for(office, history.one, successor, letter="later", reply=reply)
    if choice % 3:
        release_hand_over(change, history.other, change.mark)


def announces_a_statement(_history, office, _choice):
    submit_statement(office, STATEMENT, "")


def names_somebody(_history, office, choice):
    person = PERSON | {"name": f"Fritz {office.pk} {choice}", "gender": "f"}
    nominate_delegate(office, person, uuid4())


def is_inscribed(history, office, choice):
    session = history.sessions[choice % 2]
    for of in Delegation.objects.filter(member_state=office.member_state):
        if not of.slots.filter(session=session).exists():
            place = next_place(session)
            place_speaker(SpeakingSlot(session=session, delegation=of, position=place))


def session_is_called_off_or_back(history, _office, choice):
    session = history.sessions[choice % 2]
    session.refresh_from_db()
    session.is_called_off = not session.is_called_off
    session.drop_approvals()
    session.save()
    if choice % 3:
        history.approve(session)


def dates_move(history, _office, choice):
    kind = ["moved", "postponed", "online", "in_person"][choice % 4]
    days = 21 if choice < 8 else 500
    change = asked(history.edition, kind, days, by=history.one).change
    release_move(change, history.other, change.mark)


def says_that_it_holds(_history, office, _choice):
    move = DateChange.objects.last_of(office.edition_id)
    for reply in office.replies.standing():
        confirm_answer(office, str(reply.pk), str(move.pk) if move else "")


def is_telephoned(history, office, _choice):
    on = office.edition.local_date(timezone.now()) + 3 * DAY
    note_call(office, history.one, "call_back", next_call_on=on)


def mail_does_not_arrive(_history, office, choice):
    own = Delivery.objects.filter(letter__invitation=office)
    for delivery in own.filter(state="handed_over")[:1]:
        transit(delivery, "handed_over", "bounced")
        if choice % 2:
            transit(delivery, "bounced", "deferred")


def the_clock_lists_who_is_called(_history, _office, _choice):
    queue_reminders()


ACTS = {
    act.__name__: act
    for act in (
        answers,
        answers_on_paper,
        will_answer,
        writes,
        is_settled,
        paper_is_taken_up,
        is_withdrawn,
        is_succeeded,
        announces_a_statement,
        names_somebody,
        is_inscribed,
        session_is_called_off_or_back,
        dates_move,
        says_that_it_holds,
        is_telephoned,
        mail_does_not_arrive,
        the_clock_lists_who_is_called,
    )
}
