"""On the list of correspondence a wrong record is taken up again, with a reason."""

import pytest
from django.utils import timezone

from invitations.admin.list_columns import list_url
from invitations.models import Correspondence
from invitations.replies import file_correspondence, record_reply, settle_contested
from invitations.tests.desk import choose, signed_in, told
from invitations.tests.factories import DeliveryFactory, UserFactory

LIST = list_url(Correspondence)
RIGHTS = ["view_correspondence", "change_correspondence", "change_reply"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed(reached):
    words = {"answer": "regrets"}
    return file_correspondence(reached(), UserFactory(), "fax", timezone.now(), reply_words=words)


def test_a_wrong_record_is_taken_up_again_for_a_reason(client, filed):
    signed_in(client, *RIGHTS)
    asked = choose(client, LIST, "take_up_selected", filed)
    assert "what it had replaced stands again" in asked.content.decode()

    answer = {"answered": "", "reason": "It is of Strelsau."}
    response = choose(client, LIST, "take_up_selected", filed, **answer)

    assert told(response) == ["1 waits anew."]
    filed.refresh_from_db()
    assert (filed.invitation, filed.dealt_with_at) == (None, None)
    assert filed.replies.get().settlement_reason == "It is of Strelsau."


def test_an_acknowledgement_that_has_left_is_told(client, filed):
    signed_in(client, *RIGHTS)
    DeliveryFactory(letter=filed.replies.get().acknowledgements.get(), arrived=True)

    answer = {"answered": "", "reason": "It is of Strelsau."}
    response = choose(client, LIST, "take_up_selected", filed, **answer)

    assert any("Its acknowledgement has left already" in one for one in told(response))


def test_an_office_whose_replies_all_stand_no_more_is_told_of(client, filed):
    signed_in(client, *RIGHTS)
    of_office = record_reply(filed.invitation, {"answer": "in_person"})
    settle_contested(of_office, UserFactory(), "By telephone.", stands=False)

    answer = {"answered": "", "reason": "It is of Strelsau."}
    response = choose(client, LIST, "take_up_selected", filed, **answer)

    assert any("record the one that holds anew" in one for one in told(response))


def test_what_waits_already_is_told_before_anything_is_asked(client):
    signed_in(client, *RIGHTS)
    waiting = Correspondence.objects.create(channel="fax")

    response = choose(client, LIST, "take_up_selected", waiting)

    assert any("It waits already" in one for one in told(response))


@pytest.mark.parametrize("missing", ["change_correspondence", "change_reply"])
def test_taking_up_needs_the_rights_to_record_and_to_choose(client, filed, missing):
    signed_in(client, *[right for right in RIGHTS if right != missing])

    choose(client, LIST, "take_up_selected", filed, answered="", reason="It is of Strelsau.")

    filed.refresh_from_db()
    assert filed.dealt_with_at
