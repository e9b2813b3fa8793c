"""What offices answered is told to who may open the replies, on no page to anybody else."""

import pytest
from django.urls import reverse

from delegations.models import PolicyStatement
from invitations.admin.list_columns import change_url, list_url
from invitations.models import CallListEntry, Invitation
from invitations.tests.desk import signed_in
from invitations.tests.factories import ReplyFactory, StepFactory

pytestmark = pytest.mark.django_db

MAY = (
    "view_invitation", "change_invitation", "view_policystatement", "change_policystatement",
    "view_calllistentry", "take_out_lists",
)  # fmt: skip


@pytest.fixture
def reply():
    return ReplyFactory(answer="regrets", respondent_phone="+41 22 555 01 99")


@pytest.mark.parametrize("sees", [True, False])
def test_the_list_of_invitations_tells_the_answer_to_who_reads_replies(client, reply, sees):
    signed_in(client, *MAY, *(["view_reply"] if sees else []))
    url = list_url(Invitation)

    listed = client.get(url)
    by_answer = client.get(url, {"answer": "in_person"}).context["cl"].result_count
    own = client.get(change_url(reply.invitation)).text
    file = client.post(reverse("admin:invitations_invitation_take_out"), {"kind": "csv"})

    assert ("regrets" in listed.text.lower()) == sees
    assert by_answer == (0 if sees else 1)
    assert ("regrets" in own.lower()) == sees
    assert (b"regrets" in file.getvalue()) == sees


def test_who_is_silent_is_told_to_who_reads_invitations_alone(client, reply):
    signed_in(client, *MAY)

    silent = client.get(list_url(Invitation), {"answer": "silent"})

    assert silent.context["cl"].result_count == 0


@pytest.mark.parametrize(("sees", "found"), [(True, 200), (False, 400)])
@pytest.mark.parametrize(
    ("model", "asked"),
    [(PolicyStatement, {"agrees": "no"}), (Invitation, {"reconfirmed": "changed"})],
)
def test_no_list_is_filtered_by_what_its_reader_may_not_open(client, model, asked, sees, found):
    signed_in(client, *MAY, *(["view_reply"] if sees else []))

    page = client.get(list_url(model))

    assert (f"?{next(iter(asked))}=" in page.text) == sees
    assert client.get(list_url(model), asked).status_code == found


def test_the_call_list_tells_who_is_to_be_called_and_no_answer(client, reply):
    CallListEntry.objects.create(
        invitation=reply.invitation,
        step=StepFactory(medium="call", days_before=2),
        reply_before=reply.invitation.edition.reply_before,
    )
    signed_in(client, *MAY)

    page = client.get(list_url(CallListEntry)).text

    assert reply.invitation.minister.to_emails in page
    assert "regrets" not in page
    assert reply.respondent_phone not in page


@pytest.mark.parametrize(("sees", "found"), [(True, 200), (False, 403)])
@pytest.mark.parametrize("page", ["desk:board", "desk:sheet"])
def test_board_and_sheet_open_to_who_reads_replies(client, reply, page, sees, found):
    signed_in(client, *MAY, *(["view_reply"] if sees else []))

    assert client.get(reverse(page)).status_code == found
    assert (reverse("desk:board") in client.get(reverse("admin:index")).text) == sees


@pytest.mark.parametrize("sees", [True, False])
def test_the_first_page_counts_answers_and_doubts_for_who_reads_replies(client, reply, sees):
    signed_in(client, *MAY, *(["view_reply"] if sees else []))

    page = client.get(reverse("admin:index"))

    assert bool(page.context["answers"]) == sees
    assert ("Answers of the States" in page.text) == sees
