"""Approvers hear by mail of what waits long, once, and at once of what one released alone."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.utils import timezone

from invitations.audit import acting
from invitations.models import Alternate, ForumEdition, HeldChange, JobError, Minister
from invitations.outbox.approvers import tell_approvers
from invitations.outbox.release import release_alone
from invitations.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def approver(email):
    user = UserFactory(email=email)
    user.groups.add(Group.objects.get(name="Approvers"))
    return user


def address_changed(by=None, address="new@example.org"):
    minister = Minister.objects.get()
    minister.to_emails = address
    with acting(by):
        minister.save()
    return HeldChange.objects.waiting().get()


def later(**time):
    return timezone.now() + dt.timedelta(**time)


def receivers(peer):
    return sorted(envelope for message in peer.messages for envelope in message["to"])


@pytest.fixture
def office(reached, peer):
    return reached()


def test_what_waits_four_hours_is_mailed_once_to_each_approver(office, peer):
    approver("one@example.org"), approver("two@example.org"), approver("")
    address_changed()

    assert tell_approvers(later(hours=3)) == 0
    assert tell_approvers(later(hours=5)) == 2
    assert tell_approvers(later(hours=6)) == 0


def test_a_mail_that_cannot_be_written_is_a_job_error_until_it_can(office, peer):
    person = approver("équipe@example.org")
    address_changed()

    tell_approvers(later(hours=5))
    JobError.objects.update(again_at=timezone.now())
    tell_approvers(later(hours=5))

    assert JobError.objects.get().item == str(person.pk)
    assert not HeldChange.objects.filter(told=person).exists()


def test_who_changed_it_is_not_asked_to_release_it(office, peer):
    address_changed(by=approver("one@example.org"))

    assert tell_approvers(later(hours=5)) == 0


def test_an_alternate_is_told_on_the_days_of_the_approver(office, peer):
    away, alternate = approver(""), UserFactory(email="alternate@example.org")
    Alternate.objects.create(
        approver=away, alternate=alternate, from_on="2027-03-01", until_on="2027-03-05"
    )
    address_changed()

    assert tell_approvers(dt.datetime(2027, 3, 6, 12, tzinfo=dt.UTC)) == 0
    assert tell_approvers(dt.datetime(2027, 3, 5, 12, tzinfo=dt.UTC)) == 1


def test_all_approvers_hear_at_once_of_what_one_released_alone(office, peer):
    one = approver("one@example.org")
    approver("two@example.org")
    ForumEdition.objects.update(releases_alone=True)
    HeldChange.objects.all().delete()
    change = address_changed(by=one)
    tell_approvers(later(hours=5))

    release_alone(change, one, change.mark, "The plane leaves at six.")

    assert tell_approvers() == 2


def test_a_mail_that_the_server_does_not_take_now_is_told_later(office, settings, mail_folder):
    approver("one@example.org")
    address_changed()
    mail_folder.parent.chmod(0o500)
    mail_folder.write_text("in the way")

    assert tell_approvers(later(hours=5)) == 0
    mail_folder.unlink()
    mail_folder.parent.chmod(0o700)
    assert tell_approvers(later(hours=5)) == 1


def test_the_mail_says_what_waits_and_where(office, mail_folder):
    approver("one@example.org")
    change = address_changed()
    HeldChange.objects.update(asked_at=later(hours=-5))

    call_command("tell_approvers")

    (mail,) = mail_folder.iterdir()
    words = mail.read_text().replace("=\n", "")
    assert change.named in words
    assert "/admin/invitations/heldchange/" in words
    assert "new@example.org" not in words
