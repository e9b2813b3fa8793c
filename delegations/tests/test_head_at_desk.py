"""The desk replaces the head of a delegation on one page, in one save."""

import pytest
from django.contrib.auth.models import Permission

from delegations.models import Delegate, Delegation, DelegationChange
from delegations.tests.offices import coming, text
from delegations.tests.test_stale_forms_at_desk import opened, page_url
from invitations.tests.desk import browser_of
from invitations.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


@pytest.fixture
def delegation():
    invitation = coming("Ruritania")
    delegation = Delegation.objects.create(
        edition=invitation.edition, member_state=invitation.member_state
    )
    for name, role in (("Sapt", "adviser"), ("Flavia", "head"), ("Fritz", "deputy")):
        Delegate.objects.create(delegation=delegation, name=name, role=role)
    return delegation


def roles():
    return dict(Delegate.objects.values_list("name", "role"))


def test_two_people_change_their_roles(admin_client, delegation):
    sent = opened(admin_client, delegation)

    admin_client.post(
        page_url(delegation), sent | {"delegates-0-role": "head", "delegates-1-role": "adviser"}
    )

    assert roles() == {"Sapt": "head", "Flavia": "adviser", "Fritz": "deputy"}
    noted = DelegationChange.objects.order_by("subject").values_list("subject", "fields")
    assert list(noted) == [("Flavia", ["role"]), ("Sapt", ["role"])]


def test_who_may_not_delete_changes_their_roles_too(delegation):
    may = Permission.objects.filter(codename__regex="^(view|change)_delegate$|^view_delegation$")
    may |= Permission.objects.filter(codename="change_delegation")
    user = UserFactory(is_staff=True)
    user.user_permissions.set(may)
    client = browser_of(user)
    sent = opened(client, delegation)

    client.post(
        page_url(delegation), sent | {"delegates-0-role": "head", "delegates-1-role": "adviser"}
    )

    assert roles()["Sapt"] == "head"


@pytest.mark.parametrize("old", [{"delegates-1-DELETE": "on"}, {"delegates-1-role": "adviser"}])
def test_a_new_person_takes_the_place_of_the_head(admin_client, delegation, old):
    new = {"delegates-TOTAL_FORMS": 4, "delegates-3-role": "head", "delegates-3-name": "Rupert"}
    new["delegates-3-delegation"] = delegation.pk

    admin_client.post(page_url(delegation), opened(admin_client, delegation) | new | old)

    assert roles()["Rupert"] == "head"
    assert roles().get("Flavia") == old.get("delegates-1-role")


def test_a_person_takes_the_place_of_the_head_who_is_deleted(admin_client, delegation):
    change = {"delegates-0-role": "head", "delegates-1-DELETE": "on"}

    admin_client.post(page_url(delegation), opened(admin_client, delegation) | change)

    assert roles() == {"Sapt": "head", "Fritz": "deputy"}


def test_two_heads_are_refused_and_so_is_one_beside_a_head_named_meanwhile(
    admin_client, delegation
):
    sent = opened(admin_client, delegation)
    two = admin_client.post(page_url(delegation), sent | {"delegates-0-role": "head"})
    Delegate.objects.filter(name="Flavia").update(role="adviser")
    Delegate.objects.create(delegation=delegation, name="Rupert", role="head")
    sent = {name: words for name, words in sent.items() if "seen" not in name}
    beside = admin_client.post(
        page_url(delegation), sent | {"delegates-0-role": "head", "delegates-1-role": "adviser"}
    )

    assert "A delegation has one head." in text(two)
    assert "A delegation has one head." in text(beside)
    assert roles()["Sapt"] == "adviser"
