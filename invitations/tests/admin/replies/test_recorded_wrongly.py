"""A reply that was recorded from paper by mistake: its page leads to what puts it right."""

import pytest
from django.urls import reverse

from invitations.admin.list_columns import change_url
from invitations.models import Correspondence
from invitations.tests.desk import signed_in
from invitations.tests.factories import InvitationFactory, ReplyFactory

pytestmark = pytest.mark.django_db

ADD = reverse("admin:invitations_correspondence_add")
LIST = reverse("admin:invitations_correspondence_changelist")
REGISTRAR = [f"{act}_{name}" for act in ("add", "view") for name in ("correspondence", "reply")]


def test_the_page_of_a_reply_from_paper_leads_to_what_puts_it_right(client):
    invitation = InvitationFactory()
    filed = Correspondence.objects.create(invitation=invitation, channel="fax")
    reply = ReplyFactory(invitation=invitation, channel="fax", correspondence=filed)
    online = ReplyFactory(invitation=invitation, answer="video", status="contested")
    ways = [f"{ADD}?invitation={invitation.pk}", f"{LIST}?pk={filed.pk}"]

    signed_in(client, *REGISTRAR, "change_correspondence")
    page, other = (client.get(change_url(one)).text for one in (reply, online))

    assert [f'href="{way}"' in page for way in ways] == [True, True]
    assert [one.pk for one in client.get(ways[1]).context["cl"].result_list] == [filed.pk]
    assert client.get(ways[0]).status_code == 200
    assert ["Recorded wrongly?" in one for one in (page, other)] == [True, False]
    assert [">Settled<" in "".join(one.split()) for one in (page, other)] == [False, True]


def test_who_records_nothing_is_not_led_there(client):
    filed = Correspondence.objects.create(invitation=InvitationFactory(), channel="fax")
    reply = ReplyFactory(invitation=filed.invitation, channel="fax", correspondence=filed)

    signed_in(client, "view_reply", "view_correspondence")

    assert "Recorded wrongly?" not in client.get(change_url(reply)).text
