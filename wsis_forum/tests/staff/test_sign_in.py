"""The way in: name, password and code; wrong ones are counted, and say nothing."""

import datetime as dt
import re
import time

import pytest
import time_machine
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.urls import reverse

from wsis_forum.tests.staff.people import (
    CODE,
    DESK,
    LOGIN,
    PASSWORD,
    code,
    may_enter,
    member,
    recovery_codes,
    sign_in,
    type_code,
    type_password,
)

pytestmark = pytest.mark.django_db
ZENDA, ELSEWHERE = {"REMOTE_ADDR": "192.0.2.1"}, {"REMOTE_ADDR": "192.0.2.2"}


def wrong(client, times, name="rassendyll", **more):
    return [type_password(client, name, f"wrong-{n}", **more) for n in range(times)][-1]


def test_name_password_and_code_lead_to_the_page_that_was_asked_for(client):
    member()
    asked = reverse("admin:password_change")

    asked_to_sign_in = client.get(asked, follow=True)
    client.post(LOGIN, {"login": "rassendyll", "password": PASSWORD, "next": asked})
    answer = type_code(client, code())

    assert asked_to_sign_in.templates[0].name == "account/login.html"
    assert answer.url == asked
    assert may_enter(client)


def test_a_password_alone_opens_nothing(client):
    member()

    answer = type_password(client)

    assert answer.url == CODE
    assert client.get(DESK).status_code == 302


def test_a_recovery_code_serves_once_where_the_app_is_lost(client):
    user = member()
    one = recovery_codes(user)[0]

    first = (type_password(client), type_code(client, one))[1]
    client.post(reverse("account_logout"))
    again = (type_password(client), type_code(client, one))[1]

    assert first.url == DESK
    assert again.status_code == 200
    assert not may_enter(client)


def test_a_code_serves_once(client):
    member()
    (type_password(client), type_code(client, typed := code()))
    client.post(reverse("account_logout"))

    again = (type_password(client), type_code(client, typed))[1]

    assert again.status_code == 200
    assert not may_enter(client)


def test_the_fifth_wrong_password_locks_the_name_for_that_address_alone(client):
    user = member()

    fifth = wrong(client, 5, **ZENDA)
    right = type_password(client, **ZENDA)

    assert (fifth.status_code, right.status_code) == (429, 429)
    assert "Try again in 15 minutes" in right.text
    assert right["Retry-After"] == "900"
    assert not may_enter(client, **ZENDA)
    assert sign_in(client, user, **ELSEWHERE).url == DESK


def test_twenty_wrong_passwords_and_the_right_one_are_not_let_in(client):
    member()

    wrong(client, 20)

    assert type_password(client).status_code == 429
    assert AccessFailureLog.objects.count() == 5


def test_capitals_and_spaces_count_as_the_same_name(client):
    member()

    answers = [
        type_password(client, name, "wrong").status_code
        for name in ("Rassendyll", "RASSENDYLL", " rassendyll", "rassendylL", "rAssendyll ")
    ]

    assert answers == [200, 200, 200, 200, 429]


def test_a_network_of_ipv6_counts_as_one_address(client):
    member()

    answers = [
        type_password(client, password="wrong", REMOTE_ADDR=f"2001:db8::{n}").status_code
        for n in range(5)
    ]

    assert answers[-1] == 429


def test_behind_a_proxy_of_ours_the_address_that_it_saw_is_counted(client, settings):
    settings.PROXIES = 1
    member()

    for n in range(5):
        wrong(client, 1, HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 192.0.2.7", **ZENDA)

    assert AccessAttempt.objects.get().ip_address == "192.0.2.7"
    assert type_password(client, HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 429
    assert type_password(client, HTTP_X_FORWARDED_FOR="192.0.2.8").url == CODE


def test_one_address_cannot_try_a_password_on_any_number_of_names(client):
    answers = [type_password(client, f"guard{n}", "zenda-1894", **ZENDA) for n in range(31)]

    assert {answer.status_code for answer in answers[:30]} == {200}
    assert answers[30].status_code == 429
    assert "Wait a minute" in answers[30].text


def test_wrong_codes_are_counted_as_wrong_passwords_are(client):
    member()
    type_password(client)

    answers = [type_code(client, "000000").status_code for _ in range(5)]
    right = type_code(client, code())

    assert answers == [200, 200, 200, 200, 429]
    assert right.status_code == 429
    assert not may_enter(client)


def test_who_has_the_password_cannot_try_codes_from_many_addresses(client):
    member()

    for n in range(11):
        there = {"REMOTE_ADDR": f"198.51.100.{n}"}
        (type_password(client, **there), type_code(client, "000000", **there))
    type_password(client, **ELSEWHERE)
    answer = type_code(client, code(), **ELSEWHERE)

    assert "Too many failed" in answer.text
    assert not may_enter(client, **ELSEWHERE)


def test_after_fifteen_minutes_the_right_password_serves_again(client):
    user = member()
    with time_machine.travel(dt.datetime.now(dt.UTC) - dt.timedelta(minutes=16)):
        wrong(client, 5)
        assert type_password(client).status_code == 429

    assert sign_in(client, user).url == DESK


def test_an_administrator_frees_who_is_locked_out(client, admin_client):
    user = member()
    wrong(client, 5)
    page = reverse("admin:axes_accessattempt_changelist")
    row = AccessAttempt.objects.get()

    words = {"action": "free_selected", "_selected_action": [row.pk], "answered": "yes"}
    told = admin_client.post(page, words, follow=True)

    assert "1 row freed." in told.text
    assert sign_in(client, user).url == DESK
    history = admin_client.get(reverse("admin:auth_user_history", args=[user.pk]))
    assert "freed: sign-ins were locked" in history.text


def test_whoever_is_freed_may_try_again_at_once(client, admin_client):
    user = member()
    wrong(client, 5)
    for n in range(11):
        there = {"REMOTE_ADDR": f"198.51.100.{n}"}
        (type_password(client, **there), type_code(client, "000000", **there))
    row = AccessAttempt.objects.get(ip_address="127.0.0.1")

    words = {"action": "free_selected", "_selected_action": [row.pk], "answered": "yes"}
    admin_client.post(reverse("admin:axes_accessattempt_changelist"), words)

    assert sign_in(client, user).url == DESK


def test_a_sign_in_drops_the_wrong_tries_before_it(client):
    user = member()
    wrong(client, 4)

    sign_in(client, user)

    assert not AccessAttempt.objects.exists()
    assert AccessLog.objects.get().username == "rassendyll"


def test_a_name_that_does_not_exist_is_answered_as_one_that_does(client):
    member()

    there, not_there = wrong(client, 1), wrong(client, 1, "rupert")
    locked, locked_too = wrong(client, 5), wrong(client, 5, "rupert")

    def said(answer):
        without_token = re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', "", answer.text)
        return without_token.replace("rupert", "rassendyll")

    assert there.status_code == not_there.status_code == 200
    assert said(there) == said(not_there)
    assert said(locked) == said(locked_too)


def test_a_name_that_does_not_exist_costs_as_long_as_one_that_does(client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    member()

    def lasts(name):
        began = time.perf_counter()
        type_password(client, name, "wrong")
        return time.perf_counter() - began

    there = min(lasts("rassendyll") for _ in range(2))
    not_there = min(lasts("rupert") for _ in range(2))

    # Both hash a password once, which is nearly all of the time.
    assert 0.3 < there / not_there < 3.3


def test_a_closed_account_says_so_to_the_right_password_only(client):
    member(is_active=False)

    guessed, known = wrong(client, 1), type_password(client)

    assert guessed.status_code == 200
    assert known.url == reverse("account_inactive")
    assert not may_enter(client)


def test_a_nul_in_the_name_is_an_unknown_name(client):
    assert type_password(client, "rass\0endyll", "wrong").status_code == 200


@pytest.mark.parametrize(
    "name", ["signup/", "password/reset/", "email/", "login/code/", "2fa/trust/"]
)
def test_there_is_no_sign_up_and_no_way_in_by_mail(client, name):
    assert client.get(f"{reverse('staff_account')}{name}").status_code in (302, 404)
    assert client.get(f"{reverse('staff_account')}{name}", follow=True).status_code in (200, 404)


def test_the_admins_own_form_takes_no_password(client):
    member(enrolled=False)

    answer = client.post(
        reverse("admin:login"), {"username": "rassendyll", "password": PASSWORD, "next": DESK}
    )

    assert answer.url.startswith(LOGIN)
    assert not may_enter(client)


def test_who_is_no_member_of_staff_comes_to_no_desk(client):
    user = member()
    user.is_staff = False
    user.save()

    answer = sign_in(client, user, **ZENDA)

    assert client.get(answer.url, follow=True).status_code == 403


def test_signing_in_leads_to_no_other_site(client):
    user = member()

    client.post(
        LOGIN, {"login": "rassendyll", "password": PASSWORD, "next": "https://evil.example/"}
    )

    assert type_code(client, recovery_codes(user)[0]).url == DESK


def test_who_asks_for_passkeys_too_often_is_told_to_wait(client):
    page = reverse("mfa_login_webauthn")

    answers = [client.post(page, {"credential": "{}"}, **ZENDA) for _ in range(11)]

    assert answers[-1].status_code == 429
    assert "Wait a minute" in answers[-1].text


@pytest.mark.parametrize("name", ["USER_AGENT", "ACCEPT", "REFERER", "X_FORWARDED_FOR", "ORIGIN"])
@pytest.mark.parametrize("value", ["", "\xff", "x" * 6000, "unknown", "10.0.0.1 , "])
def test_a_right_and_a_wrong_password_are_answered_with_any_header(client, settings, name, value):
    settings.PROXIES = 1
    user = member()
    header = {f"HTTP_{name}": value}

    wrong = type_password(client, password="wrong", **header)
    sign_in(client, user, **header)

    assert wrong.status_code == 200
    assert may_enter(client, **header)
