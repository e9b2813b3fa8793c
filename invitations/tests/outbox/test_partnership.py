"""The partnership team hears of each interested office once, and of nothing else it said."""

import email
import email.policy

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from invitations.models import ForumEdition, HeldChange, JobError, Reply
from invitations.outbox.corrections.succession import carry_over
from invitations.outbox.partnership import tell_partnership
from invitations.replies import record_reply
from invitations.tests.factories import (
    EditionFactory,
    InvitationFactory,
    ReplyFactory,
    UserFactory,
)
from invitations.tests.races import at_once

pytestmark = pytest.mark.django_db
TEAM = "partners@example.org"


@pytest.fixture
def edition(db):
    return EditionFactory(partnership_email=TEAM)


def interested(edition, **said):
    return ReplyFactory(
        invitation__edition=edition, partnership_interest=True, remarks="SECRET",
        respondent_email="office@example.org", **said,
    )  # fmt: skip


def mails(peer):
    return [
        email.message_from_bytes(one.content, policy=email.policy.default) for one in peer.taken
    ]


def test_each_interested_office_is_told_of_once(peer, edition):
    reply = interested(edition)
    interested(edition)
    ReplyFactory(invitation__edition=edition)

    assert [tell_partnership(), tell_partnership()] == [2, 0]

    first, _second = mails(peer)
    state = str(reply.invitation.member_state)
    assert first["To"] == TEAM
    assert first["Subject"] == f"[{edition.symbol}] Interest in partnership packages: {state}"
    assert "/admin/invitations/partnershipinterest/" in first.get_content()
    for hidden in ("SECRET", "office@example.org", "in person"):
        assert hidden not in first.get_content()


def test_a_later_answer_of_the_same_office_is_not_told_of_again(peer, edition):
    reply = interested(edition)
    tell_partnership()

    record_reply(reply.invitation, {"answer": "regrets", "partnership_interest": True})

    assert tell_partnership() == 0


def test_an_answer_carried_over_to_a_successor_is_not_told_of_again(peer, edition):
    reply = interested(edition)
    tell_partnership()
    reply.refresh_from_db()
    state = reply.invitation.member_state
    successor = InvitationFactory(edition=edition, member_state=state, is_principal=False)

    carry_over(reply, successor, UserFactory())

    assert tell_partnership() == 0


def test_without_an_address_the_interest_waits_for_one(peer):
    interested(EditionFactory(partnership_email=""))
    assert tell_partnership() == 0

    ForumEdition.objects.update(partnership_email=TEAM)

    assert tell_partnership() == 1


def test_an_interest_that_was_withdrawn_before_it_was_told_is_not_told(peer, edition):
    reply = interested(edition)
    record_reply(reply.invitation, {"answer": "in_person", "partnership_interest": False})

    assert tell_partnership() == 0


def test_what_the_server_does_not_take_now_is_told_later(peer, edition):
    interested(edition)
    peer.answers["DOT"] = "451 4.3.0 later"
    assert tell_partnership() == 0

    peer.answers.clear()

    assert [tell_partnership(), tell_partnership()] == [1, 0]


def test_what_the_server_refuses_is_a_job_error_that_somebody_sees(peer, edition):
    reply = interested(edition)
    peer.answers["RCPT"] = "550 5.1.1 no such mailbox"

    assert tell_partnership() == 0

    assert JobError.objects.get().item == str(reply.pk)
    assert Reply.objects.get().partnership_informed_at is None


def test_what_may_have_arrived_is_not_sent_again(peer, edition):
    interested(edition)
    peer.hangs_up_at = "DOT"

    tell_partnership()
    peer.hangs_up_at = ""

    assert tell_partnership() == 0
    assert len(peer.taken) == 1


def test_nothing_leaves_a_copy(mail_server, edition):
    interested(edition)

    assert tell_partnership() == 0
    assert Reply.objects.get().partnership_informed_at is None


def test_the_command_does_the_same_by_hand(peer, edition, capsys):
    interested(edition)

    call_command("tell_partnership")

    assert capsys.readouterr().out == "1 mail to the partnership team handed over.\n"


def test_an_address_that_nobody_released_is_not_written_to(peer, edition, reached):
    office = reached(edition=edition)
    ReplyFactory(invitation=office, partnership_interest=True)
    edition.refresh_from_db()
    edition.partnership_email = "elsewhere@example.org"
    edition.save()
    assert HeldChange.objects.waiting().of(edition).exists()

    tell_partnership()

    assert [mail["To"] for mail in mails(peer)] == [TEAM]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite writes one at a time")
def test_two_servers_tell_once(peer, edition):
    interested(edition)

    assert sorted(at_once(tell_partnership, tell_partnership)) == [0, 1]
    assert len(peer.taken) == 1


def test_the_hour_is_on_file(peer, edition):
    interested(edition)
    now = timezone.now()

    tell_partnership(now)

    assert Reply.objects.get().partnership_informed_at == now
