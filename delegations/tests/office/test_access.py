import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from delegations.tests.offices import browser, invited, page_of, text, words_of
from delegations.tests.rows import all_rows
from invitations.links import replace_link
from invitations.models import Invitation, Reply
from invitations.replies import record_reply
from invitations.tests.factories import ReplyFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]


# Who may see it


def test_the_page_names_state_minister_and_last_day(invitation):
    page = text(browser(invitation).get(page_of(invitation)))

    above_the_button = page[: page.index("Check the reply")]
    assert above_the_button.count("Ruritania") >= 2
    assert above_the_button.count("Flavia Elphberg") == 2
    assert page.count("Minister of Posts of Ruritania") == 1
    assert "before 1 April 2027: the last day is 31 March 2027 (Geneva time)" in page


def test_the_page_is_for_the_browser_that_opened_the_link(invitation):
    other = invited("Strelsau")

    for name in ("answer", "recorded", "track"):
        response = browser(other).get(page_of(invitation, name))

        assert response.status_code == 404
        assert "Please open the link in your letter" in text(response)
        assert "Ruritania<" not in text(response)


@pytest.mark.parametrize("number", ["0", "9" * 30])
def test_a_number_that_was_never_given_out_is_not_found(client, invitation, number):
    client = browser(invitation)

    assert client.get(f"/office/{number}/").status_code == 404
    assert client.post(f"/office/{number}/", words_of(invitation)).status_code == 404


def test_a_browser_that_refuses_cookies_is_told_how_to_go_on(invitation):
    token = invitation.links.get().token
    moved_on = Client().get(reverse("office:open", args=[token])).url

    page = text(Client().get(moved_on))

    assert "allow cookies" in page
    assert "by correspondence" in page


@pytest.mark.parametrize(
    ("happened", "told"),
    [
        ("withdrawn", "This invitation has been withdrawn"),
        ("replaced", "This link has been replaced"),
    ],
)
def test_what_happened_after_the_link_was_opened_is_told(invitation, happened, told):
    client = browser(invitation)
    if happened == "withdrawn":
        Invitation.objects.update(status=Invitation.Status.WITHDRAWN)
    else:
        replace_link(invitation, 1, UserFactory(), "It was forwarded.")

    for response in (
        client.get(page_of(invitation)),
        client.get(page_of(invitation, "recorded")),
        client.get(page_of(invitation, "track")),
        client.post(page_of(invitation), words_of(invitation)),
    ):
        assert response.status_code == 410
        assert told in text(response)
        assert "mailto:forum@example.org" in text(response)
    assert not Reply.objects.exists()


def close(invitation):
    invitation.edition.replies_closed_at = timezone.now()
    invitation.edition.save()


def test_of_a_list_that_comes_too_late_only_what_was_typed_is_shown(invitation):
    record_reply(invitation, {"answer": "in_person"})
    client = browser(invitation)
    Invitation.objects.update(status=Invitation.Status.WITHDRAWN)

    sent = {"lines": "Flavia Elphberg;Envoy", "cells_of": "5ca1ab1e", "step": "add"}
    page = text(client.post(page_of(invitation, "list"), sent))

    assert "Flavia Elphberg;Envoy" in page
    assert "5ca1ab1e" not in page


def test_a_closed_edition_takes_no_reply_and_says_whom_to_write_to(invitation):
    close(invitation)
    client = browser(invitation)

    for response in (
        client.get(page_of(invitation)),
        client.post(page_of(invitation), words_of(invitation)),
    ):
        assert response.status_code == 410
        assert "Replies to this invitation are closed" in text(response)
        assert "mailto:forum@example.org" in text(response)
    assert not Reply.objects.exists()


def test_who_comes_goes_on_with_statement_and_delegation_after_the_closing(invitation):
    record_reply(invitation, {"answer": "in_person"})
    close(invitation)
    client = browser(invitation)

    closed = client.get(page_of(invitation))

    assert closed.status_code == 410
    for part in ("statement", "delegation"):
        assert f'href="{page_of(invitation, part)}"' in text(closed)
        assert client.get(page_of(invitation, part)).status_code == 200


def test_after_the_closing_an_office_sees_that_its_answer_is_on_file(invitation):
    record_reply(invitation, {"answer": "regrets"})
    close(invitation)

    page = text(browser(invitation).get(page_of(invitation)))

    assert "<strong>Ruritania</strong>" in page
    assert "On file" in page
    assert "<bdi>Regrets, unable to attend</bdi>" in page


def test_staff_still_look_at_the_page_after_the_closing(invitation, admin_client):
    close(invitation)

    assert admin_client.get(page_of(invitation)).status_code == 200


def test_a_browser_that_opens_the_new_link_goes_on(invitation):
    client = browser(invitation)
    replace_link(invitation, 1, UserFactory(), "It was forwarded.")
    client.get(reverse("office:open", args=[invitation.links.current().get().token]))

    assert client.get(page_of(invitation)).status_code == 200


def test_an_office_that_is_a_draft_again_is_not_found(invitation):
    client = browser(invitation)
    Invitation.objects.update(status=Invitation.Status.DRAFT)

    assert client.get(page_of(invitation)).status_code == 404


@pytest.mark.parametrize("name", ["answer", "recorded", "track"])
def test_no_page_is_stored_or_listed(invitation, name):
    ReplyFactory(invitation=invitation)

    response = browser(invitation).get(page_of(invitation, name))

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    # Without any referrer a browser sends "Origin: null", and the form would be refused.
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("name", ["answer", "recorded", "track"])
def test_looking_changes_nothing(invitation, method, name):
    ReplyFactory(invitation=invitation)
    client = browser(invitation)
    before = all_rows()

    getattr(client, method)(page_of(invitation, name))

    assert all_rows() == before


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(invitation, method):
    response = getattr(browser(invitation), method)(page_of(invitation))

    assert response.status_code == 405
