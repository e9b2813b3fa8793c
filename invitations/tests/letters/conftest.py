import pytest

from invitations.letters.approval import recompose_letter
from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter
from invitations.replies import record_reply
from invitations.tests.factories import MissionFactory, UserFactory


@pytest.fixture
def acknowledged(reached, approved_texts):
    """Make a reply, compose its acknowledgements, and give them by variant."""

    def make(words, **fields):
        reply = record_reply(reached(**fields), words)
        compose_planned()
        return {letter.variant: letter for letter in reply.acknowledgements.all()}

    return make


@pytest.fixture
def minister_without_address(composed):
    """Make a composed letter that goes on paper; the State's mission has an address."""

    def make():
        letter = composed(to_emails="", cc_emails="")
        MissionFactory(emails="mission@example.org").states.add(letter.invitation.member_state)
        recompose_letter(letter, UserFactory())
        compose_planned()
        return Letter.objects.get(state="composed")

    return make
