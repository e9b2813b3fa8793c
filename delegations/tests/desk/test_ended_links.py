"""An invitation whose link has ended is told of where it is mended, until it has a new one."""

import pytest
from django.utils import timezone

from delegations.tests.desk.overview import needs_by_title
from delegations.tests.desk.test_offers import choose, member, offered, page_of
from invitations.admin.list_columns import change_url
from invitations.links import end_link
from invitations.models import ForumEdition, Invitation
from invitations.outbox.release import take_back_change
from invitations.tests.corrections import asked_for
from invitations.tests.factories import InvitationFactory, UserFactory

pytestmark = pytest.mark.django_db

NEED = "invitation whose link has ended: replace the link by a new one, and give it out"
OFFER = "Give it a new link"


@pytest.fixture
def taken_back():
    """An invitation whose hand-over was asked for and taken back: its minister stays."""
    invitation = InvitationFactory()
    change = asked_for(invitation)
    take_back_change(change, UserFactory(), change.mark, "She stays.")
    return Invitation.objects.get(pk=invitation.pk)


def test_a_hand_over_that_was_taken_back_leaves_a_need_that_leads_to_the_invitation(
    client, taken_back
):
    InvitationFactory(edition=taken_back.edition)
    member(client, "Drafters")

    need = needs_by_title(client)[NEED]

    assert need["count"] == 1
    assert list(client.get(need["url"]).context["cl"].queryset) == [taken_back]


def test_the_page_of_the_state_tells_it_and_offers_a_new_link(client, taken_back):
    member(client, "Drafters")
    waiting = client.get(page_of(taken_back)).context["waiting"]

    choose(client, taken_back, offered(client, taken_back)[OFFER], reason="She stays.")

    assert [url for words, url in waiting if "has ended" in words] == [change_url(taken_back)]
    assert taken_back.links.current().get().version == 2
    assert OFFER not in offered(client, taken_back)
    assert NEED not in needs_by_title(client)


def test_a_link_that_was_ended_by_hand_is_told_of_too(client):
    invitation = InvitationFactory()
    end_link(invitation, 1, UserFactory(), "It was forwarded.")
    member(client, "Drafters")

    assert needs_by_title(client)[NEED]["count"] == 1


def test_while_a_hand_over_waits_no_link_is_asked_for(client):
    invitation = InvitationFactory()
    asked_for(invitation)
    member(client, "Drafters")

    assert NEED not in needs_by_title(client)
    assert OFFER not in offered(client, invitation)


def test_once_replies_are_closed_no_link_is_missed(client, taken_back):
    ForumEdition.objects.update(replies_closed_at=timezone.now())
    member(client, "Drafters")

    assert NEED not in needs_by_title(client)


def test_who_reads_alone_is_offered_no_link(client, taken_back):
    member(client, "Readers")

    assert OFFER not in offered(client, taken_back)
    assert NEED not in needs_by_title(client)
