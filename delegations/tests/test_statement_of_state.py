"""A State has one statement: it follows the answer to its principal invitation."""

import uuid

import pytest
from django.core.exceptions import ValidationError

from delegations.models import Delegation, PolicyStatement, SpeakingSlot
from delegations.nominations import nominate_delegate
from delegations.office.on_file import read_on_file
from delegations.statements import submit_statement
from delegations.tests.offices import browser, coming, page_of, text
from delegations.tests.places import session_of
from delegations.tests.states import PERSON, STATEMENT
from invitations.letters.issuing import withdraw_invitation
from invitations.models import NextStep
from invitations.replies import record_reply
from invitations.tests.factories import InvitationFactory, MinisterFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


@pytest.fixture
def principal():
    """An office that speaks, with its statement on the list of speakers."""
    invitation = coming("Ruritania")
    statement = submit_statement(invitation, STATEMENT, "")
    SpeakingSlot.objects.create(
        session=session_of(invitation.edition),
        delegation=statement.delegation,
        position=1,
    )
    return invitation


@pytest.fixture
def courtesy(principal):
    """An office of the same State, invited by courtesy, that would speak."""
    minister = MinisterFactory(member_state=principal.member_state, family_name="Sapt")
    invitation = InvitationFactory(
        edition=principal.edition, minister=minister, is_principal=False, status="issued"
    )
    record_reply(invitation, {"answer": "in_person"})
    return invitation


def standing():
    """Return how many statements, speakers and slots stand."""
    statements = PolicyStatement.objects
    found = statements.standing(), statements.heard(), SpeakingSlot.objects.standing()
    return [one.count() for one in found]


def test_regrets_by_courtesy_undo_no_statement(principal, courtesy):
    record_reply(courtesy, {"answer": "regrets"})

    assert standing() == [1, 1, 1]


def test_a_yes_by_courtesy_keeps_no_statement_beside_the_principal_s_regrets(principal, courtesy):
    record_reply(principal, {"answer": "regrets"})

    assert standing() == [0, 0, 0]
    assert Delegation.objects.standing().count() == 1


def test_of_a_state_whose_principal_invitation_was_withdrawn_another_answers(principal, courtesy):
    withdraw_invitation(principal, UserFactory(), "It was sent to another State.")

    assert standing() == [1, 1, 1]


def test_no_statement_is_announced_by_courtesy_while_the_state_is_silent(principal, courtesy):
    principal.replies.update(status="set_aside")

    with pytest.raises(ValidationError, match="once an answer with a statement stands"):
        submit_statement(courtesy, STATEMENT | {"title": "On trust"}, "")


def test_people_are_named_by_courtesy_while_the_state_is_silent(principal, courtesy):
    principal.replies.update(status="set_aside")

    nominate_delegate(courtesy, PERSON | {"name": "Sapt"}, uuid.uuid4())

    assert read_on_file(courtesy).left_to_do == [NextStep.HEAD]


def test_an_office_invited_by_courtesy_reads_whom_the_statement_follows(principal, courtesy):
    record_reply(principal, {"answer": "regrets"})
    client = browser(courtesy)

    answer = text(client.get(page_of(courtesy)))
    statement = text(client.get(page_of(courtesy, "statement")))

    assert "follows the answer of another minister of your State" in answer
    assert "please write to us" in statement
    assert "Announce the policy statement" not in answer


def test_beside_a_state_that_speaks_an_office_by_courtesy_may_change_the_statement(courtesy):
    page = text(browser(courtesy).get(page_of(courtesy, "statement")))

    assert "please write to us" not in page
    assert PolicyStatement.objects.get().speaker_name in page
