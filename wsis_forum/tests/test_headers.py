"""What answers say to browsers: where from, for whom, and what a page may do."""

import json
import os
import re
from base64 import b64encode
from hashlib import sha256

import pytest
from django.conf import settings
from django.urls import reverse

from invitations.tests.factories import AnnouncedEditionFactory
from wsis_forum import headers
from wsis_forum.tests.running import said_by

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses():
    """A page of each kind: public, of an office, of the desk, missing, of a machine."""
    AnnouncedEditionFactory(symbol="wsis-2027", speakers_published_at="2027-01-01T00:00Z")
    return ["/", "/speakers/wsis-2027/", "/code/", "/office/7/", "/admin/login/", "/no", "/healthz"]


def test_each_answer_lends_nothing_and_lets_no_other_site_embed_it(client, addresses):
    for address in addresses:
        answer = client.get(address)

        assert "camera=()" in answer["Permissions-Policy"], address
        assert "publickey-credentials-get=(self)" in answer["Permissions-Policy"], address
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin", address
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert answer["X-Content-Type-Options"] == "nosniff", address
        assert answer["Referrer-Policy"] == "same-origin", address


def test_each_answer_has_a_policy_that_trusts_nobody_else(client, addresses):
    for address in addresses:
        policy = directives(client.get(address))

        assert policy["default-src"] == "'self'", address
        assert policy["object-src"] == policy["base-uri"] == "'none'", address
        assert policy["form-action"] == "'self'", address
        assert policy["frame-ancestors"] == "'none'", address
        assert "'unsafe-inline'" not in policy.get("script-src", ""), address


def directives(answer):
    parts = answer["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


def test_only_the_desk_s_pages_may_evaluate(client):
    assert "'unsafe-eval'" in directives(client.get("/admin/login/"))["script-src"]
    assert "unsafe" not in client.get("/")["Content-Security-Policy"]


def test_no_shared_cache_keeps_a_page_that_gives_out_a_token(client, addresses):
    for address in addresses:
        answer = client.get(address)

        assert "private" in answer["Cache-Control"], address
        assert answer.cookies == {} or "Cookie" in answer["Vary"], address
    assert {"Accept-Language", "Cookie"} <= set(client.get("/")["Vary"].split(", "))


def test_no_page_of_the_password_is_stored(admin_client):
    for name in ("password_change", "password_change_done"):
        assert "no-store" in admin_client.get(reverse(f"admin:{name}"))["Cache-Control"]


def test_every_style_sheet_that_stands_in_a_page_of_the_desk_has_its_hash(client):
    ours = settings.BASE_DIR / "templates"
    holding = {
        str(page.relative_to(ours))
        for page in (ours / "admin").rglob("*.html")
        if "<style" in page.read_text()
    }
    assert holding < set(headers.WITH_STYLE_SHEETS)

    page = client.get("/admin/login/", follow=True)
    (sheet,) = re.findall(r"<style[^>]*>(.*?)</style>", page.content.decode(), re.S)
    hashed = b64encode(sha256(sheet.encode()).digest()).decode()
    assert f"'sha256-{hashed}'" in directives(page)["style-src-elem"]


# Hosts


def test_the_probe_may_name_the_machine_and_nobody_else_may(client):
    named = {"host": "10.0.0.5:8000"}

    assert client.get("/healthz", headers=named).status_code == 200
    assert client.get("/", headers=named).status_code == 400
    assert client.get(reverse("admin:login"), headers=named).status_code == 400


@pytest.mark.parametrize("address", ["/hooks/mailgun/tracking/", "/metrics"])
def test_a_machine_that_shows_its_secret_without_tls_is_refused_and_not_led_on(
    client, settings, address
):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(address).status_code == 403
    assert client.get(address, secure=True).status_code == 404
    assert client.get("/").status_code == 301


# What a deployment's address makes of the settings


def settings_of(**variables):
    """The settings of a process of its own, in which only these variables are set."""
    names = ["ALLOWED_HOSTS", "SECURE_PROXY_SSL_HEADER", "MESSAGES_COOKIE_NAME"]
    names += ["SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_SSL_REDIRECT"]
    for kind in ("SESSION", "CSRF", "LANGUAGE"):
        names += [f"{kind}_COOKIE_{part}" for part in ("NAME", "SECURE", "PATH", "DOMAIN")]
    say = "import json; from django.conf import settings"
    say += f"; print(json.dumps({{name: getattr(settings, name) for name in {names}}}))"
    return json.loads(said_by(say, os.environ["VAR_DIR"], **variables))


@pytest.mark.program
def test_over_tls_no_other_host_of_the_domain_can_set_a_cookie_of_ours():
    found = settings_of(SITE_URL="https://forum.example.org")

    for kind in ("SESSION", "CSRF", "LANGUAGE"):
        assert found[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        # Browsers take such a cookie only so.
        assert found[f"{kind}_COOKIE_SECURE"] is True
        assert (found[f"{kind}_COOKIE_PATH"], found[f"{kind}_COOKIE_DOMAIN"]) == ("/", None)
    assert found["MESSAGES_COOKIE_NAME"] == "__Host-messages"
    assert found["ALLOWED_HOSTS"] == ["forum.example.org"]
    assert found["SECURE_PROXY_SSL_HEADER"] is None


@pytest.mark.program
def test_a_site_with_tls_is_asked_by_nothing_else_for_a_year():
    found = settings_of(SITE_URL="https://forum.example.org")

    assert found["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is found["SECURE_SSL_REDIRECT"] is True


@pytest.mark.program
def test_without_tls_cookies_have_plain_names_and_the_machine_answers_by_both_of_its_own():
    found = settings_of(SITE_URL="http://127.0.0.1:8000")

    assert (found["SESSION_COOKIE_NAME"], found["CSRF_COOKIE_NAME"]) == ("sessionid", "csrftoken")
    assert found["MESSAGES_COOKIE_NAME"] == "messages"
    assert found["ALLOWED_HOSTS"] == ["127.0.0.1", "localhost"]


@pytest.mark.program
def test_who_says_that_a_request_came_by_tls_is_believed_only_behind_a_named_proxy():
    found = settings_of(SITE_URL="https://forum.example.org", PROXIES="1")

    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
