"""What repeats a personal datum where nobody looks for it goes along, and nothing looks damaged."""

import pytest
import time_machine
from auditlog.models import LogEntry
from django.urls import reverse

from delegations.models import Delegate
from delegations.tests.desk.erasure.erased import NIGHT, at_night, came, over
from invitations.admin.list_columns import change_url
from invitations.tests.desk import composed_letter
from invitations.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_files")]


@pytest.fixture
def clock():
    with time_machine.travel(NIGHT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def edition(clock):
    edition = over()
    came(edition)
    return edition


def test_who_was_moved_to_a_later_edition_keeps_the_history(clock, edition):
    later = came(over(months=60), "Rudolf Rassendyll")
    moved = Delegate.objects.get(delegation__edition=edition)
    moved.delegation, moved.role = later, "adviser"
    moved.save()

    at_night(clock)

    assert LogEntry.objects.get_for_object(moved).filter(changes__name__1=moved.name).exists()


def test_the_internet_address_of_an_office_goes_and_that_of_staff_stays(clock, edition):
    delegate, by = Delegate.objects.get(), UserFactory()
    for actor in (None, by):
        entry = LogEntry.objects.log_create(delegate.delegation, action=1, changes={}, actor=actor)
        LogEntry.objects.filter(pk=entry.pk).update(remote_addr="192.0.2.7", remote_port=99)

    at_night(clock)

    assert LogEntry.objects.get(remote_addr="192.0.2.7").actor == by
    assert LogEntry.objects.get(remote_port=99).actor == by


def test_a_mail_whose_words_were_erased_does_not_look_damaged(admin_client, edition):
    mail = composed_letter(
        invitation=edition.invitations.get(), kind="receipt", variant="delegation",
        message="", message_sha256="3" * 64,
    )  # fmt: skip

    page = admin_client.get(change_url(mail)).content.decode()

    assert reverse("admin:invitations_letter_plain", args=[mail.pk]) not in page
