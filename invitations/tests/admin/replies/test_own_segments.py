"""What is recorded of a paper, where an edition has not all segments that there are."""

import pytest
from django.urls import reverse

from invitations.tests.factories import EditionFactory

pytestmark = pytest.mark.django_db


def test_segments_that_no_edition_offers_are_not_to_be_recorded(admin_client):
    EditionFactory(segments_offered=["opening"])
    EditionFactory(segments_offered=["opening", "networking"])

    page = admin_client.get(reverse("admin:invitations_correspondence_add"))

    boxes = page.context["adminform"].form.fields["segments"].choices
    assert [value for value, _label in boxes] == ["opening", "networking"]
    assert "WSIS Prizes" not in page.content.decode()
