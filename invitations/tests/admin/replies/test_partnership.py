"""The list of interests in partnership: whose it is, what it shows, and who never sees it."""

import datetime as dt

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from invitations.audit import Act, record_act
from invitations.letters.issuing import withdraw_invitation
from invitations.models import PartnershipInterest, Reply
from invitations.tests.corrections import asked_for, released_by
from invitations.tests.factories import InvitationFactory, ReplyFactory, UserFactory

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
        reverse(LIST),
        reverse("admin:auth_group_roles"),
    ]
    assert {client.get(link).status_code for link in links} == {200}


def test_the_history_of_an_interest_tells_nothing_of_the_answer(client, reply):
    record_act(Reply.objects.get(), Act.CHOSEN, UserFactory(), reason="The note regrets.")
    history = reverse("admin:invitations_partnershipinterest_history", args=[reply.pk])
    member(client, "Partnership team")

    page = client.get(history)

    assert page.status_code == 200
    assert "The note regrets." not in page.content.decode()


@pytest.mark.parametrize("group", OTHERS)
def test_nobody_else_sees_the_list(client, reply, group):
    member(client, group)

    assert client.get(reverse(LIST)).status_code == 403
    assert client.get(page_of(reply)).status_code == 403
    take_out = reverse("admin:invitations_partnershipinterest_take_out")
    assert client.post(take_out, {"kind": "csv"}).status_code == 403


@pytest.mark.parametrize("group", [*OTHERS, None], ids=str)
def test_the_page_of_the_reply_says_it_to_nobody(client, reply, group):
    user = UserFactory(is_superuser=group is None)
    user.groups.set(Group.objects.filter(name=group))
    client.force_login(user)

    page = client.get(page_of(reply, "reply")).content.decode()

    assert "nterested in partnership" not in page
    assert "SECRET" in page


def test_whoever_records_a_paper_reply_ticks_it_and_reads_it_nowhere_again(client):
    invitation = InvitationFactory()
    member(client, "Registrars")
    form = reverse("admin:invitations_correspondence_add")
    asked = "nterested in partnership packages"
    assert asked in client.get(form).content.decode()

    now = timezone.localtime()
    came = {"channel": "fax", "received_at_0": f"{now:%Y-%m-%d}", "received_at_1": "00:00"}
    said = {"answer": "regrets", "partnership_interest": "on"}
    shown = client.post(form, {"invitation": invitation.pk, **came, **said}, follow=True)

    (interest,) = PartnershipInterest.objects.all()
    assert interest.invitation == invitation
    for page in (shown, client.get(page_of(interest, "reply"))):
        assert page.status_code == 200
        assert asked not in page.content.decode()


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


def by_fax(reply, status="confirming", **said):
    return ReplyFactory(invitation=reply.invitation, channel="fax", status=status, **said)


def test_an_interest_that_came_with_a_confirming_answer_is_listed():
    online = ReplyFactory(channel="online")
    fax = by_fax(online, partnership_interest=True)

    assert [row.pk for row in PartnershipInterest.objects.all()] == [fax.pk]


def test_an_office_that_asked_twice_is_listed_once(reply):
    fax = by_fax(reply, partnership_interest=True)

    assert [row.pk for row in PartnershipInterest.objects.all()] == [fax.pk]


def test_an_answer_that_confirms_without_asking_again_takes_no_interest_away(reply):
    by_fax(reply)

    assert [row.pk for row in PartnershipInterest.objects.all()] == [reply.pk]


@pytest.mark.parametrize("status", ["contested", "superseded", "set_aside"])
def test_an_answer_that_is_not_in_force_asks_for_nothing(status):
    by_fax(ReplyFactory(channel="online"), status, partnership_interest=True)

    assert not PartnershipInterest.objects.exists()


def test_an_interest_that_a_later_answer_by_another_channel_does_not_repeat_is_over():
    online = ReplyFactory(channel="online", status="superseded")
    by_fax(online, partnership_interest=True)
    ReplyFactory(invitation=online.invitation, channel="online")

    assert not PartnershipInterest.objects.exists()


def test_an_interest_on_paper_that_came_before_the_last_answer_is_over_when_it_is_recorded():
    online = ReplyFactory(channel="online")
    came = online.received_at - dt.timedelta(days=3)

    fax = by_fax(online, partnership_interest=True, received_at=came)

    assert fax.pk > online.pk
    assert not PartnershipInterest.objects.exists()


def test_an_interest_that_a_later_answer_does_not_repeat_leaves_the_list(reply):
    assert PartnershipInterest.objects.get().pk == reply.pk

    type(reply).objects.update(status="superseded")

    assert not PartnershipInterest.objects.exists()


def test_who_is_invited_no_more_leaves_the_list_and_a_successor_stands_there_once(reply):
    change = asked_for(reply.invitation, letter="later")
    successor = released_by(change)

    assert [row.invitation for row in PartnershipInterest.objects.all()] == [successor]

    withdraw_invitation(successor, UserFactory(), "By mistake.")

    assert not PartnershipInterest.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_for_one_row_as_for_three(client, django_assert_num_queries, rows):
    for _row in range(rows):
        ReplyFactory(partnership_interest=True)
    member(client, "Partnership team")
    client.get(reverse(LIST))

    with django_assert_num_queries(9):
        client.get(reverse(LIST))
