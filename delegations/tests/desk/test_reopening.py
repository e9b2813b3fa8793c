"""What the page of a State says of replies that were taken up again."""

import pytest
from django.utils import timezone

from invitations.admin.list_columns import list_url, state_url
from invitations.inbox.recording import record_filed
from invitations.inbox.reopening import take_up_again
from invitations.models import CallListEntry
from invitations.replies import file_correspondence, record_reply, settle_contested
from invitations.tests.factories import InvitationFactory, StepFactory, UserFactory

pytestmark = pytest.mark.django_db

BY_MISTAKE = "What was recorded for this office by mistake was set aside: "
PHONE = "+999 5550 100"


@pytest.fixture
def invitation():
    return InvitationFactory()


def by_fax(invitation, answer, **words):
    words = {"answer": answer, **words}
    now = timezone.now()
    return file_correspondence(invitation, UserFactory(), "fax", now, reply_words=words)


def page_of(client, invitation):
    return client.get(state_url(invitation.edition, invitation.member_state))


def settled(response):
    lines = [line["words"] for line in response.context["timeline"]]
    return [words for words in lines if "set aside" in words or "this one stands" in words]


@pytest.mark.parametrize("answer", ["regrets", "holding"])
def test_a_fax_that_was_typed_wrongly_is_not_one_of_two_that_differ(
    admin_client, invitation, answer
):
    filed = by_fax(invitation, answer)
    take_up_again(filed, UserFactory(), "It says that she comes.")
    filed.refresh_from_db()
    record_filed(filed, invitation, UserFactory(), {"answer": "in_person"})

    said = settled(page_of(admin_client, invitation))

    assert [words.startswith(BY_MISTAKE) for words in said] == [True]


def test_of_two_that_differ_each_is_told_as_it_was_chosen(admin_client, invitation):
    record_reply(invitation, {"answer": "in_person"})
    chosen = by_fax(invitation, "regrets").replies.get()
    settle_contested(chosen, UserFactory(), "By telephone.", stands=True)

    said = settled(page_of(admin_client, invitation))

    assert [words.startswith("Of two replies that differ") for words in said] == [True, True]


def test_the_telephone_of_another_state_is_offered_on_no_page(admin_client, invitation):
    filed = by_fax(invitation, "regrets", respondent_phone=PHONE)
    CallListEntry.objects.create(
        invitation=invitation, step=StepFactory(medium="call"), reply_before=timezone.localdate()
    )
    take_up_again(filed, UserFactory(), "It is of Strelsau.")

    for page in (page_of(admin_client, invitation), admin_client.get(list_url(CallListEntry))):
        assert PHONE not in page.content.decode()
