import pytest

from invitations.tests.reminding import edition_with_three_steps


@pytest.fixture
def edition(db):
    return edition_with_three_steps()
