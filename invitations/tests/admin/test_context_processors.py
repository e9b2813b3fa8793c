"""What all templates of the admin are given."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_pages_of_the_admin_can_say_why_nothing_leaves(admin_client):
    page = admin_client.get(reverse("admin:index"))

    assert "reason_sending_is_off" in page.context


def test_public_pages_are_given_nothing_of_the_outbox(client):
    pages = client.get(reverse("office:home")), client.get(reverse("account_login"))

    assert [page.status_code for page in pages] == [200, 200]
    assert not any("reason_sending_is_off" in page.context for page in pages)
