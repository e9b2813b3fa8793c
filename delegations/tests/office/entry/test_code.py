import logging

import pytest
from django.test import Client

from delegations.office.throttle import WRONG_FROM_ONE, count_wrong
from delegations.tests.office.entry.addresses import CHECK_PAGE, CODE_PAGE, office_of, offices_of
from delegations.tests.office.entry.codes import (
    CHECK_CODE,
    OPENS_NOTHING,
    as_file,
    issued_letter,
    over_the_limits,
    printed_code_of,
    words_of,
)
from delegations.tests.rows import all_rows
from invitations.links import replace_link, reply_url
from invitations.models import Invitation
from invitations.tests.factories import AnnouncedEditionFactory, InvitationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", [CODE_PAGE, CHECK_PAGE])
@pytest.mark.parametrize("method", ["get", "head"])
def test_a_page_that_takes_a_code_is_shown_and_changes_nothing(client, page, method):
    invitation = InvitationFactory()
    before = all_rows()

    response = getattr(client, method)(page, {"code": printed_code_of(invitation)})

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert all_rows() == before
    assert not offices_of(client)


@pytest.mark.parametrize("page", [CODE_PAGE, CHECK_PAGE])
def test_a_page_that_takes_a_code_stands_before_the_first_edition(client, page):
    assert client.get(page).status_code == 200
    assert client.post(page, {"code": "bcdf"}).status_code == 200


@pytest.mark.parametrize("page", [CODE_PAGE, CHECK_PAGE])
def test_a_code_from_another_site_is_not_taken(page):
    invitation = InvitationFactory()

    response = Client(enforce_csrf_checks=True).post(page, {"code": printed_code_of(invitation)})

    assert response.status_code == 403


def test_a_code_opens_what_the_link_opens(client):
    invitation = InvitationFactory()

    response = client.post(CODE_PAGE, {"code": f" {printed_code_of(invitation).upper()} "})

    assert response.status_code == 302
    assert response.url == office_of(invitation)
    assert offices_of(client) == [invitation.pk]
    assert client.get(response.url).status_code == 200


def gone_by_withdrawal():
    return printed_code_of(InvitationFactory(status=Invitation.Status.WITHDRAWN))


def gone_by_replacement():
    invitation = InvitationFactory()
    code = printed_code_of(invitation)
    replace_link(invitation, 1, UserFactory(), "It was forwarded.")
    return code


@pytest.mark.parametrize(
    ("code_of_the_gone", "words"),
    [
        (gone_by_withdrawal, "This invitation has been withdrawn"),
        (gone_by_replacement, "This link has been replaced"),
    ],
)
def test_a_code_that_opens_no_more_says_what_the_link_says(client, code_of_the_gone, words):
    response = client.post(CODE_PAGE, {"code": code_of_the_gone()})

    assert response.status_code == 410
    assert words in response.content.decode()
    assert not offices_of(client)


def test_a_malformed_an_unknown_and_a_draft_s_code_get_one_answer(
    client, django_assert_max_num_queries
):
    drafts = printed_code_of(InvitationFactory(status=Invitation.Status.DRAFT))
    answers = set()
    for typed in ("x", "bcdf-ghjk-mnpq", drafts, CHECK_CODE[:-1], "\0", "b" * 5000):
        # The code, the edition whose contact is named, what of it waits.
        with django_assert_max_num_queries(3):
            response = client.post(CODE_PAGE, {"code": typed})
        assert OPENS_NOTHING in response.content.decode()
        answers.add((response.status_code, words_of(response)))

    assert len(answers) == 1
    assert answers.pop()[0] == 200
    assert not offices_of(client)


def test_a_wrong_code_is_kept_on_the_page(client):
    page = client.post(CODE_PAGE, {"code": "BCDF-ghjk <mnpr"}).content.decode()

    assert 'value="BCDF-ghjk &lt;mnpr"' in page
    assert OPENS_NOTHING in page


def test_no_code_is_no_try(client):
    for _time in range(WRONG_FROM_ONE + 1):
        response = client.post(CODE_PAGE, {"code": "  "})

    assert "Please type the code." in response.content.decode()


@pytest.mark.parametrize(("page", "code"), [(CODE_PAGE, "bcdf"), (CHECK_PAGE, "4821")])
def test_a_language_chosen_midway_keeps_what_was_typed(client, page, code):
    response = client.post(page, {"code": code, "language": "ar"})

    assert response.status_code == 200
    assert '<html lang="ar" dir="rtl">' in response.content.decode()
    assert f'value="{code}"' in response.content.decode()
    assert "is-invalid" not in response.content.decode()
    assert client.get(page)["Content-Language"] == "ar"


def test_a_language_that_does_not_exist_changes_nothing(client):
    response = client.post(CODE_PAGE, {"code": "bcdf", "language": "tlh"})

    assert response["Content-Language"] == "en"


@pytest.mark.parametrize("page", [CODE_PAGE, CHECK_PAGE])
def test_after_ten_wrong_codes_the_page_says_that_there_are_many(client, page):
    AnnouncedEditionFactory()
    for _time in range(WRONG_FROM_ONE):
        assert client.post(page, {"code": "1234"}).status_code == 200

    response = client.post(page, {"code": "1234-5"})

    assert response.status_code == 429
    assert 590 < int(response["Retry-After"]) <= 600
    assert "Too many tries found nothing, this one too." in response.content.decode()
    assert "mailto:forum@example.org" in response.content.decode()
    assert 'value="1234-5"' in response.content.decode()


def test_a_right_code_opens_whatever_others_have_tried(client):
    code = printed_code_of(InvitationFactory())
    over_the_limits("127.0.0.1")

    assert client.post(CODE_PAGE, {"code": "bcdf"}).status_code == 429
    assert client.post(CODE_PAGE, {"code": code}).status_code == 302


@pytest.mark.parametrize("around", ["{}", "Please reply here: {}.", "<{}>"])
def test_the_whole_link_in_the_place_of_the_code_opens_what_it_opens(client, around):
    link = reply_url(InvitationFactory().links.get())

    response = client.post(CODE_PAGE, {"code": around.format(link)})

    assert response.url in link


def test_over_the_limits_all_wrong_codes_still_get_one_answer(
    client, django_assert_max_num_queries
):
    drafts = printed_code_of(InvitationFactory(status=Invitation.Status.DRAFT))
    over_the_limits("127.0.0.1")
    answers = set()
    for typed in ("x", "bcdf-ghjk-mnpq", drafts, CHECK_CODE[:-1]):
        # The code, the edition whose contact is named, what of it waits.
        with django_assert_max_num_queries(3):
            response = client.post(CODE_PAGE, {"code": typed})
        answers.add((response.status_code, words_of(response)))

    assert len(answers) == 1
    assert answers.pop()[0] == 429


def test_another_address_is_counted_by_itself(client):
    for _time in range(WRONG_FROM_ONE):
        count_wrong("code", "127.0.0.1")

    there = client.post(CODE_PAGE, {"code": "bcdf"}, REMOTE_ADDR="192.0.2.1")
    forwarded = client.post(CODE_PAGE, {"code": "bcdf"}, HTTP_X_FORWARDED_FOR="192.0.2.1")

    assert (there.status_code, forwarded.status_code) == (200, 429)


@pytest.mark.parametrize("header", ["", ",", "not an address", "::1::1", "[", "\u00e9" * 3000])
def test_whatever_a_proxy_passes_on_a_code_is_answered(client, settings, header):
    settings.PROXIES = 1
    code = printed_code_of(InvitationFactory())

    wrong = client.post(CODE_PAGE, {"code": "bcdf"}, HTTP_X_FORWARDED_FOR=header)
    right = client.post(CODE_PAGE, {"code": code}, HTTP_X_FORWARDED_FOR=header)

    assert (wrong.status_code, right.status_code) == (200, 302)


def test_right_codes_and_found_letters_are_not_counted(client):
    letter = issued_letter()
    code = printed_code_of(letter.invitation)

    for _time in range(WRONG_FROM_ONE + 1):
        assert client.post(CODE_PAGE, {"code": code}).status_code == 302
        assert client.post(CHECK_PAGE, {"code": CHECK_CODE}).status_code == 200
        assert client.post(CHECK_PAGE, as_file()).status_code == 200


@pytest.mark.parametrize("page", [CODE_PAGE, CHECK_PAGE])
def test_what_is_typed_stands_in_no_log(client, page, caplog):
    caplog.set_level(logging.DEBUG)

    for _time in range(WRONG_FROM_ONE + 1):
        client.post(page, {"code": "secretly"}, REMOTE_ADDR="192.0.2.7")

    assert "Too Many Requests" in caplog.text
    assert "secretly" not in caplog.text
    assert "192.0.2.7" not in caplog.text
