"""A letter has two codes; who types one where the other belongs is led over, with the code kept."""
# ruff: noqa: RUF001 (signs that look alike are what is tested)

from urllib.parse import urlsplit

import pytest
from django.test import Client

from delegations.office.throttle import WRONG_FROM_ONE
from delegations.tests.office.entry.addresses import CHECK_PAGE, CODE_PAGE, office_of, offices_of
from delegations.tests.office.entry.codes import CHECK_CODE, issued_letter, printed_code_of
from invitations.tests.factories import MinisterFactory

pytestmark = pytest.mark.django_db
NO_CHECK_CODE = "What you typed is the code for the reply, not the one to check the letter"
NO_REPLY_CODE = "What you typed is the code to check the letter, not the one for the reply"


def kept(response, typed, page):
    said = response.content.decode()
    return f'value="{typed}"' in said and f'<form id="asked" action="{page}"' in said


def test_the_reply_code_typed_to_check_a_letter_waits_on_the_page_of_the_reply(client):
    invitation = issued_letter().invitation
    typed = printed_code_of(invitation).upper()

    response = client.post(CHECK_PAGE, {"code": typed})

    assert NO_CHECK_CODE in response.content.decode()
    assert kept(response, typed, CODE_PAGE)
    assert client.post(CODE_PAGE, {"code": typed}).url == office_of(invitation)


def test_the_check_code_typed_for_the_reply_waits_on_the_page_of_the_check(client):
    issued_letter()
    typed = "4821 9035 7716 2048"

    response = client.post(CODE_PAGE, {"code": typed})

    assert NO_REPLY_CODE in response.content.decode()
    assert kept(response, typed, CHECK_PAGE)
    assert "Issued by us" in client.post(CHECK_PAGE, {"code": typed}).content.decode()
    assert not offices_of(client)


@pytest.mark.parametrize(
    ("page", "right", "wrong"),
    [
        (CHECK_PAGE, None, ["bcdf ghjk mnpq", "2cdf-ghjk-mnpq", "ВСDF GHJK MNPQ"]),
        (CODE_PAGE, CHECK_CODE, ["1234567890123456", "１２３４ ５６７８ ９０１２ ３４５６"]),
    ],
)
def test_nothing_is_told_of_a_crossed_code_and_nothing_is_counted(client, page, right, wrong):
    letter = issued_letter(check_code=CHECK_CODE)
    right = right or printed_code_of(letter.invitation)
    said = set()

    for typed in [right, *wrong] * WRONG_FROM_ONE:
        response = client.post(page, {"code": typed})
        assert response.status_code == 200
        said.add(response.content.decode().replace(typed, ""))

    said = {words.split("</header>")[1].split("csrf")[0] for words in said}
    assert len(said) == 1
    assert "Not one of ours" not in said.pop()
    assert client.post(page, {"code": "bcdf"}).status_code == 200


def test_a_page_that_was_led_over_is_shown_in_another_language_with_the_code(client):
    issued_letter(invitation__minister=MinisterFactory())
    typed = "bcdf-ghjk-mnpq"

    page = client.post(CODE_PAGE, {"code": typed, "language": "fr"})

    assert page["Content-Language"] == "fr"
    assert kept(page, typed, CODE_PAGE)


@pytest.mark.parametrize(
    ("typed_on", "typed", "shown_on"),
    [(CHECK_PAGE, "bcdf-ghjk-mnpq", CODE_PAGE), (CODE_PAGE, "1234 5678 9012 3456", CHECK_PAGE)],
)
def test_the_address_is_that_of_the_page_to_which_the_code_belongs(typed_on, typed, shown_on):
    led = Client().post(typed_on, {"code": typed})

    assert led.status_code == 302
    assert urlsplit(led.url).path == shown_on
    assert typed not in led.url
