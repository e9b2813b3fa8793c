"""Letters that wait to be composed."""

from invitations.tests.factories import CircularFactory, InvitationFactory


def drafted(**fields):
    draft = InvitationFactory(status="draft", issued_at=None, **fields)
    if not draft.edition.circulars.exists():
        CircularFactory(edition=draft.edition)
    return draft
