import pytest

from invitations.letters.approval import recompose_letter
from invitations.letters.composing_queue import compose_planned
from invitations.models import Letter
from invitations.replies import record_reply
from invitations.tests.factories import CircularFactory, MissionFactory, UserFactory


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
        MissionFactory(emails="mission@example.org", states=[letter.invitation.member_state])
        recompose_letter(letter, UserFactory())
        compose_planned()
        return Letter.objects.get(state="composed")

    return make


@pytest.fixture
def composed_after(reached):
    """Compose a letter of a kind that follows the invitation which a minister has."""

    def make(kind, edition, **minister):
        fields = {f"minister__{name}": value for name, value in minister.items()}
        first = reached(edition=edition, **fields)
        letter = Letter.objects.create(
            invitation=first,
            circular=CircularFactory(edition=edition, kind=kind, changes="—"),
            kind=kind,
            language=first.minister.language,
            replaces=first.letters.get(),
        )
        compose_planned()
        letter.refresh_from_db()
        return letter

    return make
