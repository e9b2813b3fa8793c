"""What two workers, two offices or two approvers do at the same moment: row locks, for real."""

import datetime as dt
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from invitations.inbox.bounces import record_report
from invitations.inbox.filing import file_mail
from invitations.letters.approval import approve_letter
from invitations.letters.composing_queue import compose_planned
from invitations.links import replace_link
from invitations.models import Bounce, Correspondence, Delivery, Letter, Reply
from invitations.outbox import sending
from invitations.outbox.arming import arm, reason_sending_is_off
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.queue import claim_batch
from invitations.outbox.sending import begin_delivery
from invitations.reminders.planning import queue_reminders
from invitations.replies import record_reply
from invitations.tests.factories import EditionFactory, StepFactory, UserFactory
from invitations.tests.races import at_once, end_other_sessions, ends_within, on_the_side
from invitations.tests.reports import report, written
from wsis_forum.env import Mailbox

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql",
        reason="Races need PostgreSQL: set DATABASE_URL to one.",
    ),
]

State = Delivery.State
STEP_DAY = dt.datetime(2027, 3, 10, 9, tzinfo=dt.UTC)


@pytest.fixture
def edition(db):
    edition = EditionFactory()
    StepFactory(edition=edition)
    return edition


@pytest.fixture
def claimed_reminder(edition, reached, frozen_letter, queued, monkeypatch):
    """Make a reminder that a worker has claimed, on whatever day the test runs."""
    monkeypatch.setattr("invitations.models.ForumEdition.is_quiet", lambda edition, day: False)
    deadline = timezone.now() + dt.timedelta(days=20)
    edition.reply_before = deadline.astimezone(edition.zone).date()
    edition.save(update_fields=["reply_before"])
    invitation = reached(edition=edition)
    arrived_at = timezone.now() - dt.timedelta(days=30)
    Delivery.objects.filter(letter__invitation=invitation).update(handed_over_at=arrived_at)
    letter = frozen_letter(
        invitation=invitation,
        kind="reminder",
        step=edition.reminder_steps.get(),
        reply_before=edition.reply_before,
        leave_before=edition.deadline,
    )
    queued(letter)
    return claim_batch(timezone.now())[0]


def test_no_delivery_is_claimed_by_two_workers(frozen_letter, queued):
    letter = frozen_letter()
    for _number in range(40):
        queued(letter)

    def claim_all():
        claimed = []
        while batch := claim_batch(timezone.now()):
            claimed += [delivery.pk for delivery in batch]
        return claimed

    claims = Counter(pk for claimed in at_once(*[claim_all] * 8) for pk in claimed)

    assert len(claims) == 40
    assert set(claims.values()) == {1}


def test_two_workers_hand_over_each_delivery_once(peer, frozen_letter, queued):
    letter = frozen_letter()
    for _number in range(40):
        queued(letter)

    handed_over = at_once(dispatch_outbox, dispatch_outbox)

    assert sum(handed_over) == 40
    addresses = Counter(address for one in peer.taken for address in one.addresses)
    assert len(addresses) == 40
    assert set(addresses.values()) == {1}


def test_sending_is_committed_before_the_message_goes(peer, queued, monkeypatch):
    delivery = queued()
    taking, seen = peer.handle_DATA, []

    def look():
        try:
            return Delivery.objects.get(pk=delivery.pk).state
        finally:
            connection.close()

    async def handle_data(server, session, envelope):
        with ThreadPoolExecutor(1) as other:
            seen.append(other.submit(look).result())
        return await taking(server, session, envelope)

    monkeypatch.setattr(peer, "handle_DATA", handle_data)

    assert dispatch_outbox() == 1

    assert seen == [State.SENDING]


def test_of_replies_at_the_same_moment_one_stands(reached):
    invitation = reached()
    answers = ["in_person", "regrets", "video", "written"]

    replies = at_once(*[lambda a=a: record_reply(invitation, {"answer": a}) for a in answers])

    assert len({reply.pk for reply in replies}) == 4
    assert invitation.replies.standing().count() == 1
    assert invitation.replies.filter(status="superseded").count() == 3


def test_replies_by_two_channels_at_the_same_moment_are_one_standing_and_one_contested(reached):
    invitation = reached()

    at_once(
        lambda: record_reply(invitation, {"answer": "in_person"}),
        lambda: record_reply(invitation, {"answer": "regrets"}, channel="fax"),
    )

    assert sorted(invitation.replies.values_list("status", flat=True)) == ["contested", "standing"]


def test_ten_identical_forms_at_the_same_moment_are_one_reply(reached):
    invitation, key = reached(), uuid4()

    replies = at_once(
        *[lambda: record_reply(invitation, {"answer": "in_person"}, form_key=key)] * 10
    )

    assert len({reply.pk for reply in replies}) == 1
    assert invitation.replies.count() == 1
    assert invitation.letters.filter(kind="acknowledgement").count() == 1


def test_a_reminder_waits_for_a_reply_that_is_being_recorded_and_then_stays(claimed_reminder):
    invitation, began = claimed_reminder.letter.invitation, []

    with transaction.atomic():
        record_reply(invitation, {"answer": "regrets"})
        worker = on_the_side(lambda: begin_delivery(claimed_reminder), began)
        assert not ends_within(0.5, worker)
    assert ends_within(10, worker)

    claimed_reminder.refresh_from_db()
    assert began == [False]
    assert claimed_reminder.state == State.CANCELLED


def test_a_reply_waits_for_a_reminder_that_has_begun(claimed_reminder):
    invitation, replies = claimed_reminder.letter.invitation, []

    with transaction.atomic():
        assert begin_delivery(claimed_reminder)
        office = on_the_side(lambda: record_reply(invitation, {"answer": "regrets"}), replies)
        assert not ends_within(0.5, office)
    assert ends_within(10, office)

    claimed_reminder.refresh_from_db()
    assert claimed_reminder.state == State.SENDING
    assert [reply.status for reply in replies] == [Reply.Status.STANDING]


def test_two_clocks_plan_one_reminder_for_each_office(edition, reached):
    for _number in range(3):
        reached(edition=edition)

    planned = at_once(*[lambda: queue_reminders(STEP_DAY)] * 4)

    assert sum(planned) == 3
    assert Letter.objects.filter(kind="reminder").count() == 3


def test_two_approvals_at_the_same_moment_issue_once(composed):
    letter = composed()
    approvers = [UserFactory() for _number in range(2)]

    results = at_once(
        *[
            lambda by=by: approve_letter(letter, by, letter.sha256, letter.message_sha256)
            for by in approvers
        ]
    )

    refusals = [result for result in results if isinstance(result, ValidationError)]
    assert len(refusals) == 1
    assert letter.deliveries.count() == 1
    assert letter.events.filter(state="approved").count() == 1


def test_two_workers_compose_each_letter_once(reached, approved_texts):
    for _number in range(5):
        record_reply(reached(), {"answer": "in_person"})

    composed = at_once(compose_planned, compose_planned)

    assert sum(composed) == 5
    assert Letter.objects.filter(events__state="composed").count() == 5
    assert Delivery.objects.filter(letter__kind="acknowledgement").count() == 5


def test_two_who_arm_at_the_same_moment_get_one_key(settings):
    settings.MAILBOX = Mailbox("smtp", "mail.example.org", 25)

    keys = at_once(*[arm] * 4)

    assert sorted(map(bool, keys)) == [False, False, False, True]
    settings.ARMING_KEY = "".join(keys)
    assert reason_sending_is_off() == ""


def test_two_readers_of_one_mailbox_file_a_mail_once(reached):
    invitation = reached(minister__to_emails="office@example.org")
    mail = written()

    filed = at_once(*[lambda: file_mail(mail)] * 8)

    assert [one.invitation for one in filed if one] == [invitation]
    assert Correspondence.objects.count() == 1


def test_two_readers_of_one_report_bounce_a_delivery_once(reached):
    delivery = reached().letters.get().deliveries.get()
    Delivery.objects.filter(pk=delivery.pk).update(envelope="abcd2345efgh6789")

    at_once(*[lambda: record_report(report(envid="abcd2345efgh6789"))] * 8)

    assert Bounce.objects.get().delivery == delivery
    assert delivery.events.get().state == "bounced"


@pytest.fixture
def meanwhile(peer):
    """The database ends all sessions before the mail server answers the final dot."""
    peer.meanwhile = end_other_sessions
    yield peer
    # The session of the test itself was ended with the others.
    connection.close()


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("250 2.0.0 taken", State.HANDED_OVER),
        ("450 4.2.0 Later", State.DEFERRED),
        ("550 5.1.1 No", State.FAILED),
        ("999 Well", State.UNCERTAIN),
    ],
)
def test_what_the_mail_server_said_is_logged_and_then_written_down_on_a_new_connection(
    meanwhile, queued, caplog, answer, state
):
    meanwhile.answers["DOT"] = answer
    deliveries = [queued() for _number in range(2)]

    with caplog.at_level("INFO", logger="invitations.outbox.sending"):
        dispatch_outbox()

    for delivery in deliveries:
        delivery.refresh_from_db()
        assert (delivery.state, delivery.server_words) == (state, answer)
        assert delivery.events.filter(state=state).count() == 1
        lines = [line for line in caplog.messages if line.startswith(f"Delivery {delivery.pk} ")]
        assert lines[0].endswith(answer)
        assert f"is not yet written down as {state}: " in lines[1]


def test_what_is_known_is_written_down_after_a_database_that_was_silent_for_long(
    queued, monkeypatch
):
    later = timezone.now() + dt.timedelta(minutes=5)
    claim = {"claim": uuid4(), "lease_ends_at": later}
    delivery, silent = queued(state=State.SENDING, **claim), [True]
    monkeypatch.setattr(sending, "SETTLE_WITHIN", 0.05)

    def given_up(act, *query):
        if silent and silent.pop():
            time.sleep(0.1)
            raise OperationalError("could not receive data from server: Connection timed out")
        return act(*query)

    with connection.execute_wrapper(given_up):
        is_written = sending.settle(delivery, State.SENDING, State.UNCERTAIN)

    delivery.refresh_from_db()
    assert (is_written, delivery.state) == (True, State.UNCERTAIN)


def test_lines_that_lose_the_database_leave_nothing_uncertain_that_was_answered(
    meanwhile, frozen_letter, queued, settings
):
    settings.SMTP_CONNECTIONS = 3
    letter = frozen_letter()
    for _number in range(60):
        queued(letter)

    try:
        handed_over = dispatch_outbox()
    except OperationalError:
        handed_over = 0

    connection.close()
    taken = {transaction.addresses[0] for transaction in meanwhile.taken}
    left = Delivery.objects.filter(state=State.HANDED_OVER).values_list("address", flat=True)
    assert {*left} == taken
    assert handed_over in (0, len(taken))


def test_a_line_that_breaks_off_leaves_the_count_and_the_work_to_the_others(
    peer, queued, settings, unwritable, caplog
):
    settings.SMTP_CONNECTIONS = 2
    letter = queued().letter
    deliveries = [queued(letter) for _number in range(49)]
    unwritable(deliveries[0], but="claimed")

    assert dispatch_outbox() == 26

    assert "A line of the outbox broke off: IntegrityError" in caplog.text
    assert Delivery.objects.filter(state=State.HANDED_OVER).count() == len(peer.taken) == 26


def test_of_two_who_replace_a_link_at_the_same_moment_one_is_refused(reached):
    invitation, people = reached(), [UserFactory(), UserFactory()]

    results = at_once(
        *(partial(replace_link, invitation, 1, one, "It was forwarded.") for one in people)
    )

    assert sum(isinstance(one, ValidationError) for one in results) == 1
    assert invitation.links.current().get().version == 2
