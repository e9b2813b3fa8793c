"""Whatever the sidebar shows to a person, their search finds by its name."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation

from invitations.admin.navigation import navigation
from invitations.tests.factories import UserFactory

pytestmark = [pytest.mark.walk, pytest.mark.django_db]
GROUPS = (
    "Drafters", "Approvers", "Registrars", "Speakers' desk", "Partnership team", "Readers", None,
)  # fmt: skip


@pytest.mark.parametrize("group", GROUPS)
def test_search_finds_each_page_that_the_sidebar_shows(client, rf, group):
    request = rf.get("/")
    request.user = UserFactory(is_superuser=group is None)
    if group:
        request.user.groups.add(Group.objects.get(name=group))
    client.force_login(request.user)
    with translation.override("en"):
        shown = [
            (str(page["title"]), str(page["link"]))
            for part in navigation(request)
            for page in part["items"]
        ]

    for title, link in shown:
        results = client.post(reverse("admin:search"), {"s": title}).context["results"]
        assert link in [found.link for found in results], title
