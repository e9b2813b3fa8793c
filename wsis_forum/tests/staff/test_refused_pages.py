"""What members of staff read where a page of the desk is not for them."""

import pytest
from django.urls import reverse

from invitations.tests.desk import signed_in

pytestmark = pytest.mark.django_db


def test_staff_are_told_who_may_open_a_page_and_led_back(client):
    signed_in(client, "view_minister")

    refused = client.get(reverse("admin:invitations_minister_add"))

    page = refused.content.decode()
    assert refused.status_code == 403
    assert "Your account may not do this." in page
    assert f'href="{reverse("admin:auth_group_roles")}"' in page
    assert f'href="{reverse("admin:index")}"' in page
    assert "write to the secretariat" not in page
