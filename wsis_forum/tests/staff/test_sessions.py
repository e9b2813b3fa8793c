"""How long a sign-in lasts, and how one ends it."""

import datetime as dt

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from axes.models import AccessFailureLog
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from invitations.tests.factories import InvitationFactory
from wsis_forum.tests.staff.people import (
    AGAIN,
    DESK,
    LOGIN,
    PASSWORD,
    code,
    may_enter,
    member,
    recovery_codes,
    sign_in,
)

pytestmark = pytest.mark.django_db
SESSIONS = reverse("usersessions_list")
CONTINUE = reverse("staff_continue")
MORNING = dt.datetime(2027, 3, 1, 8, tzinfo=dt.UTC)


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield lambda **passed: traveller.shift(dt.timedelta(**passed))


def test_a_session_left_alone_for_half_an_hour_ends(client, clock):
    sign_in(client, member())

    clock(minutes=29)
    assert may_enter(client)
    clock(minutes=29)
    assert may_enter(client)
    clock(minutes=31)
    answer = client.get(f"{DESK}?a=b")

    assert answer.url == f"{LOGIN}?next=%2Fadmin%2F%3Fa%3Db"
    assert "You were signed out after some time." in client.get(answer.url).text
    assert not UserSession.objects.exists()


def test_the_idle_limit_is_for_the_deployment_to_say(client, clock, settings):
    settings.SIGN_IN_IDLE_MINUTES = 5
    sign_in(client, member())

    clock(minutes=6)

    assert not may_enter(client)


def test_after_twelve_hours_a_session_ends_however_much_it_is_used(client, clock):
    sign_in(client, member())

    for _ in range(35):
        clock(minutes=20)
        assert may_enter(client)
    clock(minutes=20)

    assert not may_enter(client)


def test_outside_the_desk_an_old_session_is_a_strangers(client, clock):
    office = reverse("office:answer", args=[InvitationFactory().pk])
    sign_in(client, member(is_superuser=True))
    assert client.get(office).status_code == 200

    clock(minutes=31)

    assert client.get(office).status_code == 404


def test_what_was_typed_before_the_end_is_kept_for_its_author(client, clock):
    user = member("rassendyll", is_superuser=True)
    sign_in(client, user)
    page = f"{reverse('admin:invitations_mission_add')}?_changelist_filters=q%3Da"
    clock(minutes=31)

    typed = {"name": 'Mission of "Ruritania"', "emails": "a@example.org\nb@example.org"}
    answer = client.post(page, typed)
    sign_in(client, user)
    kept = client.get(CONTINUE)

    assert answer.url == f"{LOGIN}?next={CONTINUE.replace('/', '%2F')}"
    assert kept.context["kept"]["path"] == page
    assert set(kept.context["fields"]) == set(typed.items())
    assert 'value="Mission of &quot;Ruritania&quot;"' in kept.text


def test_what_another_person_typed_is_shown_to_nobody_else(client, clock):
    sign_in(client, member(is_superuser=True))
    clock(minutes=31)

    client.post(reverse("admin:invitations_mission_add"), {"name": "Ruritania"})
    sign_in(client, member("rupert", is_superuser=True))

    assert client.get(CONTINUE).url == DESK


def test_a_password_is_not_kept(client, clock):
    sign_in(client, member())
    clock(minutes=31)

    answer = client.post(reverse("admin:password_change"), {"old_password": "the-castle"})

    assert "continue" not in answer.url
    assert "saved_form" not in client.session


def test_a_code_is_not_kept_either(client, clock):
    sign_in(client, user := member())
    clock(minutes=31)

    answer = client.post(AGAIN, {"code": recovery_codes(user)[0], "next": DESK})

    assert "continue" not in answer.url
    assert "saved_form" not in client.session


def test_a_forged_request_is_not_kept(client_of, clock):
    browser = client_of(enforce_csrf_checks=True)
    browser.force_login(member())
    clock(minutes=31)

    answer = browser.post(reverse("admin:invitations_mission_add"), {"name": "Ruritania"})

    assert answer.status_code == 403
    assert "saved_form" not in browser.session


def test_ones_sessions_are_listed_and_each_can_be_ended(client, client_of):
    user = member()
    other = client_of()
    sign_in(client, user, REMOTE_ADDR="192.0.2.1")
    sign_in(other, user, REMOTE_ADDR="192.0.2.2", HTTP_USER_AGENT="<b>Zenda</b>")

    page = client.get(SESSIONS)
    row = UserSession.objects.get(ip="192.0.2.2")
    answer = client.post(reverse("staff_end_session", args=[row.pk]), follow=True)

    assert "192.0.2.1" in page.text
    assert "&lt;b&gt;Zenda&lt;/b&gt;" in page.text
    assert "The session is ended." in answer.text
    assert not may_enter(other)
    assert may_enter(client)


def test_all_other_sessions_are_ended_at_once(client, client_of):
    user = member()
    others = [client_of(), client_of()]
    for browser in (client, *others):
        sign_in(browser, user)

    answer = client.post(reverse("staff_end_others"), follow=True)

    assert "All others are ended." in answer.text
    assert may_enter(client)
    assert not any(may_enter(browser) for browser in others)


def test_ending_a_session_asks_again_who_it_is(client, client_of, clock):
    user = member()
    sign_in(client_of(), user)
    sign_in(client, user)
    clock(minutes=20)

    asked = client.post(end := reverse("staff_end_others"))
    answer = client.post(AGAIN, {"code": code(), "next": end})

    assert asked.url == f"{AGAIN}?next={end.replace('/', '%2F')}"
    assert client.get(answer.url).url == SESSIONS
    assert UserSession.objects.count() == 2


def test_an_administrator_ends_the_session_of_anybody(client, admin_client):
    sign_in(client, user := member())
    page = reverse("admin:usersessions_usersession_changelist")
    words = {"action": "end_selected", "_selected_action": [UserSession.objects.get().pk]}

    told = admin_client.post(page, words | {"answered": "yes"}, follow=True)

    assert "1 session ended." in told.text
    assert not may_enter(client)
    history = admin_client.get(reverse("admin:auth_user_history", args=[user.pk]))
    assert "session ended" in history.text


@pytest.mark.parametrize(
    "address",
    [
        f"{reverse('admin:invitations_delivery_queue')}?unattended",
        f"{DESK}?a=b&unattended=",
        reverse("admin:jsi18n"),
    ],
)
def test_a_page_that_renews_itself_keeps_no_session_awake(client, clock, address):
    sign_in(client, member(is_superuser=True))

    clock(minutes=29)
    assert client.get(address).status_code == 200
    clock(minutes=2)

    assert not may_enter(client)


def test_what_a_person_sends_counts_from_such_a_page_too(client, clock):
    sign_in(client, member(is_superuser=True))

    clock(minutes=29)
    client.post(f"{reverse('admin:invitations_mission_add')}?unattended", {"name": "Ruritania"})
    clock(minutes=2)

    assert may_enter(client)


@pytest.mark.parametrize("name", ["account_logout", "admin:logout"])
def test_signing_out_empties_the_cache(client, name):
    sign_in(client, member())

    answer = client.post(reverse(name))

    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert not may_enter(client)


def test_nobody_ends_the_session_of_another(client, client_of):
    sign_in(client, member())
    other = client_of()
    sign_in(other, member("rupert"))
    row = UserSession.objects.get(user__username="rupert")

    answer = client.post(reverse("staff_end_session", args=[row.pk]))

    assert answer.status_code == 404
    assert may_enter(other)


def change_password(client, old="the-castle-of-zenda"):
    new = dict.fromkeys(["new_password1", "new_password2"], "the-ruins-of-tarlenheim")
    return client.post(reverse("admin:password_change"), {"old_password": old} | new)


def test_a_changed_password_ends_the_other_sessions(client, client_of):
    user = member()
    other = client_of()
    sign_in(client, user)
    sign_in(other, user)

    change_password(client)

    assert may_enter(client)
    assert not may_enter(other)


def test_a_session_is_still_in_the_list_after_its_password_has_changed(client, client_of):
    user = member()
    other = client_of()
    sign_in(client, user)
    sign_in(other, user)

    change_password(client)

    row = UserSession.objects.get()
    assert row.session_key == client.session.session_key
    assert "This one" in client.get(SESSIONS).text


def test_a_session_is_still_in_the_list_after_its_owner_set_a_password_as_administrator(client):
    user = member(is_superuser=True)
    sign_in(client, user)

    new = dict.fromkeys(["password1", "password2"], "the-ruins-of-tarlenheim")
    client.post(reverse("admin:auth_user_password_change", args=[user.pk]), new)

    assert may_enter(client)
    assert UserSession.objects.get().session_key == client.session.session_key


def test_who_has_signed_out_is_no_more_in_the_list_of_sessions(client):
    sign_in(client, member())

    client.post(reverse("account_logout"))

    assert not UserSession.objects.exists()


def test_who_guesses_the_old_password_in_an_open_session_is_locked_out(client):
    user = member()
    sign_in(client, user)

    answers = [change_password(client, f"wrong-{n}").status_code for n in range(5)]
    right = change_password(client)

    user.refresh_from_db()
    assert answers == [200, 200, 200, 200, 429]
    assert right.status_code == 429
    assert user.check_password(PASSWORD)
    assert AccessFailureLog.objects.count() == 5


@pytest.mark.parametrize("short", ["zenda-1894", "password1234"])
def test_a_password_that_is_short_or_common_is_refused(client, short):
    sign_in(client, member())

    passwords = {"old_password": "the-castle-of-zenda", "new_password1": short}
    answer = client.post(reverse("admin:password_change"), passwords | {"new_password2": short})

    assert answer.status_code == 200
    assert answer.context["errors"]


def test_a_password_of_digits_alone_is_as_good_as_any(client):
    sign_in(client, member())

    long = "31415926535897932384"
    passwords = {"old_password": "the-castle-of-zenda", "new_password1": long}
    answer = client.post(reverse("admin:password_change"), passwords | {"new_password2": long})

    assert answer.status_code == 302


# What is left of them


def test_who_signs_in_clears_what_ended_before(client, clock):
    sign_in(Client(), member())
    clock(hours=11)
    sign_in(Client(), member("sapt"))
    clock(hours=2)

    sign_in(client, member("flavia"))

    listed = UserSession.objects.values_list("user__username", flat=True)
    assert sorted(listed) == ["flavia", "sapt"]


def test_who_signs_in_clears_sessions_to_which_no_form_comes_any_more(client, clock):
    sign_in(Client(), member())
    clock(days=3, hours=13)

    sign_in(client, member("flavia"))

    assert Session.objects.count() == 1
    assert may_enter(client)
