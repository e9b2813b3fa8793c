"""Lists lead to the pages of States, and from one page to the next of the same list."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin
from django.urls import reverse

from delegations.models import Delegation
from invitations.admin.list_columns import state_url
from invitations.admin.mixins import LeadsToStatesMixin
from invitations.models import CallListEntry, Correspondence, Delivery, Letter
from invitations.reminders.calls import note_call
from invitations.tests.desk import signed_in
from invitations.tests.factories import (
    DeliveryFactory,
    EditionFactory,
    InvitationFactory,
    LetterFactory,
    MemberStateFactory,
    ReplyFactory,
    StepFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NAMES = ["Ruritania", "Strelsau", "Tarlenheim", "Zenda"]


@pytest.fixture
def edition():
    return EditionFactory(symbol="wsis-2027")


@pytest.fixture
def invited(edition):
    """Four States are invited, in this order."""
    return [
        InvitationFactory(
            edition=edition,
            minister__member_state=MemberStateFactory(
                short_name=name, short_name_en=name, sort_key_fr=name.upper()
            ),
        )
        for name in NAMES
    ]


def rows_of(invitation):
    """A row of each list that leads to the page of the invitation's State."""
    delivery = DeliveryFactory(letter=LetterFactory(invitation=invitation))
    about = {"edition": invitation.edition, "member_state": invitation.member_state}
    return [
        invitation,
        delivery,
        delivery.letter,
        ReplyFactory(invitation=invitation),
        Correspondence.objects.create(invitation=invitation, channel="fax"),
        CallListEntry.objects.create(
            invitation=invitation,
            step=StepFactory(edition=invitation.edition),
            reply_before=dt.date(2027, 4, 1),
        ),
        note_call(invitation, UserFactory(), "promised"),
        Delegation.objects.create(**about),
    ]


def list_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_changelist")


def page_of(invitation):
    return state_url(invitation.edition, invitation.member_state)


def beside(client, invitation, **query):
    found = client.get(page_of(invitation), query).context["beside"]
    return [one and one.name for one in (found.before, found.after)]


@pytest.mark.walk
def test_each_list_leads_to_the_page_and_back(admin_client, invited):
    rows = rows_of(invited[1])
    pages = admin.site._registry.items()
    lead_here = {model for model, page in pages if isinstance(page, LeadsToStatesMixin)}
    assert {type(row) for row in rows} == lead_here

    for row in rows:
        listed = admin_client.get(list_of(row)).content.decode()
        query = f"?list={row._meta.model_name}"

        assert f'href="{page_of(invited[1])}{query}"' in listed, row
        page = admin_client.get(page_of(invited[1]) + query)
        assert page.context["beside"].list_url == list_of(row)


def test_a_list_of_several_editions_names_that_of_each_row(admin_client, invited, edition):
    rows = [row for row in rows_of(invited[1]) if not isinstance(row, Delegation)]
    named = f'<span class="of-edition">{edition.name}</span>'
    assert [row for row in rows if named in admin_client.get(list_of(row)).text] == []

    EditionFactory(symbol="wsis-2028")

    for row in rows:
        assert named in admin_client.get(list_of(row)).text, row
        if not isinstance(row, Delivery | Letter):
            continue
        path = "letter__invitation" if isinstance(row, Delivery) else "invitation"
        chosen = {f"{path}__edition__id__exact": edition.pk}
        assert named not in admin_client.get(list_of(row), chosen).text


def test_for_an_action_the_rows_of_the_list_are_not_read(rf, invited):
    for model in {type(row) for row in rows_of(invited[1])}:
        request = rf.post("/", {"action": "any"})
        request.user = UserFactory(is_superuser=True)

        listed = admin.site._registry[model].get_changelist_instance(request)

        assert listed.result_count > 0
        assert listed.result_list._result_cache is None, model


def test_the_filter_of_the_list_goes_along(admin_client, invited):
    ReplyFactory(invitation=invited[2])
    silent = {"answer": "silent", "edition__id__exact": invited[0].edition.pk}
    row = admin_client.get(list_of(invited[0]), silent).context["cl"].result_list[1]

    page = admin_client.get(f"{page_of(row)}?{row.listed_in}")

    found = page.context["beside"]
    assert (found.before.name, found.after.name) == ("Ruritania", "Zenda")
    assert (found.place, found.total) == (2, 3)
    back = parse_qs(urlsplit(found.list_url).query)
    assert back == {name: [str(value)] for name, value in silent.items()}
    assert admin_client.get(found.after.url).context["beside"].before.name == "Strelsau"


def test_the_page_of_the_silent_leads_through_them(admin_client, invited):
    ReplyFactory(invitation=invited[1])
    page = admin_client.get(reverse("desk:silent"), {"edition": "wsis-2027"})

    [first, *_others] = page.context["rows"]

    found = admin_client.get(first["url"]).context["beside"]
    assert (found.before, found.after.name, found.total) == (None, "Tarlenheim", 3)


def test_without_a_list_one_steps_through_all_states_of_the_edition(admin_client, invited):
    InvitationFactory(minister__member_state=MemberStateFactory(sort_key_fr="SZ"))

    assert beside(admin_client, invited[0]) == [None, "Strelsau"]
    assert beside(admin_client, invited[1]) == ["Ruritania", "Tarlenheim"]
    assert beside(admin_client, invited[3]) == ["Tarlenheim", None]


def test_a_state_that_has_left_the_list_leads_back_to_it_alone(admin_client, invited):
    ReplyFactory(invitation=invited[1])

    found = beside(admin_client, invited[1], list="invitation", _changelist_filters="answer=silent")

    assert found == [None, None]


@pytest.mark.parametrize("filters", ["minister__to_emails=a", "answer=%00", "p=x", "edition=x"])
def test_a_filter_that_the_list_refuses_leads_through_all_states(admin_client, invited, filters):
    found = beside(admin_client, invited[1], list="invitation", _changelist_filters=filters)

    assert found == ["Ruritania", "Tarlenheim"]


def test_a_list_that_one_may_not_read_is_not_gone_through(client, invited):
    signed_in(client, "view_invitation")
    ReplyFactory(invitation=invited[3])

    assert beside(client, invited[1], list="reply") == ["Ruritania", "Tarlenheim"]


def test_who_may_not_open_the_page_sees_the_bare_name_in_lists(client, invited):
    signed_in(client, "view_reply")
    reply = ReplyFactory(invitation=invited[1])

    listed = client.get(list_of(reply)).content.decode()

    assert "Strelsau" in listed
    assert page_of(invited[1]) not in listed


@pytest.mark.parametrize("number", [1, 4])
def test_the_list_is_gone_through_in_as_many_queries_however_long(
    admin_client, django_assert_num_queries, edition, number
):
    made = [InvitationFactory(edition=edition) for _one in range(number)]
    page = f"{page_of(made[0])}?list=invitation&_changelist_filters=answer%3Dsilent"
    admin_client.get(page)

    with django_assert_num_queries(23 if number == 1 else 24):
        admin_client.get(page)
