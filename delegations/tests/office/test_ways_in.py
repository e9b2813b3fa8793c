"""Cookies refused, a form too large or damaged, and what the page then says."""

import pytest
from django.test import Client
from django.urls import reverse

from delegations.office.access import link_cookie_name
from delegations.tests.offices import browser, invited, page_of, text, words_of
from invitations.models import Reply

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_february")]

MB = 1024 * 1024


@pytest.fixture
def invitation():
    return invited("Ruritania")


def link_of(invitation):
    return reverse("office:open", args=[invitation.links.get().token])


def written_in(language, invitation):
    invitation.minister.language = language
    invitation.minister.save(update_fields=["language"])
    return invitation


# Cookies refused


def test_without_cookies_the_page_speaks_the_language_of_the_letter(invitation):
    moved_on = Client().get(link_of(written_in("fr", invitation)), HTTP_ACCEPT_LANGUAGE="ru").url

    refused = Client().get(moved_on, HTTP_ACCEPT_LANGUAGE="ru")

    assert refused["Content-Language"] == "fr"
    assert "cookies" in text(refused)
    assert invitation.links.get().token not in moved_on
    assert invitation.edition.contact_email in text(refused)


def test_with_cookies_the_address_says_nothing_of_the_language(invitation):
    client = browser(written_in("fr", invitation))

    assert client.get(link_of(invitation)).url == page_of(invitation)


def test_a_language_in_the_address_does_not_override_a_choice(invitation):
    client = Client()
    client.cookies["django_language"] = "es"

    page = client.get(page_of(invitation) + "?in=fr")

    assert page["Content-Language"] == "es"


@pytest.mark.parametrize("language", ["", "xx", "\u202e", "../fr"])
def test_a_language_that_the_site_does_not_speak_is_not_spoken(invitation, language):
    page = Client().get(page_of(invitation), {"in": language})

    assert page["Content-Language"] == "en"
    assert "Please open the link in your letter" in text(page)


@pytest.mark.parametrize("page", ["/code/", "/check/"])
def test_without_cookies_a_code_is_refused_in_words_with_a_way_out(invitation, page):
    client = Client(enforce_csrf_checks=True)

    refused = client.post(page, {"code": invitation.links.get().code})

    assert refused.status_code == 403
    assert "allow cookies for this site" in text(refused)
    assert "by correspondence" in text(refused)
    assert f"mailto:{invitation.edition.contact_email}" in text(refused)


def test_without_cookies_the_switch_speaks_the_language_and_says_what_is_missing(invitation):
    client = Client(enforce_csrf_checks=True)

    refused = client.post(reverse("set_language"), {"language": "fr", "next": "/code/"})

    assert refused.status_code == 403
    assert '<html lang="fr"' in text(refused)


def test_a_link_that_was_forwarded_opens_in_another_browser_too(invitation):
    minister, focal_point = browser(invitation), browser(invitation)

    assert minister.get(page_of(invitation)).status_code == 200
    assert focal_point.get(page_of(invitation)).status_code == 200


# Too much, or damaged on its way


@pytest.mark.parametrize("page", ["/code/", "/check/", "/i18n/setlang/"])
def test_more_than_a_page_can_take_is_refused_unread(client, page):
    answer = client.post(page, {}, CONTENT_LENGTH=str(33 * MB))

    assert answer.status_code == 413
    assert "This is more than the page can take" in text(answer)


def test_too_much_is_refused_in_the_language_of_the_letter(invitation):
    client = browser(written_in("fr", invitation))

    answer = client.post(page_of(invitation), {}, CONTENT_LENGTH=str(200 * MB))

    assert answer.status_code == 413
    assert '<html lang="fr"' in text(answer)


@pytest.mark.parametrize("page", ["answer", "statement"])
def test_no_filled_button_leads_away_from_what_was_typed(invitation, page):
    client = browser(invitation)
    too_much = client.post(page_of(invitation, page), {}, CONTENT_LENGTH=str(200 * MB))
    client.cookies.pop(link_cookie_name(invitation.pk))
    not_held = client.post(page_of(invitation, page), {"remarks": "Typed."})

    assert 'href="/code/"' in text(too_much)
    assert "btn-primary" not in text(too_much).replace("btn-outline-primary", "")
    assert text(not_held).count("btn btn-primary") == 1
    assert ">Send again</button>" in text(not_held)


@pytest.mark.parametrize("length", ["-1", "many", "", "²", "9" * 5000])
def test_a_length_that_is_no_number_breaks_nothing(invitation, length):
    client = browser(invitation)

    for page in (page_of(invitation), "/code/"):
        assert client.post(page, {}, CONTENT_LENGTH=length).status_code < 500


def test_more_words_than_a_form_holds_are_refused_with_a_page(invitation):
    client = browser(invitation)

    for page in (page_of(invitation), "/code/"):
        answer = client.post(
            page, b"remarks=" + b"x" * (3 * MB), "application/x-www-form-urlencoded"
        )
        assert answer.status_code == 413
        assert "This is more than the page can take" in text(answer)
    assert not Reply.objects.exists()


def test_what_arrives_damaged_is_refused_with_a_page(invitation):
    client = browser(invitation)

    for page in (page_of(invitation), "/code/"):
        answer = client.post(page, b"--edge", "multipart/form-data; boundary=" + "x" * 300)
        assert answer.status_code == 400
        assert "arrived damaged, and nothing was recorded" in text(answer)


def test_a_hundred_thousand_signs_come_back_with_a_sentence(invitation):
    words = words_of(invitation, remarks="x" * 100_000)

    answer = browser(invitation).post(page_of(invitation), words)

    assert answer.status_code == 200
    assert "at most 2000 characters" in text(answer)
    assert "x" * 100_000 in text(answer)


def test_who_hangs_up_while_sending_is_no_fault_of_ours(invitation):
    client = browser(invitation)

    broken = {"wsgi.input": HungUp(), "CONTENT_LENGTH": "1000", "CONTENT_TYPE": FORM}
    answer = client.generic("POST", page_of(invitation), **broken)

    assert answer.status_code == 400


FORM = "multipart/form-data; boundary=edge"


class HungUp:
    """A connection that broke after the head of the request."""

    def read(self, *_size):
        raise OSError("Connection reset by peer")

    readline = read
