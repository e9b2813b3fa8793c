"""Nobody comes to the desk without a second factor, by no address and in no way."""

import re

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.admin import site
from django.urls import URLResolver, reverse

from invitations.tests.databases import AS_DEPLOYED
from invitations.tests.desk import GROUPS
from invitations.tests.factories import InvitationFactory
from wsis_forum.tests.staff.people import (
    CODE,
    DESK,
    LOGIN,
    SECRET,
    code,
    may_enter,
    member,
    sign_in,
    type_password,
)

pytestmark = pytest.mark.django_db
FACTORS = reverse("mfa_index")


def addresses(patterns):
    """Each address of the desk with 1 for what it names, files and acts included."""
    for one in patterns:
        if isinstance(one, URLResolver):
            for address in addresses(one.url_patterns):
                yield re.sub(r"<[^>]+>", "1", str(one.pattern)) + address
        else:
            yield re.sub(r"<[^>]+>", "1", str(one.pattern)).removesuffix("$")


# The session learns of a new factor when its row is committed.
committed = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def enrol(client):
    """Add an app, as its page asks."""
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()
    return client.post(reverse("mfa_activate_totp"), {"code": code()})


def led_from(client, page):
    """Where a page leads a browser that has shown what it was told before."""
    client.cookies.pop("messages", None)
    return client.get(DESK + page).headers.get("Location")


@pytest.mark.walk
@pytest.mark.parametrize("group", [None, *GROUPS])
def test_every_page_of_the_desk_leads_who_has_none_to_add_one(client, group):
    """Each group asks for all where a deployment runs; elsewhere the groups take turns."""
    member("rassendyll", *([group] if group else []), enrolled=False, is_superuser=group is None)
    type_password(client)

    pages = set(addresses(site.get_urls())) - {"logout/"}
    turn = GROUPS.index(group) if group and not AS_DEPLOYED else None
    asked = pages if turn is None else sorted(pages)[turn :: len(GROUPS)]
    led_to = {led_from(client, page) for page in asked}
    posted = client.post(reverse("admin:invitations_letter_approve"), {"letters": ["1:a:b"]})

    assert {"invitations/letter/1/pdf/", "invitations/minister/export/"} < pages
    assert len(pages) > 150
    assert led_to == {FACTORS}
    assert posted.url == FACTORS


@committed
def test_outside_the_desk_who_has_none_is_a_stranger(client):
    invitation = InvitationFactory()
    office = reverse("office:answer", args=[invitation.pk])
    member(enrolled=False, is_superuser=True)
    type_password(client)

    half = client.get(office)
    enrol(client)

    assert half.status_code == 404
    assert client.get(office).status_code == 200


@committed
def test_who_adds_an_app_goes_on_at_once(client):
    member(enrolled=False)
    type_password(client)

    page = client.get(FACTORS)
    answer = enrol(client)

    assert page.status_code == 200
    assert answer.url == reverse("mfa_view_recovery_codes")
    shown = client.get(answer.url)
    assert len(codes := shown.context["unused_codes"]) == 10
    assert "\n".join(codes) in shown.text
    assert may_enter(client)


def test_a_session_begun_before_the_second_factor_does_not_outlive_it(client, client_of):
    member(enrolled=False)
    stranger = client_of()
    type_password(stranger)
    type_password(client)
    enrol(client)

    answer = stranger.get(reverse("mfa_add_webauthn"))

    assert answer.url.startswith(LOGIN)
    assert type_password(stranger).url == CODE


def test_the_last_second_factor_is_not_taken_off(client):
    user = member()
    sign_in(client, user)

    answer = client.post(reverse("mfa_deactivate_totp"))

    assert answer.status_code == 200
    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_an_administrator_takes_off_what_was_lost_and_ends_the_sessions(client, admin_client):
    user = member()
    sign_in(client, user)
    page = reverse("admin:mfa_authenticator_changelist")
    rows = [row.pk for row in Authenticator.objects.filter(user=user, type="totp")]

    words = {"action": "remove_lost", "_selected_action": rows}
    asked = admin_client.post(page, words)
    done = admin_client.post(
        page, words | {"answered": "yes", "reason": "Lost in Strelsau"}, follow=True
    )

    assert "Make sure by telephone" in asked.text
    assert "1 second factor removed." in done.text
    assert not Authenticator.objects.filter(user=user).exists()
    assert not may_enter(client)
    history = admin_client.get(reverse("admin:auth_user_history", args=[user.pk]))
    assert "second factor removed: Lost in Strelsau" in history.text
    assert type_password(client).url == DESK
    assert client.get(DESK).url == FACTORS


@pytest.mark.parametrize("page", ["mfa_activate_totp", "mfa_index", "account_login"])
def test_no_cache_keeps_a_page_of_the_account(client, page):
    if page != "account_login":
        client.force_login(member(enrolled=False))

    assert "no-store" in client.get(reverse(page)).headers["Cache-Control"]


def test_no_page_of_the_admin_shows_a_secret(client, admin_client):
    user = member()
    row = Authenticator.objects.get(user=user, type="totp")

    page = admin_client.get(reverse("admin:mfa_authenticator_change", args=[row.pk]))

    assert page.status_code == 200
    assert SECRET not in page.text


def test_only_administrators_see_sign_ins_and_second_factors(client):
    sign_in(client, member("rassendyll", "Drafters", "Approvers", "Registrars", "Readers"))

    pages = ["axes_accesslog", "axes_accessfailurelog", "axes_accessattempt", "mfa_authenticator"]

    assert {client.get(reverse(f"admin:{page}_changelist")).status_code for page in pages} == {403}
