"""What all templates of the admin are given."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_pages_of_the_admin_can_say_why_nothing_leaves(admin_client, client):
    pages = admin_client.get(reverse("admin:index")), client.get(reverse("admin:login"))

    assert all("why_mute" in page.context for page in pages)


def test_public_pages_are_given_nothing_of_the_outbox(client):
    page = client.get(reverse("office:home"))

    assert page.status_code == 200
    assert "why_mute" not in page.context
