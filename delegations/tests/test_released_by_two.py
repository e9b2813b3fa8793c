"""One drafter alone changes neither what offices are sent, nor where their links go."""

import datetime as dt
from io import StringIO

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.urls import reverse

from invitations.letters.composing_queue import compose_or_say_why
from invitations.models import ForumEdition, HeldChange, Language, Letter, Mission
from invitations.reminders.planning import queue_reminders
from invitations.tests.desk import as_sent, choose, page_of
from invitations.tests.factories import MemberStateFactory
from invitations.tests.letters.drafts import claimed
from invitations.tests.reading import message_of

pytestmark = pytest.mark.django_db

WEDNESDAY = dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC)
LAST_STEP = dt.datetime(2026, 12, 2, 12, tzinfo=dt.UTC)
ELSEWHERE = "elsewhere@example.org"


@pytest.fixture
def demonstration(monkeypatch, letters_not_set_in_type):
    monkeypatch.setenv("DEMO_PASSWORD", "of-the-tests-alone")
    for language in Language.values * 3:
        MemberStateFactory(language=language)
    with time_machine.travel(WEDNESDAY):
        call_command("demo", stdout=StringIO(), stderr=StringIO())
    return ForumEdition.objects.get()


def changed_by_one(client, drafter, row, **values):
    client.force_login(drafter)
    sent = as_sent(client.get(page_of(row)))
    assert client.post(page_of(row), {**sent, **values}).status_code == 302


def released_by(client, user):
    client.force_login(user)
    waiting = HeldChange.objects.waiting()
    marks = " ".join(f"{change.pk}:{change.mark}" for change in waiting)
    url = reverse("admin:invitations_heldchange_changelist")
    sent = {"answered": "yes", "reason": "", "marks": marks}
    choose(client, url, "release_selected", *waiting, **sent)


def composed(pks):
    for pk in pks:
        assert compose_or_say_why(claimed(pk))
    letters = Letter.objects.filter(pk__in=pks)
    addresses = {address for letter in letters for _line, address in letter.recipients}
    return [message_of(letter) for letter in letters], addresses


def test_reminders_leave_as_they_were_released_until_a_second_person_releases(
    demonstration, client
):
    drafter, approver = (User.objects.get(username=name) for name in ("drafter", "approver"))
    with time_machine.travel(LAST_STEP):
        queue_reminders()
        planned = list(Letter.objects.planned().values_list("pk", flat=True))
        before, after = planned[: len(planned) // 2], planned[len(planned) // 2 :]
        states = Letter.objects.filter(pk__in=planned).values("invitation__member_state")
        missions = Mission.objects.filter(states__in=states).distinct()
        assert len(before) > 2
        changed_by_one(
            client, drafter, demonstration, contact_email=ELSEWHERE, contact_name_en="Rupert"
        )
        for mission in missions:
            changed_by_one(client, drafter, mission, emails=f"{mission.pk}.{ELSEWHERE}")

        mails, addresses = composed(before)

        assert not any(ELSEWHERE in address for address in addresses)
        assert not any(ELSEWHERE in str(mail.items()) + text_of_mail(mail) for mail in mails)

        drafter.groups.add(Group.objects.get(name="Approvers"))
        released_by(client, drafter)
        assert HeldChange.objects.waiting().count() == missions.count() + 1

        released_by(client, approver)
        mails, addresses = composed(after)

        assert not HeldChange.objects.waiting().exists()
        assert {address.partition(".")[2] for address in addresses if "focal" not in address} == {
            ELSEWHERE
        }
        assert {mail["Reply-To"] for mail in mails} == {ELSEWHERE}


def text_of_mail(mail):
    return mail.get_body(("plain",)).get_content()
