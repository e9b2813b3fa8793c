import pytest
from django.utils import timezone

from invitations.tests.factories import EditionFactory, StepFactory


@pytest.fixture
def reminder(reached, frozen_letter, queued):
    """Make a reminder that is due on STEP_DAY."""

    def make(**fields):
        edition = EditionFactory()
        step = StepFactory(edition=edition)
        letter = frozen_letter(
            invitation=reached(edition=edition),
            kind="reminder",
            step=step,
            reply_before=edition.reply_before,
            leave_before=edition.deadline,
            planned_at=timezone.now(),
        )
        return queued(letter, **{"leave_before": edition.deadline} | fields)

    return make
