"""What is told of sign-ins: to the log without addresses, to administrators with them."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.core.management import CommandError, call_command
from django.urls import reverse

from wsis_forum.tests.staff.people import (
    may_enter,
    member,
    sign_in,
    type_code,
    type_password,
)

pytestmark = pytest.mark.django_db
THERE = {"REMOTE_ADDR": "192.0.2.1"}
PAGES = [
    "axes_accesslog",
    "axes_accessfailurelog",
    "axes_accessattempt",
    "mfa_authenticator",
    "usersessions_usersession",
    "socialaccount_socialaccount",
]


def lines(caplog):
    return [record.getMessage() for record in caplog.records if record.name.startswith("wsis")]


def test_the_log_names_accounts_and_no_addresses(client, caplog):
    user = member()
    type_password(client, password="wrong", **THERE)
    type_password(client, **THERE)
    type_code(client, "000000", **THERE)
    sign_in(client, user, **THERE)
    client.post(reverse("account_logout"), **THERE)

    assert lines(caplog) == [
        "A sign-in as rassendyll failed.",
        "A second factor of rassendyll was wrong.",
        "A sign-in as rassendyll failed.",
        "rassendyll gave a second factor (recovery_codes).",
        "rassendyll signed in.",
        "rassendyll signed out.",
    ]
    assert "192.0.2.1" not in caplog.text


def test_a_password_typed_as_a_name_does_not_come_into_the_log(client, caplog):
    type_password(client, "the-castle-of-zenda", "rassendyll")

    assert lines(caplog) == ["A sign-in as an unknown name failed."]
    assert "zenda" not in caplog.text


def test_no_row_keeps_a_password_or_a_code(client):
    member()
    type_password(client, password="wrong-castle")
    type_password(client)
    type_code(client, "314159")

    kept = " ".join(str(row) for row in AccessAttempt.objects.values_list())

    assert "wrong-castle" not in kept
    assert "314159" not in kept


def test_administrators_see_who_signed_in_and_who_failed_from_where(client, admin_client):
    user = member()
    type_password(client, password="wrong", **THERE)
    failed = admin_client.get(reverse("admin:axes_accessfailurelog_changelist")).text
    tried = admin_client.get(reverse("admin:axes_accessattempt_changelist")).text
    sign_in(client, user, **THERE)
    signed_in = admin_client.get(reverse("admin:axes_accesslog_changelist")).text

    assert all("rassendyll" in page and "192.0.2.1" in page for page in (failed, tried, signed_in))
    assert "Sign-ins" in admin_client.get(reverse("admin:index")).text


@pytest.mark.parametrize("page", PAGES)
def test_nobody_writes_these_pages(admin_client, page):
    assert admin_client.get(reverse(f"admin:{page}_add")).status_code == 403


def rows_of(page, number):
    model = {
        "axes_accesslog": AccessLog,
        "axes_accessfailurelog": AccessFailureLog,
        "axes_accessattempt": AccessAttempt,
        "usersessions_usersession": UserSession,
        "socialaccount_socialaccount": SocialAccount,
    }.get(page)
    for n in range(number):
        user = member(f"guard{n}", enrolled=model is None)
        if model is UserSession:
            UserSession.objects.create(user=user, ip="192.0.2.1", session_key=f"{n}")
        elif model is SocialAccount:
            SocialAccount.objects.create(user=user, provider="oidc", uid=f"{n}")
        elif model:
            more = {"failures_since_start": n} if model is AccessAttempt else {}
            model.objects.create(username=user.username, ip_address="192.0.2.1", **more)


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("page", "queries"), list(zip(PAGES, [7, 7, 7, 5, 5, 5], strict=True)))
def test_each_list_asks_as_much_for_three_rows_as_for_one(
    admin_client, django_assert_num_queries, page, queries, number
):
    rows_of(page, number)
    AccessLog.objects.exclude(username__startswith="guard").delete()

    with django_assert_num_queries(queries):
        admin_client.get(reverse(f"admin:{page}_changelist"))


def test_an_administrator_unlinks_an_account_from_the_provider_for_a_reason(client, admin_client):
    sign_in(client, user := member())
    row = SocialAccount.objects.create(user=user, provider="oidc", uid="7")
    page = reverse("admin:socialaccount_socialaccount_changelist")

    words = {"action": "unlink_selected", "_selected_action": [row.pk], "answered": "yes"}
    told = admin_client.post(page, words | {"reason": "Left the house."}, follow=True)

    assert "1 sign-in unlinked." in told.text
    assert not SocialAccount.objects.exists()
    assert not may_enter(client)
    history = admin_client.get(reverse("admin:auth_user_history", args=[user.pk])).text
    assert "no more opened by the organization" in history
    assert "Left the house." in history


def test_the_only_administrator_is_helped_by_a_command(client, admin_client):
    user = member(is_superuser=True)
    sign_in(client, user)

    told = call_command("remove_second_factors", "rassendyll")

    assert told.startswith("2 second factors of rassendyll removed")
    assert not Authenticator.objects.filter(user=user).exists()
    assert not may_enter(client)
    history = admin_client.get(reverse("admin:auth_user_history", args=[user.pk]))
    assert "second factor removed" in history.text


def test_the_command_tells_of_one_factor_as_of_one(client):
    user = member(is_superuser=True)
    sign_in(client, user)
    Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).delete()

    told = call_command("remove_second_factors", "rassendyll")

    assert told.startswith("1 second factor of rassendyll removed")


def test_the_command_names_an_account_that_does_not_exist():
    with pytest.raises(CommandError, match="no account rupert"):
        call_command("remove_second_factors", "rupert")
