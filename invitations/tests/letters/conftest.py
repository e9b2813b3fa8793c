import pytest

from invitations.letters.composing_queue import compose_planned
from invitations.replies import record_reply


@pytest.fixture
def acknowledged(reached, approved_texts):
    """Make a reply, compose its acknowledgements, and give them by variant."""

    def make(words, **fields):
        reply = record_reply(reached(**fields), words)
        compose_planned()
        return {letter.variant: letter for letter in reply.acknowledgements.all()}

    return make
