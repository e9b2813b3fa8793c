"""What is said of a passkey and cannot be read is a bad request, wherever it is sent."""

from base64 import urlsafe_b64encode

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from wsis_forum.tests.staff.people import CODE, DESK, member, sign_in, type_password

pytestmark = pytest.mark.django_db

DEEP = "[" * 20_000
KEY = '{{"id":"AA","rawId":"AA","type":"public-key","response":{}}}'
NESTED = urlsafe_b64encode(b"[" * 20_000).decode()
# Of CBOR: a list of one, within a list of one, and so on.
CBOR = urlsafe_b64encode(b"\x81" * 20_000).decode()
UNREADABLE = [
    DEEP,
    '{"a":' * 20_000,
    "9" * 5000,
    '{"id":1}',
    KEY.format(f'{{"clientDataJSON":"{NESTED}","authenticatorData":"AA","signature":"AA"}}'),
    KEY.format(f'{{"clientDataJSON":"{NESTED}","attestationObject":"{CBOR}"}}'),
    KEY.format(f'{{"clientDataJSON":"e30","attestationObject":"{CBOR}"}}'),
]  # fmt: skip
READ_AND_REFUSED = ["", "[", "[]", "null", '"x"', "{}", "\0", "NaN", "1e999"]


@pytest.fixture
def browser():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("credential", UNREADABLE + READ_AND_REFUSED)
def test_a_stranger_gets_no_fault(browser, credential):
    answer = browser.post(reverse("mfa_login_webauthn"), {"credential": credential})

    assert answer.status_code in {302, 400}
    assert browser.get(DESK).status_code == 302


def test_what_cannot_be_read_is_a_bad_request(browser):
    answer = browser.post(reverse("mfa_login_webauthn"), {"credential": DEEP})

    assert answer.status_code == 400


@pytest.mark.parametrize("credential", UNREADABLE + READ_AND_REFUSED)
def test_who_typed_the_password_gets_no_fault(browser, credential):
    member()
    type_password(browser)

    answer = browser.post(CODE, {"credential": credential})

    assert answer.status_code in {200, 400}
    assert browser.get(DESK).status_code == 302


@pytest.mark.parametrize("name", ["mfa_reauthenticate_webauthn", "mfa_add_webauthn"])
@pytest.mark.parametrize("credential", UNREADABLE + READ_AND_REFUSED)
def test_a_member_of_staff_gets_no_fault(browser, name, credential):
    user = member()
    sign_in(browser, user)
    browser.get(reverse(name))

    answer = browser.post(reverse(name), {"credential": credential})

    assert answer.status_code in {200, 302, 400}
    assert not Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN).exists()
