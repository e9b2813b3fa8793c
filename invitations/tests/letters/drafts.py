"""Letters that wait to be composed."""

from invitations.letters.composing_queue import claim_to_compose, note_records
from invitations.tests.factories import CircularFactory, InvitationFactory


def drafted(**fields):
    draft = InvitationFactory(status="draft", issued_at=None, **fields)
    if not draft.edition.circulars.exists():
        CircularFactory(edition=draft.edition)
    return draft


def claimed(key):
    """The letter under a worker's lease, by its key."""
    return claim_to_compose(*note_records([key]))
