"""What one person does alone with the public list of speakers names that person and the hour."""

import datetime as dt

import pytest
from auditlog.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from delegations.models import SpeakingSlot
from delegations.tests.places import announced, session_of, speaking
from invitations.models import ForumEdition
from invitations.tests.desk import as_sent, browser_of, choose, of_group
from invitations.tests.factories import EditionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

BECAUSE = {"answered": "yes", "reason": "The minister’s plane is late."}
STATEMENTS = reverse("admin:delegations_policystatement_changelist")
SLOTS = reverse("admin:delegations_speakingslot_changelist")
SESSIONS = reverse("admin:delegations_highlevelsession_changelist")


def listed(session, *names):
    return [
        SpeakingSlot.objects.create(
            session=session, delegation=speaking(session.edition, name), position=place
        )
        for place, name in enumerate(names, 1)
    ]


def publishing(client, session):
    choose(client, SESSIONS, "publish", session, answered="yes")
    return [session.edition]


def withdrawing(client, session):
    ForumEdition.objects.update(speakers_published_at=timezone.now())
    choose(client, SESSIONS, "unpublish", session, **BECAUSE)
    return [session.edition]


def inscribing(client, session):
    choose(client, STATEMENTS, "inscribe_selected", announced(session, "Ruritania"), answered="yes")
    return session.slots.all()


def moving(client, session):
    first, second = listed(session, "Ruritania", "Zenda")
    move(client, second, position=1)
    return [first, second]


def moving_to_the_end(client, session):
    first, second = listed(session, "Ruritania", "Zenda")
    choose(client, SLOTS, "move_selected", first, session=session.pk, **BECAUSE)
    return [first, second]


def swapping(client, session):
    slots = listed(session, "Ruritania", "Zenda")
    choose(client, SLOTS, "swap_selected", *slots, **BECAUSE)
    return slots


def taking_off(client, session):
    [slot] = listed(session, "Ruritania")
    client.post(reverse("admin:delegations_speakingslot_delete", args=[slot.pk]), {"post": "yes"})
    return [slot]


def move(client, slot, **place):
    page = reverse("admin:delegations_speakingslot_change", args=[slot.pk])
    client.post(page, as_sent(client.get(page)) | {"move_reason": BECAUSE["reason"], **place})


ACTS = [publishing, withdrawing, inscribing, moving, moving_to_the_end, swapping, taking_off]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_history_names_who_changed_the_public_list_and_when(act):
    session = session_of(EditionFactory(), seats=3)
    person = of_group("Speakers' desk")

    records = list(act(browser_of(person), session))

    assert records
    for record in records:
        entry = LogEntry.objects.get_for_object(record).latest("pk")
        assert (entry.actor, entry.timestamp) == (person, timezone.now()), record


def test_history_names_who_set_the_hour_of_the_public_list():
    edition = EditionFactory()
    person = of_group("Drafters")
    client = browser_of(person)
    page = reverse("admin:invitations_forumedition_change", args=[edition.pk])
    hour = timezone.now() + dt.timedelta(days=3)

    sent = as_sent(client.get(page))
    day, at = f"{hour:%Y-%m-%d}", f"{hour:%H:%M}"
    client.post(page, sent | {"speakers_published_at_0": day, "speakers_published_at_1": at})

    entry = LogEntry.objects.get_for_object(edition).latest("pk")
    assert (entry.actor, [*entry.changes]) == (person, ["speakers_published_at"])
