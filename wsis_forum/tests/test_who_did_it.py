"""Each verb that is told who acts leaves one row that names the person."""

import datetime as dt
import importlib
import inspect
import pkgutil
from collections import Counter
from types import SimpleNamespace

import pytest
from auditlog.models import LogEntry
from django.core.management import call_command
from django.db.models import Q
from django.utils import timezone

import delegations
import invitations
from delegations.demonstration.story import IncomingStory, receive_answers
from delegations.models import HighLevelSession
from delegations.programme.sessions import approve_session, unpublish_speakers
from delegations.tests.acts import EDITION_ACTS
from invitations import audit
from invitations.inbox.bounces import match_bounce, move_to_bounced
from invitations.inbox.filing import assign_mail
from invitations.letters.approval import (
    approve_letter,
    approve_text,
    note_reviewed,
    recompose_letter,
    revise_template,
    tick_reviewed,
)
from invitations.letters.circulars import (
    call_back_circular,
    plan_circular,
    plan_invitation_letters,
    plan_notes,
)
from invitations.letters.composing import compose_letter
from invitations.letters.composing_queue import compose_planned, try_composing_again
from invitations.letters.issuing import (
    issue_invitation,
    queue_approved_letter,
    withdraw_invitation,
    withdraw_invitations,
)
from invitations.letters.planning import call_back_letters
from invitations.links import end_link, replace_link
from invitations.management.commands import arm_sending
from invitations.models import (
    Arming,
    Bounce,
    Correspondence,
    Delivery,
    ForumEdition,
    HeldChange,
    Invitation,
    Letter,
    LetterEvent,
    LetterTemplate,
)
from invitations.outbox.another_address import send_to_another_address
from invitations.outbox.arming import arm, stop_sending
from invitations.outbox.decisions import (
    decide_uncertain,
    dispatch_on_paper,
    mark_dispatched,
    queue_again,
    resend,
)
from invitations.outbox.dispatch import transit
from invitations.outbox.release import release_alone, release_change, take_back_change
from invitations.outbox.specimens import send_test
from invitations.replies import file_correspondence, mark_dealt_with, record_reply, settle_contested
from invitations.tests.conftest import composed, frozen_letter, issued, queued
from invitations.tests.corrections import MENDING_ACTS
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MissionFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.originals import ORIGINAL_ACTS
from invitations.tests.paper import PAPER_ACTS
from invitations.tests.reminding import CALL_ACTS
from invitations.tests.webhooks import WEBHOOK_ACTS

__all__ = ["composed", "frozen_letter", "issued", "queued"]

pytestmark = pytest.mark.django_db

BECAUSE = "A change of government."


def issuing_it(make, by):
    letter = make.composed()
    issue_invitation(letter, by)
    return letter.invitation


def releasing_it(make, by):
    letter = make.composed()
    Invitation.objects.update(status="issued", issued_at=timezone.now())
    queue_approved_letter(letter, by)
    return letter


def withdrawing_it(make, by):
    invitation = make.issued()
    withdraw_invitation(invitation, by, BECAUSE)
    return invitation


def withdrawing_all(make, by):
    invitation = make.issued()
    withdraw_invitations(Invitation.objects.all(), by, BECAUSE)
    return invitation


def replacing_the_link(make, by):
    invitation = InvitationFactory()
    replace_link(invitation, 1, by, BECAUSE)
    return invitation


def calling_back(make, by):
    letter = make.issued().letters.get()
    call_back_letters(Letter.objects.filter(pk=letter.pk), BECAUSE, by)
    return letter


def planned_letter():
    edition = CircularFactory().edition
    invitation = InvitationFactory(edition=edition, status="draft", issued_at=None)
    plan_invitation_letters(edition)
    return invitation.letters.get()


def composing_it(make, by):
    letter = planned_letter()
    compose_letter(letter, by)
    return letter


def trying_again(make, by):
    letter = LetterFactory(failed_attempts=1)
    try_composing_again(letter, by)
    return letter


def deciding(make, by):
    delivery = make.queued(state="uncertain")
    decide_uncertain(delivery, by, went=True)
    return delivery


def resending(make, by):
    delivery = make.queued(state="failed")
    resend(delivery, by)
    return delivery


def queueing_again(make, by):
    delivery = make.queued(state="failed")
    queue_again(delivery, "failed", by, BECAUSE)
    return delivery


def moving_it_on(make, by):
    delivery = make.queued()
    transit(delivery, "queued", "cancelled", by=by)
    return delivery


def marking_as_dispatched(make, by):
    delivery = make.queued(channel="post", address="")
    mark_dispatched(delivery, by, "post", "RR 1", timezone.now())
    return delivery


def dispatching_on_paper(make, by):
    letter = make.frozen_letter()
    dispatch_on_paper(letter, by, "post", "RR 1", timezone.now())
    return letter.deliveries.get()


def came_back(delivery):
    return Bounce.objects.create(kind="hard", key="1", delivery=delivery)


def moving_to_bounced(make, by):
    delivery = make.queued(arrived=True)
    came_back(delivery)
    move_to_bounced(delivery, by)
    return delivery


def matching(make, by):
    delivery, bounce = make.queued(arrived=True), came_back(None)
    match_bounce(bounce, delivery, by)
    return bounce


def sending_to_another_address(make, by):
    letter = make.frozen_letter()
    return send_to_another_address(letter, by, letter.invitation.minister.to_emails)


def approving_a_letter(make, by):
    letter = make.composed()
    return approve_letter(letter, by, letter.sha256, letter.message_sha256)


def approving_a_text(make, by):
    step = StepFactory(second_approver=None)
    approve_text(step, by, step.mark)
    return step


def approving_a_session(make, by):
    edition = EditionFactory()
    begins = dt.datetime.combine(edition.track_opens_on, dt.time(9), dt.UTC)
    session = HighLevelSession.objects.create(
        edition=edition, starts_at=begins, ends_at=begins + dt.timedelta(hours=1)
    )
    approve_session(session, by, session.mark)
    return session


def revising(make, by):
    text = LetterTemplate.objects.first()
    return revise_template(text, by, text.subject, text.paper, f"{text.mail}\n\nP. S.")


def recomposing(make, by):
    letter = make.composed()
    recompose_letter(letter, by)
    return letter


def reviewing(make, by):
    text = LetterTemplate.objects.first()
    tick_reviewed(text, by)
    return text


def recording_a_reply(make, by):
    return record_reply(InvitationFactory(), {"answer": "in_person"}, channel="fax", by=by)


def settling(make, by):
    invitation = ReplyFactory().invitation
    contested = ReplyFactory(invitation=invitation, status="contested", channel="fax")
    return settle_contested(contested, by, BECAUSE, stands=True)


def filing(make, by):
    words = {"answer": "in_person"}
    return file_correspondence(
        InvitationFactory(), by, "fax", timezone.now(), reply_words=words, summary="They come."
    )


def dealing_with_it(make, by):
    filed = file_correspondence(
        InvitationFactory(), UserFactory(), "fax", timezone.now(), summary="They ask."
    )
    mark_dealt_with(filed, by)
    return filed


def saying_whose_it_is(make, by):
    mail = Correspondence.objects.create(channel="mail", received_at=timezone.now())
    assign_mail(mail, InvitationFactory(), by)
    return mail


def planning_a_circular(make, by):
    circular = CircularFactory()
    InvitationFactory(edition=circular.edition, status="draft", issued_at=None)
    plan_circular(circular, by=by)
    return circular


def planning_letters_of_invitation(make, by):
    circular = CircularFactory()
    InvitationFactory(edition=circular.edition, status="draft", issued_at=None)
    plan_invitation_letters(circular.edition, by=by)
    return circular


def planning_notes(make, by):
    letter = planned_letter()
    MissionFactory(states=[letter.invitation.member_state])
    compose_planned()
    plan_notes(letter.circular, by)
    return letter.circular


def calling_back_a_circular(make, by):
    circular = make.issued().edition.circulars.get()
    call_back_circular(circular, by, BECAUSE)
    return circular


def arming_it(make, by):
    arm(by=by.username)
    return Arming.objects.get()


def arming_by_command(make, by):
    call_command("arm_sending", "--although-dns", by=by.username)
    return Arming.objects.get()


def receiving(make, by):
    fax = {"channel": "fax", "summary": "They ask."}
    receive_answers([IncomingStory(timezone.now(), InvitationFactory(), fax)], by)
    return Correspondence.objects.get()


def address_held(make):
    minister = make.issued().minister
    minister.to_emails = "new@example.org"
    minister.save()
    return HeldChange.objects.get()


def releasing_a_change(make, by):
    change = address_held(make)
    release_change(change, by, change.mark, BECAUSE)
    return change


def taking_a_change_back(make, by):
    change = address_held(make)
    take_back_change(change, by, change.mark, BECAUSE)
    return change


def releasing_it_alone(make, by):
    change = address_held(make)
    ForumEdition.objects.update(releases_alone=True)
    HeldChange.objects.exclude(pk=change.pk).delete()
    release_alone(change, by, change.mark, BECAUSE)
    return change


def ending_the_link(make, by):
    invitation = InvitationFactory()
    end_link(invitation, 1, by, BECAUSE)
    return invitation


def unpublishing(make, by):
    edition = EditionFactory(speakers_published_at=timezone.now())
    unpublish_speakers(edition, by, BECAUSE)
    return edition


def looking_at_it(make, by):
    letter = make.composed()
    note_reviewed(letter, by, letter.sha256, letter.message_sha256)
    return letter


def sending_a_test(make, by):
    letter = make.composed()
    by.email = "oneself@example.org"
    send_test(letter, by)
    return letter.invitation.edition


def stopping_all(make, by):
    arm()
    stop_sending(by, BECAUSE)
    return Arming.objects.get()


ACTS = {
    issue_invitation: issuing_it,
    queue_approved_letter: releasing_it,
    withdraw_invitation: withdrawing_it,
    withdraw_invitations: withdrawing_all,
    replace_link: replacing_the_link,
    call_back_letters: calling_back,
    compose_letter: composing_it,
    try_composing_again: trying_again,
    decide_uncertain: deciding,
    resend: resending,
    queue_again: queueing_again,
    transit: moving_it_on,
    mark_dispatched: marking_as_dispatched,
    dispatch_on_paper: dispatching_on_paper,
    move_to_bounced: moving_to_bounced,
    match_bounce: matching,
    send_to_another_address: sending_to_another_address,
    approve_letter: approving_a_letter,
    approve_text: approving_a_text,
    approve_session: approving_a_session,
    revise_template: revising,
    recompose_letter: recomposing,
    tick_reviewed: reviewing,
    record_reply: recording_a_reply,
    settle_contested: settling,
    file_correspondence: filing,
    mark_dealt_with: dealing_with_it,
    assign_mail: saying_whose_it_is,
    plan_circular: planning_a_circular,
    plan_invitation_letters: planning_letters_of_invitation,
    plan_notes: planning_notes,
    call_back_circular: calling_back_a_circular,
    arm: arming_it,
    arm_sending.Command.handle: arming_by_command,
    receive_answers: receiving,
    release_change: releasing_a_change,
    take_back_change: taking_a_change_back,
    release_alone: releasing_it_alone,
    end_link: ending_the_link,
    unpublish_speakers: unpublishing,
    stop_sending: stopping_all,
    note_reviewed: looking_at_it,
    send_test: sending_a_test,
    **CALL_ACTS | EDITION_ACTS | MENDING_ACTS | ORIGINAL_ACTS | PAPER_ACTS | WEBHOOK_ACTS,
}


@pytest.fixture
def make(composed, frozen_letter, issued, queued):
    return SimpleNamespace(
        composed=composed, frozen_letter=frozen_letter, issued=issued, queued=queued
    )


def modules():
    for app in (invitations, delegations):
        for found in pkgutil.walk_packages(app.__path__, f"{app.__name__}."):
            if not {"tests", "migrations"} & set(found.name.split(".")):
                yield importlib.import_module(found.name)


def functions_of(module):
    """Its own functions, and those of its classes."""
    for _name, one in inspect.getmembers(module):
        if getattr(one, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(one):
            yield one
        elif inspect.isclass(one):
            yield from (member for _name, member in inspect.getmembers(one, inspect.isfunction))


def verbs():
    """The public functions that are told who acts, but those that write the rows themselves."""
    return {
        one
        for module in modules()
        if module is not audit
        for one in functions_of(module)
        if not one.__name__.startswith("_") and "by" in inspect.signature(one).parameters
    }


def named(one):
    return f"{one.__module__}.{one.__qualname__}"


def rows_naming(person):
    """How many rows of each record name the person."""
    entries = LogEntry.objects.filter(
        Q(actor=person) | Q(additional_data__named=person.username)
    ).select_related("content_type")
    events = LetterEvent.objects.filter(actor=person)
    return Counter(
        [(entry.content_type.model_class(), entry.object_id) for entry in entries]
        + [
            (Delivery, event.delivery_id) if event.delivery_id else (Letter, event.letter_id)
            for event in events
        ]
    )


def test_every_verb_that_is_told_who_acts_is_tried_here():
    assert set(map(named, verbs())) == set(map(named, ACTS))


@pytest.mark.parametrize("act", ACTS.values(), ids=[one.__qualname__ for one in ACTS])
def test_a_verb_leaves_one_row_that_names_the_person(make, settings, act):
    settings.DNS_SERVER = ""
    person = UserFactory()

    record = act(make, person)

    found = rows_naming(person)
    assert found[type(record), record.pk] == 1
    assert set(found.values()) == {1}
