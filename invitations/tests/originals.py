"""Heads of State and the originals of their letters, from the draft to the receipt."""

import datetime as dt

from django.utils import timezone

from invitations.files.frozen import freeze
from invitations.letters.approval import approve_letter
from invitations.models.delivery import Step
from invitations.outbox.originals import (
    Done,
    hand_over_paper,
    keep_scan,
    record_step,
    take_back_paper,
    take_back_step,
)
from invitations.tests.factories import UserFactory


def approved(letter):
    return approve_letter(
        letter, UserFactory(), letter.sha256, letter.message_sha256, although_late=True
    )


def done(days_ago=0, **words):
    said = {"channel": "hand"} | words
    return Done(timezone.localdate() - dt.timedelta(days=days_ago), **said)


def brought(letter, until, by=None, day=None):
    """Record all steps up to this one, each on that day or today."""
    for step in Step:
        way = "hand" if step == Step.HANDED_OVER else ""
        said = Done(day or timezone.localdate(), channel=way)
        record_step(letter, step, by or UserFactory(), said)
        if step == until:
            return letter
    return letter


# The verbs, each with the record that keeps who acted


def original_of(make):
    return approved(make.composed(rank_id="HOS"))


def recording_a_step(make, by):
    letter = original_of(make)
    record_step(letter, "printed", by, Done(timezone.localdate()))
    return letter


def taking_a_step_back(make, by):
    letter = original_of(make)
    record_step(letter, "printed", UserFactory(), Done(timezone.localdate()))
    take_back_step(letter, "printed", by, "Not yet.")
    return letter


def keeping_a_scan(make, by):
    letter = original_of(make)
    brought(letter, Step.RECEIPT)
    keep_scan(letter, by, freeze(b"%PDF receipt", "scans", "pdf"))
    return letter


def handing_over(make, by):
    letter = original_of(make)
    brought(letter, Step.SIGNED)
    letter.original_steps.create(step=Step.HANDED_OVER, done_on=timezone.localdate())
    hand_over_paper(letter, by, Done(timezone.localdate(), channel="hand"))
    return letter.deliveries.get()


def taking_paper_back(make, by):
    letter = original_of(make)
    brought(letter, Step.HANDED_OVER)
    take_back_paper(letter, by, "Not yet.")
    return letter.deliveries.get()


ORIGINAL_ACTS = {
    record_step: recording_a_step,
    take_back_step: taking_a_step_back,
    keep_scan: keeping_a_scan,
    hand_over_paper: handing_over,
    take_back_paper: taking_paper_back,
}
