import pytest
import time_machine
from django.utils import translation

from delegations.tests.offices import Browser


@pytest.fixture(autouse=True)
def in_february():
    with time_machine.travel("2027-02-10T09:00Z"), translation.override("en"):
        yield


@pytest.fixture
def client():
    return Browser()
