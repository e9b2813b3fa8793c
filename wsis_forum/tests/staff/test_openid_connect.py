"""The organization's own sign-in, where variables name one."""

import time

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from wsis_forum import env
from wsis_forum.tests.staff.oidc_peer import CLIENT, SECRET, oidc_peer
from wsis_forum.tests.staff.people import CODE, DESK, LOGIN, PASSWORD, code, member, type_code

pytestmark = pytest.mark.django_db
BY_PROVIDER = reverse("openid_connect_login", args=["oidc"])
CONTINUE = reverse("staff_continue")
EXPORT = reverse("admin:invitations_minister_export")
FACTORS = reverse("mfa_index")


@pytest.fixture
def provider(settings, monkeypatch):
    with oidc_peer(email="rassendyll@example.org", email_verified=True) as peer:
        for name, value in {"URL": peer.url, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET}.items():
            monkeypatch.setenv(f"OIDC_{name}", value)
        monkeypatch.setenv("OIDC_NAME", "Tarlenheim")
        settings.SOCIALACCOUNT_PROVIDERS = env.openid_connect()
        yield peer


def sign_in_by_provider(client, address=BY_PROVIDER):
    there = client.post(address)
    back = requests.get(there.url, allow_redirects=False, timeout=30).headers["Location"]
    return client.get(back.removeprefix("http://testserver"))


@pytest.fixture
def colleague(client, provider, settings):
    """An approver who has nothing here but the provider, and signed in there some hours ago."""
    settings.OIDC_SECOND_FACTOR = True
    user = member("rassendyll", "Approvers", "Editors", enrolled=False)
    provider.person["auth_time"] = int(time.time()) - 3 * 3600
    sign_in_by_provider(client)
    return user


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


def test_a_password_outlives_the_first_sign_in_by_the_provider(client, provider):
    user = member()

    sign_in_by_provider(client)

    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert SocialAccount.objects.get().user == user


def test_that_a_sign_in_was_linked_stands_in_the_history_of_the_account(client, provider):
    user = member()

    sign_in_by_provider(client)

    acts = LogEntry.objects.get_for_object(user).values_list("additional_data__act", flat=True)
    assert "provider_linked" in acts


def test_an_address_that_went_to_another_person_of_the_provider_opens_nothing(client, provider):
    member()
    sign_in_by_provider(client)
    client.logout()

    provider.person["sub"] = "8"
    answer = sign_in_by_provider(client)

    assert "No account here" in answer.text
    assert SocialAccount.objects.get().uid == "7"


def test_who_came_by_the_provider_says_again_there_who_it_is(client, provider, colleague):
    asked = client.get(EXPORT)
    provider.person["auth_time"] = int(time.time())
    answer = sign_in_by_provider(client, asked.url)

    assert asked.url.startswith(BY_PROVIDER)
    first, second = [words for path, words in provider.asked if path == "/authorize"]
    assert (first.get("prompt"), first["max_age"]) == (None, "43200")
    assert (second["prompt"], second["max_age"]) == ("login", "0")
    assert answer.url == EXPORT
    assert client.get(EXPORT).status_code == 200


@pytest.mark.parametrize("auth_time", [None, "now", True, 0])
def test_a_provider_that_answers_from_its_session_proves_nothing(
    client, provider, colleague, auth_time
):
    asked = client.get(EXPORT)
    provider.person["auth_time"] = auth_time
    answer = sign_in_by_provider(client, asked.url)

    assert "does not say that you have just signed in" in client.get(answer.url).text
    assert client.get(EXPORT).url.startswith(BY_PROVIDER)


def test_a_first_sign_in_from_a_session_of_the_provider_is_no_recent_one(client, colleague):
    assert client.get(DESK).status_code == 200
    assert client.get(EXPORT).status_code == 302


def test_what_was_typed_outlives_the_sign_in_at_the_provider(client, provider, colleague):
    asked = client.post(EXPORT, {"format": "0"})
    provider.person["auth_time"] = int(time.time())
    answer = sign_in_by_provider(client, asked.url)

    assert answer.url == CONTINUE
    assert client.get(CONTINUE).context["fields"] == [("format", "0")]


def test_what_was_typed_is_not_for_another_person_of_the_provider(client, provider, colleague):
    asked = client.post(EXPORT, {"format": "0"})
    member("rupert", "Editors", enrolled=False)
    provider.person |= {"sub": "8", "email": "rupert@example.org"}
    sign_in_by_provider(client, asked.url)

    assert client.get(CONTINUE).url == DESK


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
