"""The list of interests in partnership: whose it is, what it shows, and who never sees it."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from invitations.models import PartnershipInterest
from invitations.tests.factories import ReplyFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = "admin:invitations_partnershipinterest_changelist"
OTHERS = ("Drafters", "Approvers", "Registrars", "Speakers' desk", "Readers")


def member(client, group):
    user = UserFactory()
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)


@pytest.fixture
def reply(db):
    return ReplyFactory(
        partnership_interest=True, respondent_name="Anton Bersonin",
        respondent_email="office@example.org", remarks="SECRET",
    )  # fmt: skip


def page_of(reply, model="partnershipinterest"):
    return reverse(f"admin:invitations_{model}_change", args=[reply.pk])


def test_the_team_sees_who_is_interested_and_whom_to_write_to(client, reply):
    ReplyFactory()
    member(client, "Partnership team")

    listed, one = client.get(reverse(LIST)), client.get(page_of(reply))

    assert [row.pk for row in listed.context["cl"].queryset] == [reply.pk]
    for page in (listed, one):
        assert "office@example.org" in page.content.decode()
        assert str(reply.invitation.member_state) in page.content.decode()
        for hidden in ("SECRET", "Comes in person", "in person"):
            assert hidden not in page.content.decode()


def test_the_team_sees_nothing_else(client, reply):
    member(client, "Partnership team")

    links = [
        str(page["link"])
        for group in client.get(reverse("admin:index")).context["sidebar_navigation"]
        for page in group["items"]
    ]

    assert client.get(page_of(reply, "reply")).status_code == 403
    assert links == [
        reverse("admin:index"),
        reverse("admin:invitations_listexport_changelist"),
        reverse(LIST),
        reverse("admin:auth_group_roles"),
    ]
    assert {client.get(link).status_code for link in links} == {200}


@pytest.mark.parametrize("group", OTHERS)
def test_nobody_else_sees_the_list(client, reply, group):
    member(client, group)

    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(page_of(reply)).status_code == 403
    take_out = reverse("admin:invitations_partnershipinterest_take_out")
    assert client.post(take_out, {"kind": "csv"}).status_code == 403


@pytest.mark.parametrize(
    ("group", "sees"), [("Speakers' desk", False), ("Readers", False), ("Registrars", True)]
)
def test_the_page_of_the_reply_says_it_to_who_records_replies_alone(client, reply, group, sees):
    member(client, group)

    page = client.get(page_of(reply, "reply")).content.decode()

    assert ("nterested in partnership" in page) == sees
    assert "SECRET" in page


def test_no_address_of_the_list_of_replies_tells_whose_interest_it_is(client, reply):
    member(client, "Speakers' desk")

    told = client.get(
        reverse("admin:invitations_reply_changelist"), {"partnership_interest__exact": "1"}
    )

    assert told.status_code in (302, 400)


def test_the_list_is_taken_out_without_the_answer(client, reply):
    member(client, "Partnership team")

    file = client.post(
        reverse("admin:invitations_partnershipinterest_take_out"), {"kind": "csv"}
    ).getvalue()

    assert b"office@example.org" in file
    assert b"SECRET" not in file


def test_an_interest_that_a_later_answer_does_not_repeat_leaves_the_list(reply):
    assert PartnershipInterest.objects.get().pk == reply.pk

    type(reply).objects.update(status="superseded")

    assert not PartnershipInterest.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_for_one_row_as_for_three(client, django_assert_num_queries, rows):
    for _row in range(rows):
        ReplyFactory(partnership_interest=True)
    member(client, "Partnership team")
    client.get(reverse(LIST))

    with django_assert_num_queries(9):
        client.get(reverse(LIST))
