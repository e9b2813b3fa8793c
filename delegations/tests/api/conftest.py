"""An edition of which something is published, and the day on which it is read."""

import pytest
import time_machine

from delegations.tests.api.published import published_edition


@pytest.fixture
def in_march():
    with time_machine.travel("2027-03-10T09:00Z", tick=False):
        yield


@pytest.fixture
def edition():
    return published_edition()
