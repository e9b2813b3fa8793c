"""List actions that ask first: what they say of too many rows, and of rows that are gone."""

import pytest
from django.contrib import admin
from django.urls import reverse

from invitations.admin.list_columns import list_url
from invitations.models import Invitation, Letter
from invitations.tests.desk import choose, composed_letter, signed_in, told
from invitations.tests.factories import InvitationFactory, LetterFactory

pytestmark = pytest.mark.django_db

INVITATIONS = reverse("admin:invitations_invitation_changelist")
WITHDRAWN = {"answered": "yes", "reason": "A change of government."}


@pytest.fixture
def desk(client):
    signed_in(client, "view_invitation", "change_invitation")
    return client


@pytest.mark.parametrize("answer", [{}, WITHDRAWN])
def test_more_rows_than_may_be_chosen_are_refused_before_and_after_the_page(
    desk, monkeypatch, answer
):
    monkeypatch.setattr("invitations.admin.confirming.LARGEST_SELECTION", 1)
    invitations = InvitationFactory(), InvitationFactory()

    response = choose(desk, INVITATIONS, "withdraw_selected", *invitations, **answer)

    assert told(response) == ["Choose at most 1 rows at a time."]
    assert Invitation.objects.issued().count() == 2


def test_rows_that_are_gone_meanwhile_are_counted(desk):
    kept, *gone = InvitationFactory(), InvitationFactory(), InvitationFactory()
    page = choose(desk, INVITATIONS, "withdraw_selected", kept, *gone)
    assert told(page) == []

    Invitation.objects.filter(pk__in=[one.pk for one in gone]).delete()
    response = choose(desk, INVITATIONS, "withdraw_selected", kept, *gone, **WITHDRAWN)

    assert told(response) == ["2 rows are not there any more.", "1 invitation withdrawn."]


def test_a_confirmed_action_says_so_if_its_only_row_is_gone(desk):
    gone = InvitationFactory()

    Invitation.objects.filter(pk=gone.pk).delete()
    response = choose(desk, INVITATIONS, "withdraw_selected", gone, **WITHDRAWN)

    assert told(response) == ["1 row is not there any more."]


def test_of_a_page_without_a_reason_no_row_is_called_gone(desk):
    gone = InvitationFactory()

    Invitation.objects.filter(pk=gone.pk).delete()
    response = choose(desk, INVITATIONS, "withdraw_selected", gone, answered="yes", reason="")

    assert told(response) == []


@pytest.mark.walk
def test_a_key_that_no_row_can_have_breaks_no_action_of_any_list(admin_client, admin_user, rf):
    asked = rf.get("/admin/")
    asked.user = admin_user
    for model, page in admin.site._registry.items():
        place = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for name in page.get_actions(asked):
            response = admin_client.post(place, {"action": name, "_selected_action": ["\0", "1"]})

            assert response.status_code == 302, (place, name)


@pytest.mark.parametrize("key", ["x", "", "9" * 30, "\0", "1 OR 1=1"])
def test_rows_that_cannot_be_read_are_asked_for_once_more(desk, key):
    chosen = {"action": "withdraw_selected", "_selected_action": key}

    response = desk.post(INVITATIONS, chosen, follow=True)

    assert told(response) == [
        "Which rows are meant cannot be read: choose them in the list once more."
    ]


def test_nothing_is_asked_about_rows_with_which_it_would_be_refused(admin_client):
    composed, planned = composed_letter(), LetterFactory()

    asked = choose(admin_client, list_url(Letter), "compose_again", composed, planned)
    nothing = choose(admin_client, list_url(Letter), "compose_again", planned)

    why = "Only a letter that is not approved, or is kept back, is composed anew."
    assert [row for _pk, row, _more in asked.context["rows"]] == [composed]
    assert told(asked) == [f"{planned}: {why}"]
    assert told(nothing) == [f"{planned}: {why}"]
    assert "rows" not in nothing.context


def test_of_many_such_rows_the_first_are_named(admin_client):
    planned = [LetterFactory() for _number in range(12)]

    response = choose(admin_client, list_url(Letter), "compose_again", *planned)

    assert len(told(response)) == 11
    assert told(response)[-1] == "2 more rows are left out."
