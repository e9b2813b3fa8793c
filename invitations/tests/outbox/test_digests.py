import datetime as dt
import email
import email.policy

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from invitations.models import Arming, ForumEdition, HeldChange, LetterEvent, Setback, Tick
from invitations.outbox.digests import send_digest
from invitations.tests.factories import DeliveryFactory, EditionFactory, LetterFactory, ReplyFactory
from invitations.times.clocks import CLOCKS_APART

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

# A cursor more where a row is locked while it is made.
QUERIES = 10 if connection.vendor == "postgresql" else 9
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def noon():
    with time_machine.travel("2027-03-10 11:00Z", tick=False):
        yield


@pytest.fixture
def edition(db):
    return EditionFactory(symbol="wsis-2027")


def happened(edition, state, number=1, ago=4 * MINUTE, **words):
    for _number in range(number):
        letter = LetterFactory(invitation__edition=edition, kind="invitation")
        delivery = DeliveryFactory(letter=letter, address="office@example.org")
        LetterEvent.objects.create(
            letter=letter, delivery=delivery, state=state, at=timezone.now() - ago, **words
        )


def digests(peer):
    return [
        email.message_from_bytes(one.content, policy=email.policy.default) for one in peer.taken
    ]


def test_a_digest_counts_what_happened_and_names_what_needs_a_person(peer, edition):
    happened(edition, "handed_over", 3)
    happened(edition, "failed", server_words="550 5.1.1 no such mailbox")
    happened(edition, "missed", because="more than a day past its hour")

    assert send_digest() == 1

    [digest] = digests(peer)
    text = digest.get_content()
    assert digest["To"] == "forum@example.org"
    assert digest["Subject"] == "[wsis-2027] failed: 1, missed: 1, handed over: 3"
    assert digest["Auto-Submitted"] == "auto-generated"
    assert digest["Content-Language"] == "en"
    assert "     3  handed over: invitation" in text
    assert "office@example.org, failed: 550 5.1.1 no such mailbox" in text
    assert "missed: more than a day past its hour" in text
    assert "Ruritania" in text


def test_a_digest_goes_to_the_released_address_and_says_what_was_released(
    peer, edition, frozen_letter
):
    happened(edition, "handed_over")
    frozen_letter(invitation__edition=edition)
    edition.contact_email, edition.name = "rupert@example.org", "Forum of Hentzau"
    edition.save()
    assert HeldChange.objects.waiting().exists()

    send_digest()

    [taken], [digest] = peer.taken, digests(peer)
    assert taken.addresses == ["forum@example.org"]
    assert digest["To"] == "forum@example.org"
    assert "Hentzau" not in digest.get_content()


def test_a_digest_holds_no_link_that_answers(peer, edition):
    happened(edition, "handed_over")
    token = LetterEvent.objects.get().letter.invitation.links.get().token

    send_digest()

    text = digests(peer)[0].get_content()
    assert token not in text
    assert "/r/" not in text
    assert "http://127.0.0.1:8000/admin/invitations/delivery/" in text


@pytest.mark.parametrize("state", ["composed", "claimed", "sending", "deferred"])
def test_where_nothing_happened_nothing_is_sent(peer, edition, state):
    happened(edition, state)

    assert send_digest() == 0
    assert not peer.taken


def test_what_was_told_is_not_told_again(peer, edition):
    happened(edition, "planned")

    assert [send_digest(), send_digest()] == [1, 0]


def test_what_is_not_three_minutes_old_is_told_by_the_next_digest(peer, edition):
    happened(edition, "planned", ago=2.5 * MINUTE)

    now = timezone.now()

    assert [send_digest(now), send_digest(now + MINUTE), send_digest(now + 2 * MINUTE)] == [0, 1, 0]


def test_what_a_server_noted_whose_clock_is_behind_is_told(peer, edition):
    happened(edition, "planned")
    send_digest()

    happened(edition, "failed", ago=CLOCKS_APART)

    assert send_digest(timezone.now() + 2 * MINUTE) == 1
    assert digests(peer)[1]["Subject"] == "[wsis-2027] failed: 1"


def test_a_digest_that_cannot_be_written_keeps_no_other_and_is_told_later(peer, edition):
    broken = EditionFactory(symbol="wsis-2028")
    happened(edition, "planned")
    happened(broken, "planned")
    ForumEdition.objects.filter(pk=broken.pk).update(contact_email="=?utf-8?q?=0d=0a?=@example.org")

    assert send_digest() == 1

    setback = Setback.objects.get(job="send_digest", item="wsis-2028")
    assert setback.because.startswith("Refused, To in ")
    ForumEdition.objects.update(contact_email="forum@example.org")
    with time_machine.travel("2027-03-10 11:04Z", tick=False):
        assert send_digest() == 0
    with time_machine.travel("2027-03-10 11:06Z", tick=False):
        assert send_digest() == 1
    assert not Setback.objects.exists()


def test_a_letter_that_could_not_be_composed_needs_a_person(peer, edition):
    letter = LetterFactory(
        invitation__edition=edition, kind="acknowledgement", reply=ReplyFactory()
    )
    letter.events.create(
        state="failed", because="It could not be composed.", at=timezone.now() - 4 * MINUTE
    )

    send_digest()

    text = digests(peer)[0].get_content()
    assert "     1  failed: acknowledgement" in text
    assert "failed: It could not be composed." in text


def test_a_letter_that_says_why_it_waits_was_not_planned_once_more(peer, edition):
    happened(edition, "planned", because="Missing in Russian: theme.")

    assert send_digest() == 0


def test_a_dead_mail_server_leaves_it_for_the_next_tick(peer, edition):
    happened(edition, "planned")
    peer.answers["RCPT"] = "451 try again later"
    not_taken = send_digest()
    peer.answers.clear()

    assert (not_taken, send_digest()) == (0, 1)
    assert len(peer.taken) == 1


@pytest.mark.parametrize("trouble", ["refused", "hangs up"])
def test_a_digest_that_may_have_arrived_is_not_sent_twice(peer, edition, trouble):
    happened(edition, "planned")
    if trouble == "refused":
        peer.answers["DOT"] = "554 not wanted"
    else:
        peer.hangs_up_at = "DOT"
    send_digest()
    peer.answers.clear()
    peer.hangs_up_at = ""

    assert send_digest() == 0


def test_each_edition_s_contact_gets_its_own(peer, edition):
    other = EditionFactory(symbol="wsis-2028", contact_email="other@example.org")
    for one in (edition, other):
        happened(one, "planned")

    assert send_digest() == 2

    assert [digest["To"] for digest in digests(peer)] == ["forum@example.org", "other@example.org"]


def test_a_copy_that_is_not_armed_tells_nobody(peer, edition):
    happened(edition, "planned")
    Arming.objects.all().delete()

    assert send_digest() == 0
    assert not peer.taken
    assert not Tick.objects.exists()


def test_many_troubles_are_counted_and_not_all_named(peer, edition):
    happened(edition, "failed", 52)

    send_digest()

    text = digests(peer)[0].get_content()
    assert text.count("office@example.org, failed") == 50
    assert "… and 2 more." in text


@pytest.mark.parametrize("events", [1, 3])
def test_a_digest_costs_the_same_for_one_event_and_for_three(
    peer, edition, events, django_assert_num_queries
):
    happened(edition, "failed", events)
    send_digest(timezone.now() - 10 * MINUTE)

    with django_assert_num_queries(QUERIES):
        assert send_digest() == 1


def test_the_command_says_how_many_digests_left(peer, edition, capsys):
    happened(edition, "planned")

    call_command("send_digest")

    assert capsys.readouterr().out == "1 digests handed over.\n"
