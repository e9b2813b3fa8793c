"""An alternate approves and releases in an approver's place, on the days that were named."""

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.urls import reverse

from invitations.models import Alternate, HeldChange
from invitations.outbox.release import release_change
from invitations.tests.conftest import frozen_letter, reached
from invitations.tests.factories import UserFactory

__all__ = ["frozen_letter", "reached"]

pytestmark = pytest.mark.django_db

RELEASE = "invitations.release_heldchange"


def approver():
    user = UserFactory()
    user.groups.add(Group.objects.get(name="Approvers"))
    return user


@pytest.fixture
def alternate():
    user = UserFactory()
    Alternate.objects.create(
        approver=approver(), alternate=user, from_on="2027-03-01", until_on="2027-03-05"
    )
    return user


def may(user, permission=RELEASE):
    return User.objects.get(pk=user.pk).has_perm(permission)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2027-02-28 12:00Z", False),
        ("2027-03-01 12:00Z", True),
        ("2027-03-05 12:00Z", True),
        ("2027-03-06 12:00Z", False),
    ],
)
def test_an_alternate_may_release_on_the_named_days(alternate, at, expected):
    with time_machine.travel(at):
        assert may(alternate) is expected
        assert may(alternate, "invitations.approve_letter") is expected
        assert not may(alternate, "invitations.change_lettertemplate")


@time_machine.travel("2027-03-02 12:00Z")
def test_nothing_is_lent_by_who_may_not_or_has_left(alternate):
    lender = User.objects.get(alternates__alternate=alternate)
    lender.is_active = False
    lender.save()
    assert not may(alternate)

    lender.is_active = True
    lender.save()
    lender.groups.clear()
    assert not may(alternate)


@time_machine.travel("2027-03-02 12:00Z")
def test_what_is_lent_is_not_lent_on(alternate):
    third = UserFactory()
    Alternate.objects.create(
        approver=alternate, alternate=third, from_on="2027-03-01", until_on="2027-03-05"
    )

    assert not may(third)


@time_machine.travel("2027-03-02 12:00Z")
def test_an_alternate_releases_no_change_of_their_own(alternate, reached):
    minister = reached().minister
    minister.to_emails = "new@example.org"
    minister.save()
    change = HeldChange.objects.get()
    change.contributors.add(alternate)

    with pytest.raises(ValidationError, match="you changed it"):
        release_change(change, alternate, change.mark)


def test_an_approver_names_an_alternate_for_oneself_alone(client):
    user, other = approver(), UserFactory()
    client.force_login(user)
    words = {"alternate": other.pk, "from_on": "2027-03-01", "until_on": "2027-03-05"}

    client.post(reverse("admin:invitations_alternate_add"), {**words, "approver": other.pk})
    named = Alternate.objects.get()
    assert (named.approver, named.alternate) == (user, other)

    client.force_login(approver())
    page = reverse("admin:invitations_alternate_change", args=[named.pk])
    assert client.post(page, {**words, "until_on": "2028-03-05"}).status_code == 403


def test_nobody_is_their_own_alternate(client):
    user = approver()
    client.force_login(user)

    page = client.post(
        reverse("admin:invitations_alternate_add"),
        {"alternate": user.pk, "from_on": "2027-03-01", "until_on": "2027-03-05"},
    )

    assert "another person than the approver" in page.content.decode()
    assert not Alternate.objects.exists()


def test_an_approver_deletes_alternates_of_their_own_one_by_one(client, alternate):
    """Others' rows stand in the same list: a deletion of many would be refused for them."""
    lender = User.objects.get(alternates__alternate=alternate)
    listed, own = reverse("admin:invitations_alternate_changelist"), Alternate.objects.get()
    client.force_login(lender)
    Alternate.objects.create(
        approver=approver(), alternate=lender, from_on="2027-03-01", until_on="2027-03-05"
    )

    form = client.get(listed).context["action_form"]
    client.post(reverse("admin:invitations_alternate_delete", args=[own.pk]), {"post": "yes"})

    assert not form or "delete_selected" not in dict(form.fields["action"].choices)
    assert not Alternate.objects.filter(approver=lender).exists()
