import datetime as dt
import time

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from invitations.files.frozen import thaw
from invitations.inbox.bounces import match_bounce, record_bounce, record_report, settle_bounced
from invitations.inbox.mailboxes import receive_mail
from invitations.mail.incoming import envelope_token_in
from invitations.mail.transport import return_path
from invitations.models import Bounce, Correspondence, Delivery, Invitation, JobError, Letter
from invitations.outbox.another_address import send_to_another_address
from invitations.outbox.dispatch import dispatch_outbox
from invitations.outbox.transitions import transit
from invitations.reminders.planning import queue_reminders
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)
from invitations.tests.reports import REFUSED, qmail_report, report, written

TOKEN = "abcd2345efgh6789"
OURS = "<letter-1@forum.example.org>"

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(frozen_letter):
    """Make a delivery that was handed over an hour ago, under an envelope of its own."""

    def make(letter=None, **fields):
        an_hour_ago = timezone.now() - dt.timedelta(hours=1)
        return DeliveryFactory(
            **{
                "letter": letter or frozen_letter(message_id=OURS),
                "address": "office@example.org",
                "envelope": TOKEN,
                "state": "handed_over",
                "sending_at": an_hour_ago,
                "handed_over_at": an_hour_ago,
            }
            | fields
        )

    return make


def state_of(delivery):
    return Delivery.objects.get(pk=delivery.pk).state


# Which delivery


def test_the_address_a_delivery_leaves_from_names_it_when_the_report_comes_back():
    assert envelope_token_in(return_path(TOKEN)) == TOKEN
    assert envelope_token_in(f"<{return_path(TOKEN).upper()}>") == TOKEN


@pytest.mark.parametrize(
    "address", ["", "wsis-forum@example.org", f"wsis-forum+{TOKEN}@example.net", f"x+{TOKEN}@", "+"]
)
def test_another_address_names_no_delivery(address):
    assert envelope_token_in(address) is None


def test_a_report_to_the_envelope_sender_moves_the_delivery_to_bounced(sent):
    delivery = sent()

    [bounce] = record_report(report(to=return_path(TOKEN)))

    delivery.refresh_from_db()
    assert (delivery.state, bounce.delivery, bounce.kind) == ("bounced", delivery, "hard")
    assert REFUSED in delivery.server_words
    event = delivery.events.last()
    assert (event.state, event.reason) == ("bounced", "refused for good")
    assert REFUSED in event.server_words


def test_a_report_that_gives_the_envelope_along_names_its_delivery(sent):
    delivery = sent()

    record_report(report(envid=TOKEN))

    assert state_of(delivery) == "bounced"


def test_a_report_with_the_letters_message_id_and_the_address_names_its_delivery(sent):
    letter = sent(envelope=None).letter
    other = sent(letter, address="mission@example.org", envelope=None)

    record_report(report(returned=OURS, address="Mission@Example.org"))

    assert state_of(other) == "bounced"
    assert letter.deliveries.get(address="office@example.org").state == "handed_over"


def test_an_address_alone_names_no_delivery(sent):
    delivery = sent()

    [bounce] = record_report(report())

    assert bounce.delivery is None
    assert state_of(delivery) == "handed_over"


def test_of_two_deliveries_none_is_guessed_where_the_address_is_a_third(sent):
    letter = sent(envelope=None).letter
    sent(letter, address="mission@example.org", envelope=None)

    [bounce] = record_report(report(returned=OURS, address="assistant@example.org"))

    assert bounce.delivery is None


def test_an_office_that_forwards_its_mail_elsewhere_has_one_delivery_and_it_is_that(sent):
    delivery = sent(envelope=None)

    record_report(report(returned=OURS, address="assistant@example.org"))

    assert state_of(delivery) == "bounced"


# What it says


@pytest.mark.parametrize(
    ("action", "status", "kind", "state"),
    [
        ("failed", "5.1.1", "hard", "bounced"),
        ("failed (no such user)", "", "hard", "bounced"),
        ("failed", "4.4.7", "soft", "bounced"),
        ("delayed", "4.4.1", "delayed", "handed_over"),
    ],
)
def test_a_refusal_is_hard_or_soft_and_a_delay_is_no_bounce(sent, action, status, kind, state):
    delivery = sent()

    [bounce] = record_report(report(action, status, envid=TOKEN))

    assert (bounce.kind, state_of(delivery)) == (kind, state)


def test_a_delay_leaves_an_event_with_the_servers_words(sent):
    delivery = sent()

    record_report(report("delayed", "4.4.1", envid=TOKEN, diagnostic="451 try later"))

    event = delivery.events.get()
    assert (event.state, event.reason) == ("handed_over", "delayed on its way")
    assert "451 try later" in event.server_words


def test_a_refusal_is_seen_behind_a_delay_of_the_same_address(sent):
    delivery = sent()
    refused = b"Action: failed\r\nStatus: 5.1.1\r\n"
    content = report("delayed", "4.4.1", envid=TOKEN).replace(
        b"\r\n--b1\r\nContent-Type: text/rfc822-headers",
        b"\r\nOriginal-Recipient: rfc822;office@example.org\r\n"
        b"Final-Recipient: rfc822;another@example.net\r\n" + refused + b"\r\n--b1\r\n"
        b"Content-Type: text/rfc822-headers",
    )

    [bounce] = record_report(content)

    assert (bounce.kind, state_of(delivery)) == ("hard", "bounced")


def test_a_refusal_under_the_message_id_of_the_delay_before_it_is_not_lost(sent):
    delivery = sent()
    record_report(report("delayed", "4.4.1", envid=TOKEN))

    record_report(report(envid=TOKEN))
    record_report(report(envid=TOKEN))

    assert (Bounce.objects.count(), state_of(delivery)) == (2, "bounced")


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_of_success_is_no_bounce(sent, action):
    delivery = sent()

    assert record_report(report(action, "2.0.0", envid=TOKEN)) == []
    assert state_of(delivery) == "handed_over"


IN_CHINESE = written(
    "您的邮件被退回。收件人邮箱已满。\n",
    sender="PostMaster@example.net",
    to=return_path(TOKEN),
    subject="系统退信",
    more="Return-Path: <>\nAuto-Submitted: auto-replied\nContent-Type: text/plain; charset=utf-8",
)


@pytest.mark.parametrize("content", [IN_CHINESE, report("échec", "", to=return_path(TOKEN))])
def test_what_a_mail_server_reports_in_words_that_nobody_knows_waits_for_a_person(sent, content):
    delivery = sent()

    receive_mail(content)

    filed = Correspondence.objects.get()
    assert (filed.invitation, filed.dealt_with_at) == (delivery.letter.invitation, None)
    assert "perhaps a letter did not arrive" in filed.summary


def test_a_report_of_success_keeps_nobody_waiting(sent):
    sent()

    receive_mail(report("delivered", "2.0.0", to=return_path(TOKEN)))

    assert Correspondence.objects.get().dealt_with_at


def test_an_uncertain_delivery_that_bounced_went_and_came_back(sent):
    delivery = sent(state="uncertain", handed_over_at=None)

    record_report(report(envid=TOKEN))

    assert state_of(delivery) == "bounced"


def test_a_server_with_words_of_its_own_is_understood(sent):
    delivery = sent()

    [bounce] = record_report(qmail_report(return_path(TOKEN)))

    assert (bounce.kind, state_of(delivery)) == ("hard", "bounced")


def test_the_letter_quoted_by_an_old_server_names_its_delivery(sent):
    delivery = sent(envelope=None)

    record_report(qmail_report("wsis-forum@example.org", returned=OURS))

    assert state_of(delivery) == "bounced"


def test_a_person_who_quotes_a_report_reports_nothing(sent):
    sent()
    quoting = qmail_report(return_path(TOKEN)).replace(b"Return-Path: <>\r\n", b"")
    quoting = quoting.replace(b"MAILER-DAEMON@mx", b"office@mx")

    assert record_report(quoting) == []
    assert record_report(written("The server says: 550 no such user.\n")) == []


def test_a_report_attached_to_a_mail_reports_nothing(sent):
    sent()
    more = 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="f"'
    text = "--f\nContent-Type: message/rfc822\n\n{}\n--f--\n"
    forwarded = written("TEXT", more=more).replace(
        b"TEXT", text.format(report(envid=TOKEN).decode()).encode()
    )

    assert record_report(forwarded) == []


def test_the_report_is_kept_byte_for_byte(sent):
    sent()
    content = report(envid=TOKEN)

    [bounce] = record_report(content)

    assert thaw(bounce.message.name, bounce.message_sha256) == content


def test_a_bounce_that_matches_nothing_is_kept_for_staff():
    record_report(report())

    bounce = Bounce.objects.get()
    assert (bounce.delivery, bounce.kind) == (None, "hard")
    assert REFUSED in bounce.server_words


# Once


def test_the_same_report_twice_is_one_bounce_and_one_event(sent):
    delivery = sent()

    record_report(report(envid=TOKEN))
    record_report(b"Received: by another way\r\n" + report(envid=TOKEN))

    assert (Bounce.objects.count(), delivery.events.count()) == (1, 1)


def test_two_reports_of_one_delivery_are_two_bounces_and_one_event(sent):
    delivery = sent()

    record_report(report(envid=TOKEN))
    record_report(report(envid=TOKEN, name="<report-2@mx.example.org>"))

    assert (Bounce.objects.count(), delivery.events.count()) == (2, 1)


def test_a_report_quicker_than_our_own_note_bounces_at_the_next_tick(sent):
    delivery = sent(
        state="sending",
        handed_over_at=None,
        claim="00000000-0000-0000-0000-000000000001",
        lease_ends_at=timezone.now() + dt.timedelta(minutes=5),
    )
    record_report(report(envid=TOKEN))
    assert state_of(delivery) == "sending"
    delivery.refresh_from_db()
    transit(delivery, "sending", "handed_over", handed_over_at=timezone.now())

    assert (settle_bounced(), settle_bounced()) == (1, 0)

    assert state_of(delivery) == "bounced"


def test_a_bounce_that_cannot_be_settled_keeps_no_other(queued, unwritable):
    now = timezone.now()
    stuck, other = (
        queued(state="handed_over", handed_over_at=now, sending_at=now) for _number in range(2)
    )
    for delivery in (stuck, other):
        Bounce.objects.create(delivery=delivery, kind="hard", key=delivery.address)
    unwritable(stuck, but="sending")

    assert settle_bounced() == 1

    assert (state_of(stuck), state_of(other)) == ("handed_over", "bounced")
    assert JobError.objects.get().item == f"delivery {stuck.pk}"


def test_an_old_bounce_does_not_count_against_a_letter_sent_again(sent):
    delivery = sent(state="uncertain", handed_over_at=None)
    bounce = record_bounce("hard", "no", key="k", envelope=TOKEN)
    again = bounce.received_at + dt.timedelta(minutes=1)
    Delivery.objects.filter(pk=delivery.pk).update(
        state="handed_over", sending_at=again, handed_over_at=again
    )

    assert settle_bounced() == 0


def test_a_bounce_counts_though_the_clock_of_its_reader_is_behind_that_of_the_sender(sent):
    delivery = sent(sending_at=timezone.now() + dt.timedelta(minutes=1))

    record_report(report(to=return_path(TOKEN)))

    assert state_of(delivery) == "bounced"


# Not reached


def bounced_everywhere(sent, edition):
    invitation = InvitationFactory(edition=edition)
    letter = sent().letter
    Letter.objects.filter(pk=letter.pk).update(invitation=invitation)
    record_report(report(envid=TOKEN))
    return invitation


def test_an_office_of_which_all_addresses_bounced_gets_no_reminder(sent, approved_texts):
    edition = EditionFactory()
    StepFactory(edition=edition)
    StepFactory(edition=edition, days_before=2, variant="", medium="call")
    with time_machine.travel(dt.datetime(2027, 2, 1, 9, tzinfo=dt.UTC)):
        invitation = bounced_everywhere(sent, edition)

    with time_machine.travel(dt.datetime(2027, 3, 10, 9, tzinfo=dt.UTC)):
        queue_reminders()

    assert list(Invitation.objects.unreached()) == [invitation]
    assert not Letter.objects.filter(kind="reminder").exists()


def test_an_office_is_reached_while_one_address_has_not_bounced(sent):
    invitation = bounced_everywhere(sent, EditionFactory())
    sent(invitation.letters.get(), address="mission@example.org", envelope=None)

    assert not Invitation.objects.unreached().exists()


def test_an_office_whose_letter_waits_for_another_address_is_not_given_up(sent):
    invitation = bounced_everywhere(sent, EditionFactory())

    cabinet = invitation.minister.to_emails
    send_to_another_address(invitation.letters.get(), UserFactory(), cabinet)

    assert not Invitation.objects.unreached().exists()


def test_an_office_that_answered_was_reached_somehow(sent):
    invitation = bounced_everywhere(sent, EditionFactory())
    ReplyFactory(invitation=invitation)

    assert not Invitation.objects.unreached().exists()


def test_an_office_that_the_mail_server_refused_at_once_is_not_reached_either(sent):
    delivery = sent(state="failed", handed_over_at=None)

    assert list(Invitation.objects.unreached()) == [delivery.letter.invitation]


def test_nobody_is_put_on_a_block_list(sent, peer, queued):
    sent()
    record_report(report(envid=TOKEN))
    queued(address="office@example.org", envelope="another2345")

    assert dispatch_outbox() == 1


# What staff say of a bounce that named no delivery


def test_staff_say_which_delivery_a_bounce_is_of(sent):
    delivery, sapt = sent(), UserFactory(username="sapt")
    [bounce] = record_report(report())

    match_bounce(bounce, delivery, sapt)

    event = delivery.events.get()
    assert (state_of(delivery), event.actor) == ("bounced", sapt)
    with pytest.raises(ValidationError):
        match_bounce(bounce, delivery, sapt)


def test_what_has_not_left_cannot_have_come_back(queued):
    [bounce] = record_report(report())

    with pytest.raises(ValidationError, match="handed over"):
        match_bounce(bounce, queued(), UserFactory())

    bounce.refresh_from_db()
    assert bounce.delivery is None


class HostileReports(TestCase):
    @given(st.binary(max_size=400), st.integers(0, 900))
    @example(b"\x00", 838)
    def test_nothing_in_a_report_stops_its_being_read(self, noise, place):
        content = report(envid=TOKEN)

        record_report(content[:place] + noise + content[place:])


@pytest.mark.parametrize(
    "begun", ["did not reach the following recipient", "Message not delivered to the following"]
)
@pytest.mark.parametrize("endless", ["a", "<", " ", "a@", "<a"])
def test_no_word_without_end_keeps_the_reader_of_reports_busy(begun, endless):
    content = written(f"{begun}\n{endless * 100_000}\n", sender="mailer-daemon@example.org")

    began_at = time.process_time()
    record_report(content)

    assert time.process_time() - began_at < 20


def test_a_report_on_more_addresses_than_any_letter_has_fills_no_list(sent):
    delivery = sent()
    block = "Final-Recipient: rfc822;nobody-{}@example.net\r\nAction: delayed\r\n\r\n"
    blocks = "".join(map(block.format, range(5000))).encode()
    head, found, rest = report(to=return_path(TOKEN)).partition(b"Original-Recipient")

    record_report(head + blocks + found + rest)

    assert Bounce.objects.count() == 50
    assert state_of(delivery) == "bounced"
