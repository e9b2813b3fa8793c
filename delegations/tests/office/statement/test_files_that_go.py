"""A file that no row names any more is taken from the store a day later, and no other is."""

import datetime as dt
import io
import os

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from delegations.models import PolicyStatement, StatementText
from delegations.tests.office.statement.statements import announced, file, photo, send, speaking
from delegations.tests.offices import browser, page_of
from invitations.files.frozen import freeze
from invitations.models import Arming, DeletedFile
from invitations.outbox.arming import arm
from invitations.outbox.retention import delete_expired

pytestmark = [pytest.mark.program, pytest.mark.django_db]

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
        delete_expired()


def lying(content, folder, days=2):
    """Freeze the bytes as they lie there since so many days, and return their name."""
    name = freeze(content, folder, "jpg").name
    since = (timezone.now() - days * DAY).timestamp()
    os.utime(default_storage.path(name), (since, since))
    return name


def let_photos_go(*options):
    printed = io.StringIO()
    call_command("let_photos_go", *options, stdout=printed)
    return printed.getvalue().splitlines()


def kept(tmp_path):
    return sorted(path.suffix for path in tmp_path.rglob("*.*"))


def test_a_photo_that_was_taken_off_is_kept_for_a_day_and_goes(client, invitation, tmp_path):
    take_photo_off(client, invitation)
    delete_expired()
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


def test_photos_that_nobody_let_go_are_listed_and_go_by_a_command(client, tmp_path):
    """As they lie there from before a photo that was taken off went by itself."""
    old, letter = lying(b"of Sapt", "photos"), lying(b"%PDF", "letters")
    filed = PolicyStatement.objects.get().photo.name
    os.utime(default_storage.path(filed), (0, 0))
    listed = [old, "1 photo that no row names."]

    assert let_photos_go() == listed
    assert not DeletedFile.objects.exists()
    for _time in range(2):
        assert let_photos_go("--remove") == listed
    assert default_storage.exists(old)
    a_day_later()

    assert not default_storage.exists(old)
    assert default_storage.exists(letter)
    assert default_storage.exists(filed)
    assert let_photos_go() == ["0 photos that no row names."]


def test_a_photo_of_today_is_left_alone_by_the_command():
    lying(b"of Sapt", "photos/1", days=0)

    assert let_photos_go() == ["0 photos that no row names."]


def test_where_no_photo_was_ever_filed_the_command_finds_none():
    assert let_photos_go() == ["0 photos that no row names."]


def test_on_a_copy_of_the_database_the_command_lets_nothing_go():
    Arming.objects.all().delete()

    with pytest.raises(CommandError, match="arm_sending"):
        let_photos_go("--remove")
