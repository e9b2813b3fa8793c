import pytest
import time_machine
from django.utils import translation

from delegations.tests.office.statement.statements import speaking


@pytest.fixture(autouse=True)
def in_february(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    with time_machine.travel("2027-02-10T09:00Z", tick=False), translation.override("en"):
        yield


@pytest.fixture
def invitation():
    return speaking("Ruritania")
