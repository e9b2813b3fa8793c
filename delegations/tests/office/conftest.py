import pytest

from delegations.tests.offices import invited


@pytest.fixture
def invitation():
    return invited("Ruritania")
