"""What is recorded of a paper, where an edition has not all segments that there are."""

import pytest
from django.urls import reverse

from invitations.models import Reply
from invitations.tests.factories import EditionFactory, InvitationFactory

pytestmark = pytest.mark.django_db


def test_segments_that_no_edition_offers_are_not_to_be_recorded(admin_client):
    EditionFactory(segments_offered=["opening"])
    EditionFactory(segments_offered=["opening", "networking"])

    page = admin_client.get(reverse("admin:invitations_correspondence_add"))

    boxes = page.context["adminform"].form.fields["segments"].choices
    assert [value for value, _label in boxes] == ["opening", "networking"]
    assert "WSIS Prizes" not in page.content.decode()


@pytest.mark.parametrize(("segment", "is_taken"), [("part_2", False), ("prizes", True)])
def test_a_segment_that_another_edition_has_is_none_of_this_office(admin_client, segment, is_taken):
    EditionFactory(own_segments_en="Opening by the host\nVisit to the river")
    words = {
        "invitation": InvitationFactory().pk,
        "channel": "fax",
        "received_at_0": "2026-11-20",
        "received_at_1": "09:30",
        "answer": "in_person",
        "segments": [segment],
    }

    shown = admin_client.post(reverse("admin:invitations_correspondence_add"), words)

    refused = "The edition of this invitation has these segments:" in shown.content.decode()
    assert refused != is_taken
    assert list(Reply.objects.values_list("segments", flat=True)) == ([[segment]] * is_taken)
