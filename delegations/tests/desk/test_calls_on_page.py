"""A call is noted on the page of the State, on any day, and told in its timeline."""

import datetime as dt

import pytest
from django.utils import timezone

from invitations.admin.list_columns import state_url
from invitations.models import TelephoneCall
from invitations.reminders.calls import note_call, strike_call
from invitations.tests.desk import signed_in, told
from invitations.tests.factories import (
    InvitationFactory,
    MinisterFactory,
    ReplyFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

MAY = ("view_invitation", "view_telephonecall", "add_telephonecall", "view_reply")


def page_of(invitation):
    return state_url(invitation.edition, invitation.member_state)


def noting(client, invitation, outcome="promised", query="", **words):
    now = timezone.localtime()
    typed = {"invitation": invitation.pk, "outcome": outcome, "at_0": f"{now:%Y-%m-%d}"}
    typed |= {"at_1": f"{now:%H:%M}", **words}
    data = {f"call-{name}": value for name, value in typed.items()}
    return client.post(page_of(invitation) + query, data)


def test_a_call_is_noted_and_told_and_the_list_is_not_lost(client):
    caller, invitation = signed_in(client, *MAY, username="sapt"), InvitationFactory()
    query = "?list=invitation&_changelist_filters=answer%3Dsilent"

    answer = noting(client, invitation, query=query, whom="Fritz", fact="They answer on Monday.")

    assert answer.url == page_of(invitation) + query
    page = client.get(answer.url)
    assert told(page) == ["The call is noted."]
    [line] = [one for one in page.context["timeline"] if one["words"].startswith("Telephoned")]
    assert (line["words"], line["who"], line["more"]) == (
        "Telephoned: a reply is promised.",
        "sapt",
        "Fritz, They answer on Monday.",
    )
    assert TelephoneCall.objects.get().by == caller


def test_a_refused_call_loses_nothing_of_what_was_typed(client):
    signed_in(client, *MAY)

    page = noting(client, InvitationFactory(), "call_back", fact="In a meeting.")

    assert page.context["call"].errors == {"next_call_on": ["Say on which day to call back."]}
    assert page.context["call"]["fact"].value() == "In a meeting."
    assert 'id="call" open' in page.content.decode()
    assert not TelephoneCall.objects.exists()


def test_no_more_than_two_hundred_characters_are_taken(client):
    signed_in(client, *MAY)

    page = noting(client, InvitationFactory(), fact="x" * 201)

    assert list(page.context["call"].errors) == ["fact"]


def test_who_may_not_note_calls_is_offered_no_form_and_is_refused(client):
    signed_in(client, "view_invitation")
    invitation = InvitationFactory()

    assert client.get(page_of(invitation)).context["call"] is None
    assert noting(client, invitation).status_code == 403
    assert not TelephoneCall.objects.exists()


def test_a_call_to_the_office_of_another_state_cannot_be_noted_here(client):
    signed_in(client, *MAY)
    here, elsewhere = InvitationFactory(), InvitationFactory()

    client.post(page_of(here), {"call-invitation": elsewhere.pk, "call-outcome": "promised"})

    assert not TelephoneCall.objects.exists()


def test_of_two_ministers_one_says_whose_office_was_called(client):
    signed_in(client, *MAY)
    first = InvitationFactory()
    minister = MinisterFactory(member_state=first.member_state, family_name="Strelsau")
    second = InvitationFactory(edition=first.edition, minister=minister, is_principal=False)

    noting(client, second)

    assert TelephoneCall.objects.get().invitation == second


def test_the_next_call_waits_until_the_office_has_answered(client):
    signed_in(client, *MAY)
    invitation, day = InvitationFactory(), timezone.localdate() + dt.timedelta(days=3)
    note_call(invitation, UserFactory(), "call_back", next_call_on=day)

    [(words, _url)] = client.get(page_of(invitation)).context["waiting"]
    assert words.startswith("To be called again on ")

    ReplyFactory(invitation=invitation)
    assert client.get(page_of(invitation)).context["waiting"] == []


def test_a_struck_note_stays_with_its_reason(client):
    signed_in(client, *MAY)
    call = note_call(InvitationFactory(), UserFactory(), "promised", whom="Fritz")
    strike_call(call, UserFactory(username="sapt"), "It was another State.")

    struck, noted, _drafted = client.get(page_of(call.invitation)).context["timeline"]

    assert struck["words"].startswith("The note of a call on ")
    assert (struck["who"], struck["more"]) == ("sapt", "It was another State.")
    assert noted["more"] == "Fritz, struck"
