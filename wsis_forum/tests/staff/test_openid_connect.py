"""The organization's own sign-in, where variables name one."""

import pytest
import requests
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from wsis_forum import env
from wsis_forum.tests.staff.oidc_peer import CLIENT, SECRET, oidc_peer
from wsis_forum.tests.staff.people import CODE, DESK, LOGIN, code, member, type_code

pytestmark = pytest.mark.django_db
BY_PROVIDER = reverse("openid_connect_login", args=["oidc"])
FACTORS = reverse("mfa_index")


@pytest.fixture
def provider(settings, monkeypatch):
    with oidc_peer(email="rassendyll@example.org", email_verified=True) as peer:
        for name, value in {"URL": peer.url, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET}.items():
            monkeypatch.setenv(f"OIDC_{name}", value)
        monkeypatch.setenv("OIDC_NAME", "Tarlenheim")
        settings.SOCIALACCOUNT_PROVIDERS = env.openid_connect()
        yield peer


def sign_in_by_provider(client, **asked):
    there = client.post(f"{BY_PROVIDER}?{'&'.join(f'{k}={v}' for k, v in asked.items())}")
    back = requests.get(there.url, allow_redirects=False, timeout=30).headers["Location"]
    return client.get(back.removeprefix("http://testserver"))


def test_the_sign_in_page_offers_the_provider_by_its_name(client, provider):
    assert "Tarlenheim" in client.get(LOGIN).text


def test_the_policy_of_pages_lets_a_form_lead_to_the_provider(provider):
    assert env.openid_connect_origins() == [provider.url]


def test_without_variables_there_is_no_provider(client):
    assert BY_PROVIDER not in client.get(LOGIN).text
    assert client.get(BY_PROVIDER).status_code == 404
    assert env.openid_connect_origins() == []


def test_who_proves_the_address_of_a_user_still_gives_the_second_factor(client, provider):
    member()

    answer = sign_in_by_provider(client)

    assert answer.url == CODE
    assert client.get(DESK).status_code == 302
    assert type_code(client, code()).url == DESK


def test_a_second_factor_of_the_provider_is_enough_where_it_is_said_so(client, provider, settings):
    member(enrolled=False)

    sign_in_by_provider(client)
    without = client.get(DESK)
    settings.OIDC_SECOND_FACTOR = True

    assert without.url == FACTORS
    assert client.get(DESK).status_code == 200


def test_an_address_that_the_provider_has_not_proved_opens_no_account(client, provider):
    member()
    provider.person["email_verified"] = False

    answer = sign_in_by_provider(client)

    assert "No account here" in answer.text
    assert client.get(DESK).status_code == 302


def test_an_address_that_two_users_have_opens_neither_account(client, provider):
    member()
    member("rupert")
    User.objects.update(email="rassendyll@example.org")

    sign_in_by_provider(client)

    assert client.get(CODE).url == LOGIN


def test_a_stranger_gets_no_account(client, provider):
    provider.person["email"] = "rupert@example.org"

    answer = sign_in_by_provider(client)

    assert "No account here" in answer.text
    assert not User.objects.exists()


def test_who_has_nothing_here_says_again_at_the_provider_who_it_is(client, provider, settings):
    settings.OIDC_SECOND_FACTOR, settings.SIGN_IN_AGAIN_MINUTES = True, 0
    member("rassendyll", "Approvers", enrolled=False)
    User.objects.update(password="!")
    sign_in_by_provider(client)
    export = reverse("admin:invitations_minister_export")

    asked = client.get(export)
    answer = sign_in_by_provider(client, next=export, auth_params="prompt=login")

    assert asked.url.startswith(BY_PROVIDER)
    assert [words.get("prompt") for path, words in provider.asked if path == "/authorize"] == [
        None,
        "login",
    ]
    assert answer.url == export


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"OIDC_URL": "zenda"}, "OIDC_URL must be an address"),
        ({"OIDC_URL": "https://zenda.example.org"}, "Set OIDC_CLIENT_ID"),
        (
            {"OIDC_URL": "https://zenda.example.org", "OIDC_CLIENT_ID": "a"},
            "Set OIDC_CLIENT_SECRET or OIDC_CLIENT_SECRET_FILE",
        ),
    ],
)
def test_a_variable_that_is_wrong_or_missing_is_named(monkeypatch, variables, told):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=told):
        env.openid_connect()
