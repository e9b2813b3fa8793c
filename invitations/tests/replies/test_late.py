"""Which reply is late: one whose answer was first given after the last day."""

import pytest
import time_machine
from django.urls import reverse

from invitations.models import Reply
from invitations.outbox.corrections.succession import carry_over
from invitations.replies import record_reply
from invitations.tests.factories import EditionFactory, InvitationFactory, UserFactory
from invitations.tests.replies.replying import IN_PERSON, REGRETS

pytestmark = pytest.mark.django_db

# The last day of the factories' edition is 31 March 2027.
IN_TIME, LATER, LAST = "2027-03-20T09:00Z", "2027-04-02T09:00Z", "2027-04-03T09:00Z"
PHONE = {"respondent_phone": "+41 22 555 01 00"}


@pytest.fixture
def said():
    """Say something at an hour, and return the reply as lists and pages read it."""
    invitation = InvitationFactory(edition=EditionFactory())

    def say(at, words, **how_it_came):
        with time_machine.travel(at, tick=False):
            reply = record_reply(invitation, words, **how_it_came)
        assert Reply.objects.get(pk=reply.pk).is_late == listed(reply).is_late
        return listed(reply)

    return say


def listed(reply):
    return Reply.objects.with_first_received().get(pk=reply.pk)


def test_an_answer_in_time_that_is_corrected_after_the_last_day_is_not_late(said):
    said(IN_TIME, IN_PERSON)

    assert not said(LATER, IN_PERSON | PHONE).is_late


def test_another_answer_after_the_last_day_is_late_and_so_is_its_correction(said):
    said(IN_TIME, REGRETS)

    assert said(LATER, IN_PERSON).is_late
    assert said(LAST, IN_PERSON | PHONE).is_late


def test_who_comes_back_to_its_answer_in_time_after_another_one_is_late(said):
    for at, words in ((IN_TIME, IN_PERSON), (LATER, REGRETS)):
        said(at, words)

    assert said(LAST, IN_PERSON).is_late


def test_paper_that_confirms_after_the_last_day_what_was_said_in_time_is_not_late(said):
    said(IN_TIME, IN_PERSON)

    by_fax = said(LATER, IN_PERSON, channel="fax", by=UserFactory())

    assert (by_fax.status, by_fax.is_late) == ("confirming", False)


def test_a_contradiction_that_waits_is_late_and_breaks_no_line(said):
    said(IN_TIME, IN_PERSON)

    contested = said(LATER, REGRETS, channel="fax", by=UserFactory())

    assert contested.is_late
    assert not said(LAST, IN_PERSON | PHONE).is_late


def test_what_was_set_aside_or_was_to_follow_was_no_answer_in_time(said):
    said(IN_TIME, {"answer": "holding"})
    first = said(IN_TIME, IN_PERSON)
    Reply.objects.filter(pk=first.pk).update(status="set_aside")

    assert said(LATER, IN_PERSON | PHONE).is_late


def test_what_is_carried_over_is_as_late_as_it_was(said):
    said(IN_TIME, IN_PERSON)
    corrected = said(LATER, IN_PERSON | PHONE)
    new = InvitationFactory(edition=corrected.invitation.edition)

    with time_machine.travel(LAST, tick=False):
        carry_over(corrected, new, UserFactory())

    assert not new.replies.get().is_late


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_for_all_late_ones_at_once(
    admin_client, django_assert_max_num_queries, number
):
    edition = EditionFactory()
    for at in (IN_TIME, LATER):
        with time_machine.travel(at, tick=False):
            for invitation in edition.invitations.all() or InvitationFactory.create_batch(
                number, edition=edition
            ):
                record_reply(invitation, IN_PERSON | ({"remarks": "Two."} if at == LATER else {}))

    with django_assert_max_num_queries(20):
        rows = admin_client.get(reverse("admin:invitations_reply_changelist")).context["cl"]

    assert [row.is_late for row in rows.result_list] == [False] * 2 * number


def test_a_successor_who_confirms_what_was_carried_over_in_time_is_not_late(said):
    said(IN_TIME, IN_PERSON)
    corrected = said(LATER, IN_PERSON | PHONE)
    new = InvitationFactory(edition=corrected.invitation.edition)

    with time_machine.travel(LAST, tick=False):
        carry_over(corrected, new, UserFactory())
        confirmed = record_reply(new, IN_PERSON)

    assert not Reply.objects.get(pk=confirmed.pk).is_late
    assert not listed(confirmed).is_late


def test_a_successor_who_confirms_what_was_said_too_late_is_late(said):
    late = said(LATER, IN_PERSON)
    new = InvitationFactory(edition=late.invitation.edition)

    with time_machine.travel(LAST, tick=False):
        carry_over(late, new, UserFactory())
        confirmed = record_reply(new, IN_PERSON)

    assert listed(confirmed).is_late
