"""What was typed at the desk is not lost, however its session has ended meanwhile."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from wsis_forum.tests.staff.people import LOGIN, member, sign_in

pytestmark = pytest.mark.django_db
CONTINUE = reverse("staff_continue")
PAGE = reverse("admin:invitations_mission_add")
TYPED = {"name": "Mission of Ruritania", "emails": "a@example.org\nb@example.org"}
EVENING = dt.datetime(2027, 3, 5, 18, tzinfo=dt.UTC)


@pytest.fixture
def clock():
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield lambda **passed: traveller.shift(dt.timedelta(**passed))


@pytest.mark.parametrize("away", [{"hours": 15}, {"hours": 64}], ids=["a night", "a weekend"])
def test_what_was_typed_before_a_night_is_kept_for_its_author(client, clock, away):
    user = member(is_superuser=True)
    sign_in(client, user)
    clock(**away)

    answer = client.post(PAGE, TYPED)
    sign_in(client, user)
    kept = client.get(CONTINUE)

    assert answer.url == f"{LOGIN}?next={CONTINUE.replace('/', '%2F')}"
    assert set(kept.context["fields"]) == set(TYPED.items())
