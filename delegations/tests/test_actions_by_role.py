"""What a list offers to somebody is done, or refused before it asks: every action, by every role.

``ROWS`` has for each list one row in each state that matters, made by other people. An action that
asks is answered as its page proposes, with a reason where it wants one.
"""

import datetime as dt
from functools import cache
from io import BytesIO
from uuid import uuid4

import pikepdf
import pytest
from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.test import RequestFactory
from django.utils import timezone

from delegations.models import ApiToken, HighLevelSession, PolicyStatement, SpeakingSlot
from delegations.programme.calling import note_heard
from delegations.programme.inscribing import inscribe
from delegations.programme.sessions import approve_session
from delegations.tests.api import tokens
from delegations.tests.places import announced, session_of
from invitations.admin.list_columns import list_url
from invitations.files.frozen import freeze
from invitations.letters.approval import approve_text, tick_reviewed
from invitations.letters.issuing import withdraw_invitation
from invitations.links import end_link
from invitations.models import (
    Arming,
    Bounce,
    Correspondence,
    Delivery,
    ForumEdition,
    HeldChange,
    Invitation,
    JobError,
    Letter,
    LetterTemplate,
    MemberState,
    Mission,
    ReminderStep,
    SignedOriginal,
    TelephoneCall,
    Term,
    WebhookAddress,
    WebhookMessage,
)
from invitations.models.delivery import Step
from invitations.outbox.arming import arm
from invitations.outbox.credentials import revoke_credential
from invitations.outbox.release import release_alone, release_change, take_back_change
from invitations.reminders.calls import note_call, strike_call
from invitations.replies import file_correspondence, mark_dealt_with, record_reply
from invitations.tests import webhooks
from invitations.tests.corrections import BECAUSE, asked_for
from invitations.tests.desk import GROUPS, browser_of, composed_letter, of_group
from invitations.tests.factories import (
    CircularFactory,
    EditionFactory,
    InvitationFactory,
    MemberStateFactory,
    MissionFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.moving import asked
from invitations.tests.originals import brought

pytestmark = [pytest.mark.walk, pytest.mark.django_db]

# Of sign-ins and devices, which are no acts of the secretariat: tests of their own look at them.
OF_STAFF = {"axes", "mfa", "usersessions", "socialaccount"}
ANSWERED = {"answered": "yes"}


def someone():
    return UserFactory()


@cache
def blank_page():
    written = BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(written)
    return freeze(written.getvalue(), "letters", "pdf")


def letter_in_force(**more):
    """An approved letter that can be printed, of a State with a mission in the edition's city."""
    pdf, invitation = blank_page(), InvitationFactory()
    MissionFactory(city=invitation.edition.mission_city, states=[invitation.member_state])
    approved = {"state": "approved", "approved_at": timezone.now()}
    words = {"pdf": pdf.name, "sha256": pdf.sha256, **approved, **more}
    return composed_letter(invitation=invitation, **words)


def in_use():
    """An invitation whose letter was handed over."""
    letter = letter_in_force()
    letter.deliveries.create(
        address=letter.recipients[0][1], state="handed_over", handed_over_at=timezone.now()
    )
    return letter.invitation


def invitations():
    yield "draft", InvitationFactory(status="draft", issued_at=None)
    yield "in force", in_use()
    yield "without letter", InvitationFactory()
    yield "withdrawn", withdrawn()
    ended = in_use()
    end_link(ended, 1, someone(), BECAUSE)
    yield "without link", ended
    yield "by courtesy", InvitationFactory(is_principal=False)
    yield "handed over", handed_over()


def withdrawn():
    invitation = in_use()
    withdraw_invitation(invitation, someone(), BECAUSE)
    return invitation


def handed_over():
    """An invitation whose minister has a successor, which waits for a second person."""
    invitation = in_use()
    asked_for(invitation)
    return invitation


def letters():
    planned = letter_in_force()
    Letter.objects.filter(pk=planned.pk).update(state="planned", composed_at=None)
    yield "planned", planned
    failing = letter_in_force()
    Letter.objects.filter(pk=failing.pk).update(state="planned", failed_attempts=3)
    yield "not composable", failing
    yield "composed", composed_letter()
    yield "approved", letter_in_force()
    yield "left", in_use().letters.get()
    yield "withdrawn", withdrawn().letters.get()
    yield "handed over", handed_over().letters.get()
    dead = letter_in_force()
    dead.composed_with["ReplyLink"] = str(dead.invitation.links.get().pk)
    dead.save()
    end_link(dead.invitation, 1, someone(), BECAUSE)
    yield "with dead link", dead
    cancelled = letter_in_force()
    Letter.objects.filter(pk=cancelled.pk).update(state="cancelled")
    yield "cancelled", cancelled
    replaced = in_use().letters.get()
    composed_letter(
        invitation=replaced.invitation, kind="replacement", replaces=replaced, state="approved",
        approved_at=timezone.now(),
    )  # fmt: skip
    yield "replaced", replaced


def deliveries():
    leased = {"claim": uuid4(), "lease_ends_at": timezone.now() + dt.timedelta(minutes=5)}
    for state in Delivery.State.values:
        more = leased if state in ("claimed", "sending") else {}
        more |= {"handed_over_at": timezone.now()} if state == "handed_over" else {}
        for channel in ("email", "pouch") if state in ("queued", "handed_over") else ("email",):
            letter = letter_in_force()
            address = letter.recipients[0][1] if channel == "email" else ""
            yield (
                f"{state} {channel}",
                letter.deliveries.create(channel=channel, address=address, state=state, **more),
            )
    for name, letter in letters():
        if name not in ("planned", "not composable", "composed"):
            failed = {"address": "failed@example.org", "state": "failed"}
            yield f"failed, {name}", letter.deliveries.create(**failed)


def originals():
    yield "composed", composed_letter(by_original=True, message_sha256="")
    for until in (None, *Step):
        letter = letter_in_force_by_hand()
        if until:
            brought(letter, until)
        yield f"until {until}", letter
    ended = letter_in_force_by_hand()
    ended.composed_with["ReplyLink"] = str(ended.invitation.links.get().pk)
    ended.save()
    brought(ended, Step.SIGNED)
    end_link(ended.invitation, 1, someone(), BECAUSE)
    yield "with dead link", ended


def letter_in_force_by_hand():
    return letter_in_force(by_original=True, message_sha256="")


def address_changed():
    minister = in_use().minister
    minister.to_emails = "new@example.org"
    minister.save()
    return HeldChange.objects.of(minister).latest("pk")


def changes():
    yield "an address", address_changed()
    yield "a successor", asked_for(with_circular(in_use()))
    overtaken = asked_for(with_circular(in_use()))
    record_reply(overtaken.row, {"answer": "regrets"}, channel="fax")
    yield "a successor, overtaken", overtaken
    yield "dates", asked(in_use().edition).change
    stale = asked(in_use().edition).change
    ForumEdition._base_manager.filter(pk=stale.object_id).update(opens_on="2027-04-01")
    yield "dates, overtaken", stale
    alone = address_changed()
    ForumEdition._base_manager.update(releases_alone=True)
    release_alone(alone, someone(), alone.mark, BECAUSE)
    yield "released alone", alone
    for verb in (release_change, take_back_change):
        decided = address_changed()
        verb(decided, someone(), decided.mark)
        yield verb.__name__, decided


def with_circular(invitation):
    invitation.edition.circulars.first() or CircularFactory(edition=invitation.edition)
    return invitation


def texts():
    LetterTemplate.objects.update(first_approver=None, second_approver=None, reviewed_by=None)
    for kind, approvers in (("reminder", 0), ("reminder", 1), ("acknowledgement", 2)):
        text = LetterTemplate.objects.filter(kind=kind, first_approver=None).first()
        for _approver in range(approvers):
            approve_text(text, someone(), text.mark)
            text.refresh_from_db()
        yield f"approved by {approvers}", text
    yield "of a circular", LetterTemplate.objects.filter(kind="invitation").first()
    tick_reviewed(text, someone())
    yield "reviewed", text


def terms():
    new, read = Term.objects.filter(reviewed_by=None)[:2]
    tick_reviewed(read, someone())
    yield "new", new
    yield "reviewed", read


def steps():
    for approvers in range(3):
        step = StepFactory(first_approver=None, second_approver=None)
        for _approver in range(approvers):
            approve_text(step, someone(), step.mark)
            step.refresh_from_db()
        yield f"approved by {approvers}", step


def correspondence():
    unread = file_correspondence(InvitationFactory(), someone(), "fax", timezone.now())
    yield "unread", unread
    read = file_correspondence(InvitationFactory(), someone(), "fax", timezone.now())
    mark_dealt_with(read, someone())
    yield "dealt with", read


def calls():
    yield "noted", note_call(InvitationFactory(), someone(), "promised")
    struck = note_call(InvitationFactory(), someone(), "promised")
    strike_call(struck, someone(), BECAUSE)
    yield "struck", struck


def addresses():
    yield "made", webhooks.made("https://systems.example.org/")[0]
    yield "released", webhooks.released("https://systems.example.org/")[0]
    ended = webhooks.released("https://systems.example.org/")[0]
    revoke_credential(ended, someone(), BECAUSE)
    yield "ended", ended


def told():
    for name, address in addresses():
        for state in ("waiting", "arrived", "failed"):
            yield (
                f"{state}, {name}",
                WebhookMessage.objects.create(
                    address=address, kind="reply.recorded", subject=state, state=state
                ),
            )


def sessions():
    for approvers in range(3):
        edition = EditionFactory()
        at = dt.datetime(2027, 5, 11, 9, tzinfo=dt.UTC)
        session = HighLevelSession.objects.create(
            edition=edition, segment="dialogues", title="Dialogue", starts_at=at,
            ends_at=at + dt.timedelta(hours=2), seats=9,
        )  # fmt: skip
        for _approver in range(approvers):
            approve_session(session, someone(), session.mark)
            session.refresh_from_db()
        yield f"approved by {approvers}", session


def statements():
    edition = EditionFactory()
    session = session_of(edition, seats=9)
    yield "without place", announced(session, "Ruritania")
    inscribed = announced(session, "Zenda")
    inscribe(inscribed)
    yield "inscribed", inscribed
    yield "in writing", announced(session, "Strelsau", mode="written")


def slots():
    session = session_of(EditionFactory(), seats=9)
    yield "to be called", inscribe(announced(session, "Ruritania"))
    heard = inscribe(announced(session, "Zenda"))
    note_heard(heard, session.starts_at)
    yield "has spoken", heard


def api_tokens():
    yield "made", tokens.made(EditionFactory(), "answers")[0]
    yield "released", tokens.released(EditionFactory(), "answers")[0]
    revoked = tokens.released(EditionFactory(), "answers")[0]
    revoke_credential(revoked, someone(), BECAUSE)
    yield "revoked", revoked


def job_errors():
    yield "put off", JobError.objects.create(job="queue_reminders", item="wsis", attempts=1)


def bounces():
    at_hand, gone = letter_in_force(), withdrawn().letters.get()
    for name, letter, address in (
        ("bounced", at_hand, at_hand.recipients[0][1]),
        ("failed", gone, "failed@example.org"),
    ):
        delivery = letter.deliveries.create(address=address, state=name)
        yield name, Bounce.objects.create(kind="hard", key=name, delivery=delivery)
    yield "of nobody", Bounce.objects.create(kind="hard", key="none")


def editions():
    yield "without drafts", EditionFactory()
    yield "with a draft", with_circular(InvitationFactory(status="draft", issued_at=None)).edition


def missions():
    yield "a mission", MissionFactory()


def states():
    for invited in (True, False):
        yield f"invited by default: {invited}", MemberStateFactory(invited_by_default=invited)


def armings():
    arm()
    yield "armed", Arming.objects.get()


ROWS = {
    Invitation: invitations, Letter: letters, Delivery: deliveries, SignedOriginal: originals,
    HeldChange: changes, LetterTemplate: texts, Term: terms, ReminderStep: steps,
    Correspondence: correspondence, TelephoneCall: calls, WebhookAddress: addresses,
    WebhookMessage: told, HighLevelSession: sessions, ApiToken: api_tokens, JobError: job_errors,
    Bounce: bounces, ForumEdition: editions, Mission: missions, Arming: armings,
    PolicyStatement: statements, SpeakingSlot: slots, MemberState: states,
}  # fmt: skip


def actions_of(page):
    return {one if isinstance(one, str) else one.__name__ for one in page.actions or []}


def test_the_table_has_rows_of_each_list_with_actions():
    found = {
        model
        for model, page in admin.site._registry.items()
        if actions_of(page) and model._meta.app_label not in OF_STAFF
    }

    assert found == set(ROWS)


def people():
    return {name: of_group(name, email="staff@example.org") for name in GROUPS}


def offered_to(person, page):
    request = RequestFactory().get("/")
    request.user = person
    return set(page.get_actions(request)) & actions_of(page)


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model.__name__)
def test_each_action_that_is_offered_is_done_or_refused_before_it_asks(model):
    """The first state by every role to whom an action is offered, each other state by one."""
    page, by_role = admin.site._registry[model], people()
    offered = {name: offered_to(person, page) for name, person in by_role.items()}
    browsers = {name: browser_of(person) for name, person in by_role.items() if offered[name]}
    rows, wrong = list(ROWS[model]()), []
    for name in sorted(actions_of(page)):
        roles = [role for role in GROUPS if name in offered[role]]
        assert roles or model is Arming, f"{name} is offered to no group"
        for number, (state, row) in enumerate(rows):
            for role in roles if number == 0 else roles[number % len(roles) :][:1]:
                if why := refused(browsers[role], model, name, row):
                    wrong.append((role, name, state, why))

    assert wrong == []


def refused(client, model, name, row):
    """Choose the action and answer what it asks, and undo it; return what it refused then."""
    with transaction.atomic():
        sent = {"action": name, "_selected_action": [row.pk]}
        answer = posted(client, model, sent)
        said = answer.status_code if answer.status_code not in (200, 302) else ""
        if asks(answer):
            words = ANSWERED | proposed(answer.context["form"])
            said = errors_of(posted(client, model, sent | words))
        transaction.set_rollback(True)
    return said


def posted(client, model, sent):
    answer = client.post(list_url(model), sent)
    if answer.streaming:
        # At its end the test client closes the files, and leaves the connection open.
        list(answer)
    return answer


def asks(answer):
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    return is_page and 'name="answered"' in answer.content.decode()


def errors_of(answer):
    if answer.status_code not in (200, 302):
        return answer.status_code
    told = messages.get_messages(answer.wsgi_request)
    found = [str(one) for one in told if one.level == messages.ERROR]
    form = answer.context and answer.context.get("form")
    return found + ([str(form.errors)] if getattr(form, "errors", None) else [])


def proposed(form):
    """What the browser would send, with words in what has to be filled in."""
    said = {}
    for field in form:
        value = field.value()
        if isinstance(field.field, forms.SplitDateTimeField):
            at = timezone.localtime(value() if callable(value) else value)
            said |= {f"{field.html_name}_0": at.date(), f"{field.html_name}_1": at.time()}
        elif value not in (None, ""):
            said[field.html_name] = value
        elif isinstance(field.field, forms.DateField):
            said[field.html_name] = timezone.localdate()
        elif isinstance(field.field, forms.ChoiceField):
            said[field.html_name] = field.field.choices[0][0]
        elif isinstance(field.field, forms.CharField):
            said[field.html_name] = f"{BECAUSE} → {BECAUSE}" if field.name == "pairs" else BECAUSE
    return said
