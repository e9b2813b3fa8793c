"""What goes wrong with one item of a job makes it pause, and keeps no other."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from invitations.models import Setback
from invitations.setbacks import each_apart

pytestmark = pytest.mark.django_db


def raising(words):
    def act():
        raise ValueError(words)

    return act


def one():
    return 1


def test_no_pause_is_longer_because_a_clock_ran_ahead():
    with time_machine.travel(timezone.now() + dt.timedelta(days=10)):
        each_apart("send_digest", [("wsis-2027", raising("no"))])

    assert each_apart("send_digest", [("wsis-2027", one)]) == 1
    assert not Setback.objects.exists()
