"""What was typed at the desk is not lost, however its session has ended meanwhile."""

import datetime as dt

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse

from wsis_forum.tests.staff.people import LOGIN, member, sign_in

pytestmark = pytest.mark.django_db
CONTINUE = reverse("staff_continue")
PAGE = reverse("admin:invitations_mission_add")
TYPED = {"name": "Mission of Ruritania", "emails": "a@example.org\nb@example.org"}
EVENING = dt.datetime(2027, 3, 5, 18, tzinfo=dt.UTC)
OURS = {"headers": {"Origin": "http://testserver"}}


@pytest.fixture
def clock():
    with time_machine.travel(EVENING, tick=False) as traveller:
        yield lambda **passed: traveller.shift(dt.timedelta(**passed))


@pytest.mark.parametrize("away", [{"hours": 15}, {"hours": 64}], ids=["a night", "a weekend"])
def test_what_was_typed_before_a_night_is_kept_for_its_author(client, clock, away):
    user = member(is_superuser=True)
    sign_in(client, user)
    clock(**away)

    answer = client.post(PAGE, TYPED)
    sign_in(client, user)
    kept = client.get(CONTINUE)

    assert answer.url == f"{LOGIN}?next={CONTINUE.replace('/', '%2F')}"
    assert set(kept.context["fields"]) == set(TYPED.items())


@pytest.fixture
def signed_in_again(client_of):
    """A browser in whose other tab a form stands open since before its person signed in anew."""
    browser = client_of(enforce_csrf_checks=True)
    browser.force_login(user := member(is_superuser=True))
    browser.open_form = TYPED | {
        "csrfmiddlewaretoken": str(browser.get(PAGE).context["csrf_token"])
    }
    browser.force_login(user)
    browser.cookies["csrftoken"] = "b" * 32
    return browser


def test_a_form_that_stood_in_another_tab_is_sent_by_a_button(signed_in_again):
    page = f"{PAGE}?_changelist_filters=q%3Da"

    shown = signed_in_again.post(page, signed_in_again.open_form, **OURS)
    token = str(shown.context["csrf_token"])
    sent = signed_in_again.post(page, TYPED | {"csrfmiddlewaretoken": token}, **OURS)

    assert shown.status_code == 403
    assert shown["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert set(shown.context["fields"]) == set(TYPED.items())
    assert f'action="{page}"' in shown.text
    assert sent.status_code == 200  # the page of the form, which names what is missing


@pytest.mark.parametrize(
    "origin", [{}, {"Origin": "null"}, {"Origin": "https://elsewhere.example.org"}]
)
def test_what_another_site_may_have_sent_is_not_shown_to_be_sent(signed_in_again, origin):
    refused = signed_in_again.post(PAGE, signed_in_again.open_form, headers=origin)

    assert refused.status_code == 403
    assert "Mission of Ruritania" not in refused.text


def test_a_form_whose_author_is_not_wholly_signed_in_is_not_shown(signed_in_again):
    signed_in_again.logout()
    signed_in_again.cookies["csrftoken"] = "b" * 32

    refused = signed_in_again.post(PAGE, signed_in_again.open_form, **OURS)

    assert refused.status_code == 403
    assert "Mission of Ruritania" not in refused.text


@pytest.mark.parametrize("way_out", ["admin:logout", "account_logout"])
def test_what_was_typed_before_signing_out_in_another_tab_is_kept_for_its_author(client, way_out):
    user = member(is_superuser=True)
    sign_in(client, user)
    client.post(reverse(way_out))

    answer = client.post(PAGE, TYPED)
    sign_in(client, user)
    kept = client.get(CONTINUE)

    assert answer.url == f"{LOGIN}?next={CONTINUE.replace('/', '%2F')}"
    assert set(kept.context["fields"]) == set(TYPED.items())


def test_what_one_person_typed_before_signing_out_is_shown_to_no_other(client):
    author, other = member(is_superuser=True), member("hentzau", is_superuser=True)
    sign_in(client, author)
    client.post(reverse("admin:logout"))

    client.post(PAGE, TYPED)
    sign_in(client, other)

    assert client.get(CONTINUE).url == reverse("admin:index")


def test_what_a_person_types_who_is_let_in_no_more_is_not_another_ones(client):
    author, other = member(is_superuser=True), member("hentzau", is_superuser=True)
    sign_in(client, author)
    client.post(reverse("admin:logout"))
    sign_in(client, other)
    User.objects.filter(pk=other.pk).update(is_active=False)

    client.post(PAGE, TYPED)

    assert "saved_form" not in client.session


def signed_out(browser):
    """What a page of the desk had as its token before its person signed out in another tab."""
    token = str(browser.get(PAGE).context["csrf_token"])
    browser.post(reverse("admin:logout"), {"csrfmiddlewaretoken": token})
    return {"csrfmiddlewaretoken": token}


def test_a_form_from_before_another_persons_sign_in_is_kept_for_nobody(client_of):
    browser = client_of(enforce_csrf_checks=True)
    browser.force_login(member(is_superuser=True))
    before = signed_out(browser)
    browser.force_login(other := member("hentzau", is_superuser=True))
    browser.cookies["csrftoken"] = "b" * 32
    signed_out(browser)

    refused = browser.post(PAGE, TYPED | before, **OURS)
    browser.force_login(other)

    assert refused.status_code == 403
    assert "Mission of Ruritania" not in refused.text
    assert browser.get(CONTINUE).url == reverse("admin:index")


def test_a_password_typed_before_signing_out_is_written_nowhere(client):
    sign_in(client, member(is_superuser=True))
    client.post(reverse("admin:logout"))

    client.post(reverse("admin:password_change"), {"old_password": "the-castle-of-zenda"})

    assert "saved_form" not in client.session
