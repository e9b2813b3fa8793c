"""Letters that wait to be composed."""

from invitations.letters.circulars import plan_circular, plan_notes
from invitations.letters.composing_queue import claim_to_compose, compose_planned, note_records
from invitations.letters.planning import try_waiting_again
from invitations.tests.factories import CircularFactory, InvitationFactory, MissionFactory


def drafted(**fields):
    draft = InvitationFactory(status="draft", issued_at=None, **fields)
    if not draft.edition.circulars.exists():
        CircularFactory(edition=draft.edition)
    return draft


def claimed(key):
    """The letter under a worker's lease, by its key."""
    return claim_to_compose(*note_records([key]))


def under_one_note(rank_id="MIN", **mission):
    """Return a circular to two States with one mission, its letters and then their note tried."""
    circular, post = CircularFactory(), MissionFactory(**mission)
    for _number in range(2):
        draft = InvitationFactory(
            edition=circular.edition, status="draft", issued_at=None, minister__rank_id=rank_id
        )
        post.states.add(draft.member_state)
    plan_circular(circular)
    compose_planned()
    plan_notes(circular)
    compose_planned()
    return circular


def compose_after_save():
    """Compose as the next tick does once somebody has saved a record at the desk."""
    try_waiting_again()
    return compose_planned()
