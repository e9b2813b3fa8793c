import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from invitations.files.frozen import freeze, thaw
from invitations.models import Delivery
from invitations.outbox.dispatch import dispatch_outbox
from invitations.tests.conftest import CONTENT
from invitations.tests.outbox.deliveries import DAY, MINUTE, State, state_of

pytestmark = pytest.mark.django_db


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
    assert "last day" in delivery.events.get().reason


def test_without_its_message_a_letter_fails_and_nothing_is_sent(peer, frozen_letter, queued):
    delivery = queued(frozen_letter(message="messages/00/none.eml"))

    assert dispatch_outbox() == 0

    assert state_of(delivery) == State.FAILED
    assert "missing" in delivery.events.latest("pk").reason
    assert not peer.taken


def test_a_tampered_message_fails_and_nothing_is_sent(peer, frozen_letter, queued):
    letter = frozen_letter(message=freeze(b"Something else.", "messages", "eml").name)
    delivery = queued(letter)

    assert dispatch_outbox() == 0

    assert state_of(delivery) == State.FAILED
    assert "not what was frozen" in delivery.events.latest("pk").reason
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


def test_the_house_can_show_what_was_sent_byte_for_byte(peer, queued):
    delivery = queued()

    dispatch_outbox()

    letter = delivery.letter
    assert thaw(letter.message.name, letter.message_sha256) == peer.taken[0].content
