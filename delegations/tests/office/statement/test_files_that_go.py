"""A file that no row names any more is taken from the store a day later, and no other is."""

import datetime as dt

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone

from delegations.models import PolicyStatement, StatementText
from delegations.tests.office.statement.statements import announced, file, photo, send, speaking
from delegations.tests.offices import browser, page_of
from invitations.admin.taking_out.background import take_out_lists
from invitations.models import Arming
from invitations.outbox.arming import arm

pytestmark = pytest.mark.django_db

DAY = dt.timedelta(days=1, minutes=1)


@pytest.fixture(autouse=True)
def _armed(settings, invitation):
    settings.ARMING_KEY = arm()


@pytest.fixture
def client(invitation):
    client = browser(invitation)
    announced(client, invitation)
    send(client, invitation, file(b"We thank you.", "thanks.txt"), photo=photo())
    return client


def take_photo_off(client, invitation):
    seen = PolicyStatement.objects.get(delegation__member_state=invitation.member_state)
    words = {"invitation": invitation.pk, "seen": seen.photo_sha256}
    client.post(reverse("office:photo_off", args=[invitation.pk]), words)


def a_day_later():
    with time_machine.travel(timezone.now() + DAY, tick=False):
        take_out_lists()


def kept(tmp_path):
    return sorted(path.suffix for path in tmp_path.rglob("*.*"))


def test_a_photo_that_was_taken_off_is_kept_for_a_day_and_goes(client, invitation, tmp_path):
    take_photo_off(client, invitation)
    take_out_lists()
    assert kept(tmp_path) == [".png", ".txt"]

    a_day_later()

    assert kept(tmp_path) == [".txt"]


def test_of_a_photo_that_was_replaced_the_new_one_stays(client, invitation, tmp_path):
    send(client, invitation, photo=photo("red"))

    a_day_later()

    assert kept(tmp_path) == [".png", ".txt"]
    assert default_storage.exists(PolicyStatement.objects.get().photo.name)


def test_a_photo_that_is_filed_again_within_the_day_stays(client, invitation, tmp_path):
    take_photo_off(client, invitation)
    send(client, invitation, photo=photo())

    a_day_later()

    assert client.get(page_of(invitation, "photo")).status_code == 200


def test_a_photo_that_is_filed_again_after_it_went_is_there(client, invitation, tmp_path):
    take_photo_off(client, invitation)
    a_day_later()

    send(client, invitation, photo=photo())

    assert client.get(page_of(invitation, "photo")).status_code == 200


def test_the_same_photo_of_another_state_stays(client, invitation):
    other = speaking("Hentzau")
    announced(browser(other), other)
    send(browser(other), other, photo=photo())
    # As both were filed once, under one name.
    PolicyStatement.objects.update(photo=PolicyStatement.objects.first().photo.name)
    take_photo_off(client, invitation)

    a_day_later()

    assert browser(other).get(page_of(other, "photo")).status_code == 200


def test_the_photo_of_a_statement_that_the_desk_deletes_goes(client, admin_client, tmp_path):
    StatementText.objects.all().delete()
    statement = PolicyStatement.objects.get()
    url = reverse("admin:delegations_policystatement_delete", args=[statement.pk])
    admin_client.post(url, {"post": "yes"})

    a_day_later()

    assert not PolicyStatement.objects.exists()
    assert kept(tmp_path) == [".txt"]


def test_a_copy_of_the_database_takes_no_file_away(client, invitation, tmp_path):
    take_photo_off(client, invitation)
    Arming.objects.all().delete()

    a_day_later()

    assert kept(tmp_path) == [".png", ".txt"]
