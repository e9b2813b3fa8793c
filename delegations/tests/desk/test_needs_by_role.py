"""Each need is told to who may do something about it: where it leads, the act is offered."""

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from delegations.desk.needs.page import all_needs
from invitations.models import CallListEntry, DroppedScan
from invitations.tests.factories import EditionFactory, UserFactory

pytestmark = pytest.mark.django_db
GROUPS = (
    "Drafters", "Approvers", "Registrars", "Speakers' desk", "Partnership team", "Readers",
)  # fmt: skip

# Each row leads to the form in which a call is noted, or the paper recorded.
ROWS_LEAD_ON = (CallListEntry, DroppedScan)


def of_group(name):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=name))
    return user


def offers_an_act(page):
    """Whether the list offers actions, or records that its reader may change."""
    listed = page.context.get("cl")
    # A page of the desk asks for its own permission.
    if listed is None or listed.model in ROWS_LEAD_ON:
        return True
    asked, of_list = page.wsgi_request, listed.model_admin
    acts = {*of_list.get_actions(asked)} - {"export_as", "take_out"}
    changes = (of_list.has_change_permission, of_list.has_delete_permission)
    return bool(acts or any(may(asked) for may in changes) or of_list.actions_detail)


@pytest.mark.walk
@pytest.mark.parametrize("group", GROUPS)
def test_what_is_told_to_a_role_leads_to_a_page_that_offers_the_act(client, rf, group):
    edition, request = EditionFactory(moved_at=timezone.now()), rf.get("/")
    request.user = of_group(group)
    client.force_login(request.user)

    told = [need for need in all_needs(edition, request, outbox={}) if need.may]

    for need in told:
        page = client.get(need.url)
        assert page.status_code == 200, need.title % 1
        assert offers_an_act(page), need.title % 1


def test_who_may_only_read_is_told_of_no_letter_that_waits(rf):
    request = rf.get("/")
    request.user = of_group("Readers")

    needs = [need for need in all_needs(EditionFactory(), request, outbox={}) if need.may]

    assert needs == []
