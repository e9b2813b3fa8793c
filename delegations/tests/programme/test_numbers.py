"""A speaker has one number: on the public list, at the desk, in the binder and for machines."""

import csv
import datetime as dt
import re

import pytest
import time_machine
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from delegations.desk.archive import archive_edition
from delegations.desk.binder.rows import binder_sessions
from delegations.models import SpeakingSlot
from delegations.programme.sessions import publish_hours
from delegations.tests.api.published import OF_EDITION, published_edition, session_of, speaker_of
from delegations.tests.offices import text
from invitations.admin.list_columns import change_url
from invitations.models import MemberState, Reply
from invitations.tests.desk import as_sent, told
from invitations.tests.factories import MemberStateFactory, ReplyFactory

pytestmark = pytest.mark.django_db

SLOTS = reverse("admin:delegations_speakingslot_changelist")
STATES = ("Ruritania", "Strelsau", "Zenda")


@pytest.fixture(autouse=True)
def in_march():
    with time_machine.travel("2027-03-10T09:00Z", tick=False):
        yield


@pytest.fixture
def session():
    """A session whose second speaker of three has sent regrets since."""
    session = session_of(published_edition())
    for position, name in enumerate(STATES, start=1):
        speaker_of(session, MemberStateFactory(short_name=name), position)
    withdraws(session, "Strelsau")
    return session


def withdraws(session, name):
    invitation = session.edition.invitations.get(member_state__short_name_en=name)
    invitation.replies.update(status=Reply.Status.SUPERSEDED)
    ReplyFactory(invitation=invitation, answer="regrets")


def test_the_public_list_counts_who_speaks(client, session):
    page = text(client.get(f"/speakers/{session.edition.symbol}/"))

    items = re.findall(r"<li> <strong>(\w+)</strong>", page)
    assert items == ["Ruritania", "Zenda"]


def test_machines_read_the_numbers_of_the_public_list(client, session):
    iso2 = dict(MemberState.objects.values_list("iso2", "short_name_en"))

    told = client.get(f"{OF_EDITION}/speakers").json()["items"]

    assert [(one["position"], iso2[one["state"]]) for one in told] == [
        (1, "Ruritania"),
        (2, "Zenda"),
    ]


def test_the_binder_prints_the_numbers_of_the_public_list(session):
    [printed] = binder_sessions(session.edition)

    assert [row[:2] for row in printed.speakers] == [[["1"], ["Ruritania"]], [["2"], ["Zenda"]]]


def test_the_desk_shows_the_number_beside_the_place_that_is_kept(admin_client, session):
    page = admin_client.get(SLOTS)

    rows = {str(one.delegation.member_state): one for one in page.context["cl"].result_list}
    shown = page.context["cl"].model_admin
    numbers = {name: (shown.number(row), row.position) for name, row in rows.items()}
    assert numbers == {"Ruritania": (1, 1), "Strelsau": (None, 2), "Zenda": (2, 3)}


@pytest.mark.parametrize("number", [1, 3])
def test_numbers_take_no_query_for_each_speaker(session, django_assert_num_queries, number):
    SpeakingSlot.objects.filter(position__gt=number).delete()

    with django_assert_num_queries(1):
        assert len(SpeakingSlot.objects.numbered()) == number


def test_messages_history_and_deletion_know_no_other_number(admin_client, session):
    slot = session.slots.get(position=3)
    url = change_url(slot)

    opened = admin_client.get(url)
    saved = admin_client.post(url, as_sent(opened) | {"minutes": 7}, follow=True)
    deletion = admin_client.get(f"{url.removesuffix('change/')}delete/")

    name = str(slot.delegation)
    assert f">{name}</a>” was changed" in told(saved)[0]
    assert f"3. {name}" not in text(deletion)
    assert LogEntry.objects.get_for_object(slot).latest("pk").object_repr == name
    assert '">2</div>' in text(opened)


@pytest.mark.parametrize("action", ["move_selected", "swap_selected"])
def test_who_is_moved_is_asked_about_with_the_number_of_the_list(admin_client, session, action):
    chosen = [one.pk for one in session.slots.filter(position__in=[1, 3])]

    page = admin_client.post(SLOTS, {"action": action, "_selected_action": chosen})

    told_of = [about for _pk, _row, about in page.context["rows"]]
    assert told_of == [f"{session}, Number on the list: {number}" for number in (1, 2)]


def archived(session, folder):
    archive_edition(session.edition, folder)
    with (folder / "speakers.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_archive_has_the_hours_that_two_people_approved(session, tmp_path):
    publish_hours(session, timezone.now())
    approved = session.starts_at
    type(session).objects.update(starts_at=approved + dt.timedelta(minutes=1))

    begins = {row["begins"] for row in archived(session, tmp_path / "archive")}

    assert begins == {f"{approved.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%S}+00:00"}


def test_in_the_archive_each_has_its_number_and_who_speaks_no_more_has_none(session, tmp_path):
    found = [(row["number"], row["state"]) for row in archived(session, tmp_path / "archive")]

    slots = session.slots.order_by("position").values_list("delegation__member_state__iso3")
    assert found == [*zip(["1", "", "2"], [state for (state,) in slots], strict=True)]
