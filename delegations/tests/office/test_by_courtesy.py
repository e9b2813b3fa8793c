"""An office invited by courtesy reads whose answer the statement follows before it answers."""

import pytest

from delegations.tests.offices import browser, invited, page_of, text, words_of
from invitations.models import HeldChange, Invitation
from invitations.tests.factories import InvitationFactory, MinisterFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

FOLLOWS = "The policy statement follows another minister’s answer."


@pytest.fixture
def principal():
    return invited("Ruritania")


@pytest.fixture
def courtesy(principal):
    minister = MinisterFactory(member_state=principal.member_state, family_name="Sapt")
    return InvitationFactory(edition=principal.edition, minister=minister, is_principal=False)


def summary_of(invitation, answer):
    client = browser(invitation)
    words = words_of(invitation, answer=answer, step="check")
    return text(client.post(page_of(invitation), words, follow=True))


def test_it_is_told_before_the_answer_and_no_answer_is_hidden(principal, courtesy):
    own, other = (browser(one).get(page_of(one)) for one in (courtesy, principal))

    assert FOLLOWS in text(own)
    assert FOLLOWS not in text(other)
    assert own.content.count(b'name="answer"') == other.content.count(b'name="answer"') == 7


@pytest.mark.parametrize(("answer", "told"), [("in_person", True), ("regrets", False)])
def test_the_summary_tells_it_of_an_answer_that_would_bring_a_statement(courtesy, answer, told):
    assert (FOLLOWS in summary_of(courtesy, answer)) == told


def test_where_no_other_is_the_principal_one_the_statement_follows_its_own_answer(
    principal, courtesy
):
    Invitation.objects.filter(pk=principal.pk).update(status="withdrawn")

    assert FOLLOWS not in text(browser(courtesy).get(page_of(courtesy)))


def test_where_no_answer_brings_a_statement_none_is_spoken_of(principal, courtesy):
    edition = courtesy.edition
    edition.answers_offered = ["attends_only", "regrets"]
    edition.save(update_fields=["answers_offered"])
    HeldChange.objects.all().delete()

    assert FOLLOWS not in text(browser(courtesy).get(page_of(courtesy)))
