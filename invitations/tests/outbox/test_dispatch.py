import datetime as dt
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.files.frozen import freeze, thaw
from invitations.letters.issuing import withdraw
from invitations.letters.planning import call_back
from invitations.mail.transport import carrier
from invitations.models import Delivery, Letter, Outage, QuietPeriod
from invitations.outbox.decisions import decide, mark_dispatched, send_anew
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.queue import claim_batch, tidy_up
from invitations.outbox.sending import begin, deliver
from invitations.replies import file_correspondence, record_reply
from invitations.tests.conftest import CONTENT
from invitations.tests.factories import EditionFactory, StepFactory, UserFactory
from invitations.tests.smtp_peer import free_port

pytestmark = pytest.mark.django_db

State = Delivery.State
MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
# A Wednesday three weeks before the last day.
STEP_DAY = dt.datetime(2027, 3, 10, 9, tzinfo=dt.UTC)


def state_of(delivery):
    delivery.refresh_from_db()
    return delivery.state


def held_by_a_worker(state, lease_ends_at):
    return {"state": state, "claim": uuid4(), "lease_ends_at": lease_ends_at}


@pytest.fixture
def reminder(reached, frozen_letter, queued):
    """Make a reminder that is due on STEP_DAY."""

    def make(**fields):
        edition = EditionFactory()
        step = StepFactory(edition=edition)
        letter = frozen_letter(
            invitation=reached(edition=edition),
            kind="reminder",
            step=step,
            reply_before=edition.reply_before,
            leave_before=edition.deadline,
            planned_at=timezone.now(),
        )
        return queued(letter, **{"leave_before": edition.deadline} | fields)

    return make


def test_what_is_due_is_handed_over_once_and_byte_for_byte(peer, queued):
    delivery = queued(address="office@example.org")

    assert [dispatch_outbox(), dispatch_outbox()] == [1, 0]

    assert peer.taken == [("wsis-forum@example.org", ["office@example.org"], CONTENT)]
    assert state_of(delivery) == State.HANDED_OVER
    assert delivery.server_words == "250 2.0.0 taken"
    assert delivery.handed_over_at is not None


def test_each_step_of_a_delivery_leaves_an_event(peer, queued):
    delivery = queued()

    dispatch_outbox()

    events = delivery.events.values_list("state", "server_words")
    assert list(events) == [
        ("claimed", ""),
        ("sending", ""),
        ("handed_over", "250 2.0.0 taken"),
    ]


def test_each_delivery_has_an_envelope_sender_of_its_own_at_every_attempt(peer, issued, settings):
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    invitation = issued(cc_emails="cabinet@example.org")
    peer.answers["DOT"] = "450 4.2.0 Greylisted"
    dispatch_outbox()
    peer.answers.clear()
    with time_machine.travel(timezone.now() + dt.timedelta(hours=1)):
        dispatch_outbox()

    senders = {
        f"bounces+{delivery.envelope}@example.org"
        for delivery in Delivery.objects.filter(letter__invitation=invitation)
    }
    assert len(senders) == 2
    assert {sender for sender, _to, _content in peer.taken} == senders


@pytest.mark.parametrize(
    ("limits", "sent"),
    [
        ({"MAILS_PER_MINUTE": 3}, 3),
        ({"MAILS_PER_MINUTE_AND_DOMAIN": 2}, 4),
        ({"MAILS_PER_MINUTE": 3, "MAILS_PER_MINUTE_AND_DOMAIN": 1}, 2),
    ],
)
def test_no_more_leave_in_a_minute_than_the_limits_allow(peer, queued, settings, limits, sent):
    for number in range(5):
        for domain in ("one", "two"):
            queued(address=f"office{number}@{domain}.example.org")
    for name, limit in limits.items():
        setattr(settings, name, limit)

    assert [dispatch_outbox(), dispatch_outbox()] == [sent, 0]

    with time_machine.travel(timezone.now() + dt.timedelta(seconds=61)):
        assert dispatch_outbox() == sent


def test_hundreds_to_one_domain_do_not_keep_the_others_within_its_limit(peer, queued, settings):
    settings.MAILS_PER_MINUTE_AND_DOMAIN = 1
    letter = queued(address="first@one.example.org").letter
    Delivery.objects.bulk_create(
        Delivery(letter=letter, address=f"office{number}@one.example.org") for number in range(500)
    )
    other = queued(address="office@two.example.org")

    assert dispatch_outbox() == 2

    assert state_of(other) == State.HANDED_OVER


def test_a_clock_that_was_set_back_keeps_nothing_within_the_limits(peer, queued, settings):
    settings.MAILS_PER_MINUTE = 1
    for _number in range(2):
        queued()
    with time_machine.travel(timezone.now() + 60 * MINUTE):
        dispatch_outbox()

    assert dispatch_outbox() == 1


def test_each_address_is_a_transaction_of_its_own(peer, frozen_letter, queued):
    letter = frozen_letter()
    for line, address in (("to", "office@example.org"), ("cc", "mission@example.org")):
        queued(letter, line=line, address=address)

    dispatch_outbox()

    assert [one.addresses for one in peer.taken] == [
        ["office@example.org"],
        ["mission@example.org"],
    ]
    assert peer.sessions == 1


def test_more_than_a_batch_leaves_in_one_run(peer, frozen_letter, queued):
    letter = frozen_letter()
    for _number in range(30):
        queued(letter)

    assert dispatch_outbox() == 30

    assert len({one.addresses[0] for one in peer.taken}) == 30


def test_a_run_stops_when_its_time_is_over(peer, frozen_letter, queued):
    letter = frozen_letter()
    for _number in range(30):
        queued(letter)

    assert dispatch_outbox(within=dt.timedelta(seconds=-1)) == 25

    assert Delivery.objects.filter(state=State.QUEUED).count() == 5


def test_acknowledgements_leave_before_letters(peer, queued):
    queued(address="letter@example.org", priority=5)
    queued(address="acknowledgement@example.org", priority=1)

    dispatch_outbox()

    assert peer.taken[0].addresses == ["acknowledgement@example.org"]


def test_nothing_leaves_before_its_hour_and_nothing_by_pouch(peer, queued):
    later = queued(not_before=timezone.now() + MINUTE)
    pouch = queued(channel="pouch", address="")

    assert dispatch_outbox() == 0

    assert (state_of(later), state_of(pouch)) == (State.QUEUED, State.QUEUED)


@pytest.mark.parametrize("moment", ["RCPT", "DOT"])
def test_a_no_for_now_defers_with_the_servers_words_and_a_pause(peer, queued, moment):
    delivery = queued()
    peer.answers[moment] = "450 4.2.0 Greylisted"

    assert dispatch_outbox() == 0

    assert state_of(delivery) == State.DEFERRED
    assert (delivery.attempts, delivery.server_words) == (1, "450 4.2.0 Greylisted")
    assert 4 * MINUTE < delivery.not_before - timezone.now() <= 15 * MINUTE


def test_a_deferred_delivery_is_tried_again_after_its_pause(peer, queued):
    delivery = queued()
    peer.answers["RCPT"] = "450 4.2.0 Greylisted"
    dispatch_outbox()
    peer.answers.clear()

    too_early = dispatch_outbox()
    Delivery.objects.update(not_before=timezone.now())

    assert (too_early, dispatch_outbox()) == (0, 1)
    assert (state_of(delivery), delivery.attempts) == (State.HANDED_OVER, 2)


@pytest.mark.parametrize("moment", ["RCPT", "DOT"])
def test_a_no_for_good_fails_with_the_servers_words(peer, queued, moment):
    delivery = queued()
    peer.answers[moment] = "550 5.1.1 No such user"

    dispatch_outbox()

    assert (state_of(delivery), delivery.server_words) == (State.FAILED, "550 5.1.1 No such user")
    assert dispatch_outbox() == 0


def test_one_refused_address_does_not_keep_the_others(peer, queued):
    refused, taken = queued(address="nobody@example.org"), queued()
    peer.answers["nobody@example.org"] = "550 5.1.1 No such user"

    assert dispatch_outbox() == 1

    assert (state_of(refused), state_of(taken)) == (State.FAILED, State.HANDED_OVER)


def goes_away(settings):
    settings.MAILBOX = settings.MAILBOX._replace(port=free_port())


def comes_back(settings, peer):
    settings.MAILBOX = settings.MAILBOX._replace(port=peer.port)


def test_while_the_server_is_away_nothing_is_tried_and_all_stays_due(peer, settings, queued):
    goes_away(settings)
    before = [queued(), queued(), queued(state=State.DEFERRED, attempts=2)]

    assert [dispatch_outbox(), dispatch_outbox()] == [0, 0]

    for delivery in before:
        found = Delivery.objects.get(pk=delivery.pk)
        assert (found.state, found.attempts, found.sending_at, found.not_before) == (
            State.DEFERRED, delivery.attempts, None, delivery.not_before,
        )  # fmt: skip


def test_a_delivery_hears_once_of_an_outage(peer, settings, queued):
    goes_away(settings)
    delivery = queued()

    for _minute in range(3):
        dispatch_outbox()

    (event,) = delivery.events.all()
    assert (event.state, event.because) == ("deferred", "no connection to the mail server")
    assert "refused" in event.server_words


def test_an_outage_is_noted_once_and_ends_with_the_first_connection(peer, settings, queued):
    goes_away(settings)
    queued()
    began = timezone.now()
    for minute in range(3):
        with time_machine.travel(began + minute * MINUTE, tick=False):
            dispatch_outbox()
    comes_back(settings, peer)

    with time_machine.travel(began + 5 * MINUTE, tick=False):
        dispatch_outbox()

    outage = Outage.objects.get()
    assert (outage.of, outage.began_at, outage.ended_at) == (
        "mail_server", began, began + 5 * MINUTE,
    )  # fmt: skip
    assert "refused" in outage.words


def test_an_outage_ends_although_nothing_is_due_any_more(peer, settings, queued):
    goes_away(settings)
    delivery = queued()
    dispatch_outbox()
    call_back(Letter.objects.filter(pk=delivery.letter_id), "a corrigendum takes its place")
    comes_back(settings, peer)

    dispatch_outbox()

    assert Outage.objects.get().ended_at is not None


def test_the_first_connection_after_an_outage_takes_all_that_waited_for_it(peer, settings, queued):
    goes_away(settings)
    deliveries = [queued() for _number in range(30)]
    with time_machine.travel(timezone.now()) as clock:
        for _tick in range(60):
            dispatch_outbox()
            clock.shift(8 * MINUTE)
        comes_back(settings, peer)
        assert dispatch_outbox() == 30

    assert {state_of(delivery) for delivery in deliveries} == {State.HANDED_OVER}
    assert {delivery.attempts for delivery in deliveries} == {1}


def test_what_the_server_put_off_keeps_its_pause_when_an_outage_ends(peer, settings, queued):
    peer.answers["put-off@example.org"] = "450 4.2.0 Greylisted"
    put_off, other = queued(address="put-off@example.org"), queued()
    dispatch_outbox()
    peer.answers.clear()
    put_off.refresh_from_db()
    Delivery.objects.filter(pk=other.pk).update(state=State.QUEUED, handed_over_at=None)

    goes_away(settings)
    dispatch_outbox()
    comes_back(settings, peer)

    assert dispatch_outbox() == 1
    assert state_of(put_off) == State.DEFERRED
    assert put_off.not_before > timezone.now() + 4 * MINUTE


def test_an_outage_of_days_makes_nothing_missed(peer, settings, queued):
    delivery = queued(leave_before=timezone.now() + 5 * DAY)
    goes_away(settings)
    with time_machine.travel(timezone.now()) as clock:
        for _day in range(3):
            dispatch_outbox()
            clock.shift(DAY)
        comes_back(settings, peer)
        assert dispatch_outbox() == 1

    assert state_of(delivery) == State.HANDED_OVER


def test_a_delivery_that_no_connection_was_found_for_fails_after_its_last_day(
    peer, settings, queued
):
    delivery = queued(leave_before=timezone.now() + DAY)
    goes_away(settings)
    dispatch_outbox()

    with time_machine.travel(timezone.now() + 2 * DAY):
        dispatch_outbox()

    assert state_of(delivery) == State.FAILED


def test_a_line_that_is_lost_gives_back_what_it_has_not_begun(peer, settings, queued):
    deliveries = [queued() for _number in range(3)]
    peer.answers["DOT"] = "421 4.3.2 Closing"
    peer.meanwhile = lambda: goes_away(settings)

    dispatch_outbox()

    assert [state_of(delivery) for delivery in deliveries] == [State.DEFERRED] * 3
    assert [delivery.attempts for delivery in deliveries] == [1, 0, 0]
    assert [delivery.not_before > timezone.now() for delivery in deliveries] == [True, False, False]
    comes_back(settings, peer)
    peer.answers, peer.meanwhile = {}, bool
    assert dispatch_outbox() == 2


def test_a_mail_server_that_takes_no_further_connection_is_not_out_of_reach(peer, settings, queued):
    goes_away(settings)
    queued(**held_by_a_worker(State.SENDING, timezone.now() + MINUTE), sending_at=timezone.now())
    delivery = queued()

    assert dispatch_outbox() == 0

    assert state_of(delivery) == State.QUEUED
    assert not Outage.objects.exists()


def test_an_outage_is_noted_also_after_a_clock_was_set_back(peer, settings, queued):
    queued()
    with time_machine.travel(timezone.now() + 60 * MINUTE):
        dispatch_outbox()
    goes_away(settings)
    queued()

    dispatch_outbox()

    assert Outage.objects.exists()


def test_where_nothing_is_due_nobody_is_called(peer):
    dispatch_outbox()

    assert peer.sessions == 0


def test_a_delivery_that_raises_before_anything_is_said_stops_no_other(peer, queued, frozen_letter):
    poisoned = queued(frozen_letter(message="../../etc/passwd"))
    good = [queued() for _number in range(2)]

    assert dispatch_outbox() == 2

    assert state_of(poisoned) == State.DEFERRED
    assert poisoned.attempts == 1
    assert 4 * MINUTE < poisoned.not_before - timezone.now() <= 15 * MINUTE
    event = poisoned.events.latest("pk")
    assert event.because == "it could not be handed over: SuspiciousFileOperation"
    assert {state_of(delivery) for delivery in good} == {State.HANDED_OVER}


def test_a_delivery_that_cannot_be_said_stops_no_other(peer, queued):
    poisoned, good = queued(envelope="to\r\nken"), queued()

    assert dispatch_outbox() == 1

    assert (state_of(poisoned), poisoned.attempts) == (State.DEFERRED, 1)
    assert poisoned.events.latest("pk").because == "it could not be handed over: ValueError"
    assert state_of(good) == State.HANDED_OVER


def test_a_delivery_that_goes_on_raising_fails_and_so_comes_before_a_person(peer, queued):
    delivery = queued(envelope="to\r\nken", leave_before=timezone.now() + 5 * DAY)

    with time_machine.travel(timezone.now()) as clock:
        for _time in range(6):
            dispatch_outbox()
            clock.shift(4 * 60 * MINUTE)

    assert (state_of(delivery), delivery.attempts) == (State.FAILED, 5)
    assert delivery.events.latest("pk").because == "it could not be handed over: ValueError"


def test_a_file_that_cannot_be_read_stops_no_other(peer, queued, frozen_letter, settings):
    (Path(settings.MEDIA_ROOT) / "messages" / "a-folder.eml").mkdir(parents=True, exist_ok=True)
    unreadable = queued(frozen_letter(message="messages/a-folder.eml"))
    good = queued()

    assert dispatch_outbox() == 1

    assert (state_of(unreadable), unreadable.attempts) == (State.DEFERRED, 1)
    assert state_of(good) == State.HANDED_OVER
    assert not Outage.objects.exists()


def test_too_large_a_message_fails_and_stops_no_other(peer, queued, frozen_letter):
    peer.largest = 100
    large, good = queued(frozen_letter(CONTENT * 9)), queued()

    assert dispatch_outbox() == 1

    assert (state_of(large), state_of(good)) == (State.FAILED, State.HANDED_OVER)
    assert "the server takes 100 at most" in large.server_words


def test_the_log_has_what_the_server_said_and_no_name(peer, queued, caplog):
    peer.answers["DOT"] = "250 queued for <flavia.elphberg@example.org> as 4711, to flavia.elphberg"
    queued(address="flavia.elphberg@example.org", envelope="thesecretsign")

    with caplog.at_level("INFO", logger="invitations"):
        dispatch_outbox()

    (line,) = [record.getMessage() for record in caplog.records if record.name.startswith("inv")]
    assert line.endswith(": 250 queued for … as 4711, to …")


def test_one_delivery_that_cannot_be_moved_does_not_keep_the_outbox(peer, queued, unwritable):
    ended = timezone.now() - MINUTE
    stuck, other = (queued(**held_by_a_worker(State.SENDING, ended)) for _number in range(2))
    due = queued()
    unwritable(stuck, but="sending")

    assert dispatch_outbox() == 1

    assert [state_of(delivery) for delivery in (stuck, other, due)] == [
        State.SENDING, State.UNCERTAIN, State.HANDED_OVER,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"attempts": 2}, State.DEFERRED),
        ({"not_before": timezone.now() - 2 * DAY}, State.DEFERRED),
        ({"not_before": timezone.now() - MINUTE}, State.QUEUED),
    ],
)
def test_a_claim_that_was_not_begun_goes_back_to_where_it_was(queued, fields, state):
    now = timezone.now()
    delivery = queued(**held_by_a_worker(State.CLAIMED, now - MINUTE), **fields)

    tidy_up(now)

    assert state_of(delivery) == state


def test_a_line_lost_before_the_message_defers(peer, queued):
    delivery = queued()
    peer.hangs_up_at = "RCPT"

    dispatch_outbox()

    assert state_of(delivery) == State.DEFERRED


def test_a_line_lost_after_the_last_dot_is_uncertain_and_never_sent_again(peer, queued):
    delivery = queued()
    peer.hangs_up_at = "DOT"
    dispatch_outbox()
    peer.hangs_up_at = ""

    with time_machine.travel(timezone.now() + 3 * DAY, tick=True):
        assert dispatch_outbox() == 0

    assert state_of(delivery) == State.UNCERTAIN
    assert len(peer.taken) == 1


def test_a_worker_that_vanished_while_sending_leaves_it_uncertain(peer, queued):
    ended = timezone.now() - MINUTE
    delivery = queued(**held_by_a_worker(State.SENDING, ended))

    assert dispatch_outbox() == 0

    assert state_of(delivery) == State.UNCERTAIN
    assert "vanished" in delivery.events.get().because
    assert not peer.taken


def test_a_claim_whose_worker_vanished_before_it_began_is_delivered_by_another(peer, queued):
    ended = timezone.now() - MINUTE
    delivery = queued(**held_by_a_worker(State.CLAIMED, ended))

    assert dispatch_outbox() == 1

    assert state_of(delivery) == State.HANDED_OVER
    assert len(peer.taken) == 1


@pytest.mark.parametrize("state", [State.CLAIMED, State.SENDING])
def test_what_another_worker_holds_is_left_to_it(peer, queued, state):
    delivery = queued(**held_by_a_worker(state, timezone.now() + MINUTE))

    assert dispatch_outbox() == 0

    assert state_of(delivery) == state


def test_a_worker_whose_lease_has_ended_does_not_begin(peer, queued):
    queued()
    (delivery,) = claim_batch(timezone.now())
    Delivery.objects.update(lease_ends_at=timezone.now() - MINUTE)

    assert not begin(delivery)

    assert state_of(delivery) == State.CLAIMED


def test_a_worker_that_was_slow_cannot_begin_what_another_has_claimed(peer, queued):
    queued()
    (slow,) = claim_batch(timezone.now())
    Delivery.objects.update(state=State.QUEUED)
    (quick,) = claim_batch(timezone.now())

    assert (begin(slow), begin(quick)) == (False, True)

    assert state_of(quick) == State.SENDING


def test_what_was_never_tried_for_more_than_a_day_is_missed(peer, queued):
    stale = queued(not_before=timezone.now() - DAY - MINUTE)
    fresh = queued(not_before=timezone.now() - DAY + MINUTE)

    assert dispatch_outbox() == 1

    assert (state_of(stale), state_of(fresh)) == (State.MISSED, State.HANDED_OVER)


def test_a_printed_letter_is_never_missed(peer, queued):
    pouch = queued(channel="pouch", address="", not_before=timezone.now() - 9 * DAY)

    dispatch_outbox()

    assert state_of(pouch) == State.QUEUED


def test_a_deferred_delivery_fails_after_its_last_day(peer, queued):
    ended = timezone.now() - MINUTE
    delivery = queued(state=State.DEFERRED, attempts=4, leave_before=ended)

    assert dispatch_outbox() == 0

    assert state_of(delivery) == State.FAILED
    assert "last day" in delivery.events.get().because


def test_without_its_message_a_letter_fails_and_nothing_is_sent(peer, frozen_letter, queued):
    delivery = queued(frozen_letter(message="messages/00/none.eml"))

    assert dispatch_outbox() == 0

    assert state_of(delivery) == State.FAILED
    assert "missing" in delivery.events.latest("pk").because
    assert not peer.taken


def test_a_tampered_message_fails_and_nothing_is_sent(peer, frozen_letter, queued):
    letter = frozen_letter(message=freeze(b"Something else.", "messages", "eml").name)
    delivery = queued(letter)

    assert dispatch_outbox() == 0

    assert state_of(delivery) == State.FAILED
    assert "not what was frozen" in delivery.events.latest("pk").because
    assert not peer.taken


def test_without_arming_nothing_moves(mail_server, queued, caplog):
    stale = queued(not_before=timezone.now() - 2 * DAY)

    assert dispatch_outbox() == 0

    assert state_of(stale) == State.QUEUED
    assert "arm_sending" in caplog.text
    assert not mail_server.taken


def test_a_copy_under_another_name_is_mute(peer, settings, queued, caplog):
    delivery = queued()
    settings.DEPLOYMENT = "restored"

    assert dispatch_outbox() == 0

    assert state_of(delivery) == State.QUEUED
    assert "copy" in caplog.text
    assert not peer.taken


def test_a_folder_needs_no_arming(mail_folder, queued):
    queued()

    assert dispatch_outbox() == 1

    (file,) = mail_folder.glob("*.eml")
    assert file.read_bytes().endswith(CONTENT)


def test_a_letter_cancelled_between_claim_and_sending_stays_in_the_house(peer, queued):
    queued()
    (delivery,) = claim_batch(timezone.now())
    call_back(Letter.objects.filter(pk=delivery.letter_id), "a corrigendum takes its place")

    with carrier() as line:
        assert not deliver(delivery, line)

    assert state_of(delivery) == State.CANCELLED
    assert not peer.taken


def test_an_invitation_withdrawn_between_claim_and_sending_stays_in_the_house(peer, queued):
    queued()
    (delivery,) = claim_batch(timezone.now())
    withdraw(delivery.letter.invitation, UserFactory(), "A change of government.")

    with carrier() as line:
        assert not deliver(delivery, line)

    assert state_of(delivery) == State.CANCELLED
    assert not peer.taken


@time_machine.travel(STEP_DAY)
def test_a_reminder_leaves_on_its_day(peer, reminder):
    delivery = reminder()

    assert dispatch_outbox() == 1

    assert state_of(delivery) == State.HANDED_OVER


@time_machine.travel(STEP_DAY)
@pytest.mark.parametrize("answer", ["in_person", "regrets", "holding"])
def test_a_reply_between_claim_and_sending_stops_the_reminder(peer, reminder, answer):
    reminder()
    (delivery,) = claim_batch(timezone.now())
    record_reply(delivery.letter.invitation, {"answer": answer})

    with carrier() as line:
        assert not deliver(delivery, line)

    assert state_of(delivery) == State.CANCELLED
    assert "answered" in delivery.events.latest("pk").because
    assert not peer.taken


@time_machine.travel(STEP_DAY)
def test_unread_correspondence_between_claim_and_sending_stops_the_reminder(peer, reminder):
    reminder()
    (delivery,) = claim_batch(timezone.now())
    file_correspondence(delivery.letter.invitation, UserFactory(), "fax", timezone.now())

    with carrier() as line:
        assert not deliver(delivery, line)

    assert state_of(delivery) == State.CANCELLED


@time_machine.travel(STEP_DAY)
def test_a_holding_reply_to_another_step_and_one_to_another_deadline_stop_no_reminder(
    peer, reminder
):
    delivery = reminder()
    letter, invitation = delivery.letter, delivery.letter.invitation
    other_step = StepFactory(edition=invitation.edition, days_before=7)
    for step, deadline in (
        (letter.step, letter.reply_before - 30 * DAY),
        (other_step, letter.reply_before),
    ):
        invitation.replies.create(
            answer="holding", status="noted", skips_step=step, skips_deadline=deadline
        )

    assert dispatch_outbox() == 1

    assert state_of(delivery) == State.HANDED_OVER


@pytest.mark.parametrize(
    ("now", "state"),
    [("2027-03-31 21:59:59Z", State.HANDED_OVER), ("2027-03-31 22:00:00Z", State.CANCELLED)],
)
def test_a_reminder_leaves_until_midnight_of_the_last_day_in_geneva(peer, reminder, now, state):
    with time_machine.travel(now, tick=False):
        delivery = reminder(not_before=timezone.now())
        dispatch_outbox()

    assert state_of(delivery) == state


def test_a_reminder_put_off_over_a_quiet_day_waits_for_a_working_day(peer, reminder):
    with time_machine.travel(STEP_DAY):
        delivery = reminder(state=State.DEFERRED, attempts=1)
        QuietPeriod.objects.create(
            edition=delivery.letter.invitation.edition,
            first_on=STEP_DAY.date(),
            last_on=STEP_DAY.date(),
        )
        on_the_quiet_day = dispatch_outbox()
    with time_machine.travel(STEP_DAY + DAY):
        on_the_next = dispatch_outbox()

    assert (on_the_quiet_day, on_the_next) == (0, 1)
    assert state_of(delivery) == State.HANDED_OVER


def test_a_reminder_that_nobody_tried_on_its_day_does_not_leave_days_later(peer, reminder):
    with time_machine.travel(STEP_DAY):
        delivery = reminder()

    with time_machine.travel(STEP_DAY + 14 * DAY):
        assert dispatch_outbox() == 0

    assert state_of(delivery) == State.MISSED
    assert not peer.taken


def test_staff_say_that_an_uncertain_delivery_went(queued):
    began = timezone.now() - MINUTE
    delivery = queued(state=State.UNCERTAIN, sending_at=began)
    registrar = UserFactory()

    decide(delivery, registrar, went=True)

    assert (state_of(delivery), delivery.handed_over_at) == (State.HANDED_OVER, began)
    assert delivery.events.get().actor == registrar


def test_staff_have_an_uncertain_delivery_sent_again(peer, queued):
    delivery = queued(state=State.UNCERTAIN, attempts=1, not_before=timezone.now() - 3 * DAY)

    decide(delivery, UserFactory(), went=False)

    assert dispatch_outbox() == 1
    assert state_of(delivery) == State.HANDED_OVER


def test_an_uncertain_delivery_is_decided_once(queued):
    delivery = queued(state=State.UNCERTAIN)
    decide(delivery, UserFactory(), went=True)

    with pytest.raises(ValidationError, match="not uncertain any more"):
        decide(delivery, UserFactory(), went=False)

    assert state_of(delivery) == State.HANDED_OVER


@pytest.mark.parametrize("state", [State.FAILED, State.MISSED])
def test_staff_send_a_failed_or_missed_delivery_anew(peer, queued, state):
    long_ago = timezone.now() - 9 * DAY
    delivery = queued(state=state, not_before=long_ago, leave_before=long_ago, attempts=3)

    send_anew(delivery, UserFactory())

    assert dispatch_outbox() == 1
    assert state_of(delivery) == State.HANDED_OVER


@pytest.mark.parametrize("state", [State.QUEUED, State.UNCERTAIN, State.CANCELLED])
def test_nothing_else_is_sent_anew(queued, state):
    delivery = queued(state=state)

    with pytest.raises(ValidationError, match="Only a failed or missed delivery"):
        send_anew(delivery, UserFactory())

    assert state_of(delivery) == state


def test_a_printed_letter_is_marked_as_dispatched(queued):
    delivery = queued(channel="pouch", address="")
    left_at = timezone.now() - DAY

    mark_dispatched(delivery, UserFactory(), "post", "RR 123 RU", left_at)

    assert state_of(delivery) == State.HANDED_OVER
    assert (delivery.channel, delivery.reference, delivery.handed_over_at) == (
        "post",
        "RR 123 RU",
        left_at,
    )


@pytest.mark.parametrize("fields", [{"channel": "email"}, {"channel": "pouch", "state": "missed"}])
def test_only_a_printed_letter_that_waits_is_marked_as_dispatched(queued, fields):
    delivery = queued(**fields)

    with pytest.raises(ValidationError, match="Only a printed letter that waits"):
        mark_dispatched(delivery, UserFactory(), "post", "RR 123 RU", timezone.now())

    assert state_of(delivery) != State.HANDED_OVER


def test_the_house_can_show_what_was_sent_byte_for_byte(peer, queued):
    delivery = queued()

    dispatch_outbox()

    letter = delivery.letter
    assert thaw(letter.message.name, letter.message_sha256) == peer.taken[0].content
