"""What came in is described by one, while another records the reply that it brought."""

import pytest
from django.db import connection, transaction

from invitations.inbox.recording import record_filed
from invitations.letters.issuing import lock_invitation
from invitations.models import Correspondence, Reply
from invitations.tests.desk import as_sent, browser_of, page_of
from invitations.tests.factories import InvitationFactory, UserFactory
from invitations.tests.paper import on_file
from invitations.tests.races import ends_within, on_the_side

pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="Races need PostgreSQL."),
]


def test_who_says_whose_it_is_and_who_records_its_reply_do_not_wait_for_each_other():
    invitation, filed, saved = InvitationFactory(), on_file(), []
    client = browser_of(UserFactory(is_superuser=True))
    sent = as_sent(client.get(page_of(filed))) | {"invitation": invitation.pk, "sender": "Sapt"}

    with transaction.atomic():
        lock_invitation(invitation)
        saves = on_the_side(lambda: client.post(page_of(filed), sent), saved)
        ends_within(1, saves)
        record_filed(filed, invitation, UserFactory(), {"answer": "regrets"})

    assert ends_within(10, saves)
    assert saved[0].status_code in (200, 302)
    assert Reply.objects.get().invitation == Correspondence.objects.get().invitation == invitation
