import datetime as dt
import email
import email.policy

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from invitations.models import Arming, DigestChoice, HeldChange, JobError, LetterEvent
from invitations.outbox.digests import send_digest, send_to
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    LetterFactory,
    ReplyFactory,
    UserFactory,
)
from invitations.times.clocks import CLOCKS_APART

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]

# PostgreSQL is asked once more: which database it is.
QUERIES = 16 if connection.vendor == "postgresql" else 15
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def noon():
    with time_machine.travel("2027-03-10 11:00Z", tick=False):
        yield


@pytest.fixture
def edition(db):
    return EditionFactory(symbol="wsis-2027")


@pytest.fixture
def sapt(db):
    return asked("sapt@example.org")


def asked(address, often="at_once", **fields):
    user = UserFactory(email=address)
    user.user_permissions.add(Permission.objects.get(codename="view_delivery"))
    return DigestChoice.objects.create(
        user=user,
        often=often,
        **{"informed_until": timezone.now() - dt.timedelta(hours=1)} | fields,
    )


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


def test_a_digest_counts_what_happened_and_names_what_needs_a_person(peer, edition, sapt):
    happened(edition, "handed_over", 3)
    happened(edition, "failed", server_words="550 5.1.1 no such mailbox")
    happened(edition, "missed", reason="more than a day past its hour")

    assert send_digest() == 1

    [digest] = digests(peer)
    text = digest.get_content()
    assert digest["To"] == "sapt@example.org"
    assert digest["Subject"] == "[wsis-2027] failed: 1, missed: 1, handed over: 3"
    assert digest["Auto-Submitted"] == "auto-generated"
    assert digest["Content-Language"] == "en"
    assert "     3  handed over: invitation" in text
    assert "office@example.org, failed: 550 5.1.1 no such mailbox" in text
    assert "missed: more than a day past its hour" in text
    assert "Ruritania" in text


def test_a_digest_speaks_the_language_that_was_chosen(peer, edition, sapt):
    asked("helga@example.org", language="fr")
    happened(edition, "failed")

    send_digest()

    spoken = {one["To"]: (one["Content-Language"], one["Subject"]) for one in digests(peer)}
    assert spoken["sapt@example.org"] == ("en", "[wsis-2027] failed: 1")
    language, subject = spoken["helga@example.org"]
    assert (language, "failed" in subject) == ("fr", False)


def test_a_digest_says_what_was_released_and_never_goes_to_the_contact(
    peer, edition, sapt, frozen_letter
):
    happened(edition, "handed_over")
    frozen_letter(invitation__edition=edition)
    edition.contact_email, edition.name = "rupert@example.org", "Forum of Hentzau"
    edition.save()
    assert HeldChange.objects.waiting().exists()

    send_digest()

    [taken], [digest] = peer.taken, digests(peer)
    assert taken.addresses == ["sapt@example.org"]
    assert "Hentzau" not in digest.get_content()


def test_where_nobody_asked_nothing_leaves(peer, edition):
    asked("fritz@example.org", often="never")
    happened(edition, "failed")

    assert send_digest() == 0
    assert not peer.taken


def test_each_is_told_what_that_person_chose(peer, edition, sapt):
    asked("fritz@example.org", what=["needs_a_person", "cancelled"])
    asked("helga@example.org", what=["cancelled"])
    happened(edition, "failed")
    happened(edition, "handed_over", 2)

    assert send_digest() == 2

    assert [(one["To"], one["Subject"]) for one in digests(peer)] == [
        ("sapt@example.org", "[wsis-2027] failed: 1, handed over: 2"),
        ("fritz@example.org", "[wsis-2027] failed: 1"),
    ]


@pytest.mark.parametrize(
    ("often", "leaves_at"),
    [("at_once", "2027-03-12 11:02Z"), ("hourly", "2027-03-12 11:03Z"),
     ("morning", "2027-03-15 07:03Z")],
)  # fmt: skip
def test_a_digest_leaves_when_it_was_asked_for_and_once(peer, edition, often, leaves_at):
    with time_machine.travel("2027-03-12 10:59Z", tick=False):  # a Friday
        asked("sapt@example.org", often, informed_until=timezone.now())
        happened(edition, "failed", ago=0 * MINUTE)
    hour = dt.datetime.fromisoformat(leaves_at) + 10 * dt.timedelta(seconds=1)

    sent = [send_digest(hour - MINUTE), send_digest(hour), send_digest(hour + 5 * MINUTE)]

    assert sent == [0, 1, 0]


def test_no_digest_leaves_on_the_morning_of_a_quiet_day(peer, edition):
    edition.quiet_periods.create(first_on=dt.date(2027, 3, 11), last_on=dt.date(2027, 3, 12))
    asked("sapt@example.org", "morning")
    happened(edition, "failed")
    thursday = dt.datetime(2027, 3, 11, 9, tzinfo=dt.UTC)

    assert [send_digest(thursday + dt.timedelta(days=day)) for day in (0, 1, 4)] == [0, 0, 1]


def test_who_left_or_may_not_read_the_outbox_any_more_is_told_nothing(peer, edition, sapt):
    left = asked("rupert@example.org").user
    left.is_active = False
    left.save()
    sapt.user.user_permissions.clear()
    happened(edition, "failed")

    assert send_digest() == 0


def test_a_digest_holds_no_link_that_answers(peer, edition, sapt):
    happened(edition, "handed_over")
    token = LetterEvent.objects.get().letter.invitation.links.get().token

    send_digest()

    text = digests(peer)[0].get_content()
    assert token not in text
    assert "/r/" not in text
    assert "http://127.0.0.1:8000/admin/invitations/delivery/" in text


@pytest.mark.parametrize("state", ["composed", "claimed", "sending", "deferred"])
def test_where_nothing_happened_nothing_is_sent(peer, edition, sapt, state):
    happened(edition, state)

    assert send_digest() == 0
    assert not peer.taken


def test_what_was_told_is_not_told_again(peer, edition, sapt):
    happened(edition, "planned")

    assert [send_digest(), send_digest()] == [1, 0]


def test_of_two_workers_that_found_the_same_one_tells_it(peer, edition, sapt):
    happened(edition, "planned")
    until = timezone.now() - 3 * MINUTE

    assert [send_to(sapt, [edition], until), send_to(sapt, [edition], until)] == [
        True,
        False,
    ]
    assert len(peer.taken) == 1


def test_what_is_not_three_minutes_old_is_told_by_the_next_digest(peer, edition, sapt):
    happened(edition, "planned", ago=2.5 * MINUTE)

    now = timezone.now()

    assert [send_digest(now), send_digest(now + MINUTE), send_digest(now + 2 * MINUTE)] == [0, 1, 0]


def test_what_a_server_noted_whose_clock_is_behind_is_told(peer, edition, sapt):
    happened(edition, "planned")
    send_digest()

    happened(edition, "failed", ago=CLOCKS_APART)

    assert send_digest(timezone.now() + 2 * MINUTE) == 1
    assert digests(peer)[1]["Subject"] == "[wsis-2027] failed: 1"


def test_a_digest_that_cannot_be_written_keeps_no_other_and_is_told_later(peer, edition, sapt):
    broken = asked("=?utf-8?q?=0d=0a?=@example.org").user
    happened(edition, "planned")

    assert send_digest() == 1

    job_error = JobError.objects.get(job="send_digest", item=str(broken.pk))
    assert job_error.reason.startswith("Refused, To in ")
    broken.email = "fritz@example.org"
    broken.save()
    with time_machine.travel("2027-03-10 11:04Z", tick=False):
        assert send_digest() == 0
    with time_machine.travel("2027-03-10 11:06Z", tick=False):
        assert send_digest() == 1
    assert not JobError.objects.exists()


def test_a_letter_that_could_not_be_composed_needs_a_person(peer, edition, sapt):
    letter = LetterFactory(
        invitation__edition=edition, kind="acknowledgement", reply=ReplyFactory()
    )
    letter.events.create(
        state="failed", reason="It could not be composed.", at=timezone.now() - 4 * MINUTE
    )

    send_digest()

    text = digests(peer)[0].get_content()
    assert "     1  failed: acknowledgement" in text
    assert "failed: It could not be composed." in text


def test_a_letter_that_says_why_it_waits_was_not_planned_once_more(peer, edition, sapt):
    happened(edition, "planned", reason="Missing in Russian: theme.")

    assert send_digest() == 0


def test_a_dead_mail_server_leaves_it_for_the_next_tick(peer, edition, sapt):
    happened(edition, "planned")
    peer.answers["RCPT"] = "451 try again later"
    not_taken = send_digest()
    peer.answers.clear()

    assert (not_taken, send_digest()) == (0, 1)
    assert len(peer.taken) == 1


def test_a_digest_that_may_have_arrived_is_not_sent_twice(peer, edition, sapt):
    happened(edition, "planned")
    peer.hangs_up_at = "DOT"
    send_digest()
    peer.hangs_up_at = ""

    assert send_digest() == 0


def test_a_digest_that_is_refused_is_a_job_error_and_told_later(peer, edition, sapt):
    happened(edition, "planned")
    peer.answers["DOT"] = "554 not wanted"
    assert [send_digest(), send_digest()] == [0, 0]
    peer.answers.clear()

    JobError.objects.get(item=str(sapt.user_id)).delete()

    assert send_digest() == 1


def test_one_mail_tells_of_all_editions(peer, edition, sapt):
    for one in (edition, EditionFactory(symbol="wsis-2028")):
        happened(one, "planned")

    assert send_digest() == 1

    assert digests(peer)[0]["Subject"] == "[wsis-2027, wsis-2028] to be composed: 2"


def test_a_copy_that_is_not_armed_tells_nobody(peer, edition, sapt):
    happened(edition, "planned")
    Arming.objects.all().delete()

    assert send_digest() == 0
    assert not peer.taken


def test_many_troubles_are_counted_and_not_all_named(peer, edition, sapt):
    happened(edition, "failed", 52)

    send_digest()

    text = digests(peer)[0].get_content()
    assert text.count("office@example.org, failed") == 50
    assert "… and 2 more." in text


@pytest.mark.parametrize("events", [1, 3])
def test_a_digest_costs_the_same_for_one_event_and_for_three(
    peer, edition, sapt, events, django_assert_num_queries
):
    happened(edition, "failed", events)
    send_digest(timezone.now() - 10 * MINUTE)

    with django_assert_num_queries(QUERIES):
        assert send_digest() == 1


def test_the_command_says_how_many_digests_left(peer, edition, sapt, capsys):
    happened(edition, "planned")

    call_command("send_digest")

    assert capsys.readouterr().out == "1 digest handed over.\n"
