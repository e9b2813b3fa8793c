"""The secretariat's groups: made once, and never over what an administrator has decided."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from delegations.groups import (
    MORE_PERMISSIONS,
    NAMES,
    WRITTEN_BY_GROUP,
    grant_group_permissions,
    permissions_of,
)
from invitations.tests.desk import of_group

pytestmark = pytest.mark.django_db


def granted():
    return set(Group.objects.values_list("name", "permissions__codename"))


def test_each_group_may_what_stands_in_its_list():
    listed = {(name, code) for name in WRITTEN_BY_GROUP for code in permissions_of(name)}

    assert granted() == listed
    assert set(MORE_PERMISSIONS) <= set(WRITTEN_BY_GROUP)


def test_a_role_is_named_in_the_language_of_the_page(client):
    assert list(WRITTEN_BY_GROUP) == NAMES
    client.force_login(of_group("Readers"))
    client.cookies["django_language"] = "fr"
    # A name that has been in the catalogue for long.
    Group.objects.filter(name="Drafters").update(name="received at")

    roles = client.get(reverse("admin:auth_group_roles")).text
    listed = client.get(reverse("admin:invitations_mission_changelist")).text

    assert ["date de réception" in page for page in (roles, listed)] == [True, True]
    assert "received at" not in roles + listed


def test_groups_granted_again_are_as_before(historical):
    before = granted()

    grant_group_permissions(historical)

    assert granted() == before


def test_what_an_administrator_took_from_a_group_or_gave_to_it_stays(historical):
    readers = Group.objects.get(name="Readers")
    readers.permissions.remove(Permission.objects.get(codename="view_minister"))
    readers.permissions.add(Permission.objects.get(codename="change_mission"))
    before = granted()

    grant_group_permissions(historical)

    assert granted() == before


def test_a_group_that_is_missing_is_made_with_all_that_it_may(historical):
    before = granted()
    Group.objects.get(name="Registrars").delete()

    grant_group_permissions(historical)

    assert granted() == before
