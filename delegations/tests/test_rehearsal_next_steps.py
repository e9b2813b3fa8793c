"""A rehearsal of an edition that asks for speaker, head and text after a yes."""

import json
import sqlite3
from contextlib import closing

import pytest

from delegations.tests.rehearsals import edition_of_seventeen, rehearse
from invitations.models import Invitation, NextStep
from invitations.tests.factories import StepFactory

pytestmark = pytest.mark.django_db
ASKED = """
    SELECT step.asks_for, letter.recipients, letter.waits_because
    FROM invitations_letter letter JOIN invitations_reminderstep step ON step.id = letter.step_id
    WHERE step.asks_for != '' AND letter.state != 'cancelled'
"""
NO_ADDRESS = "There is no address on file for this letter."


@pytest.fixture
def copied(tmp_path):
    """Ask the database of the copy; all offices but three have a focal point on file."""
    edition = edition_of_seventeen()
    for days_before, what in ((5, "speaker"), (4, "head"), (3, "text")):
        StepFactory(
            edition=edition, days_before=days_before, asks_for=what, variant=what, audience="focal"
        )
    for invitation in Invitation.objects.order_by("pk")[3:]:
        focal = f"focal-{invitation.pk}@example.org"
        Invitation.objects.filter(pk=invitation.pk).update(focal_point_email=focal)
    folder = tmp_path / "walked"
    rehearse("wsis-2027", folder=folder, seed="a")
    with closing(sqlite3.connect(folder / "wsis_forum.sqlite3")) as database:
        yield lambda sql: database.execute(sql).fetchall()


def test_who_said_yes_is_asked_for_what_is_not_filed_by_the_focal_point_alone(copied):
    asked = copied(ASKED)

    addresses = [one for _what, to, _why in asked for _line, one in json.loads(to)]
    waits = {why for _what, to, why in asked if json.loads(to) == []}
    assert {what for what, _to, _why in asked} <= set(NextStep.values)
    assert addresses
    assert all(one.startswith(("focal-", "mission")) for one in addresses), asked
    assert waits <= {NO_ADDRESS}
